import { listFieldOf } from '../../compile/list-field.ts';
import type { WrittenStep } from '../../compile/steps.ts';
import { isMap } from '../load-workspace.ts';
import type { DocumentCheck } from './context.ts';
import { warnOfField } from './field-slips.ts';
import { hint, writeInstead } from './near.ts';
import type { Names } from './names.ts';
import type { PipelineScopes } from './pipeline-scopes.ts';

/** Where `dedupe`, `mask`, `split`, `hold` and `sort` stand, and the fields that they name. */
export function checkRecordSteps(
  check: DocumentCheck,
  steps: readonly WrittenStep[],
  scopes: PipelineScopes,
  presetKey: unknown,
): void {
  const diffAt = steps.findIndex((step) => step.kind === 'diff');
  const firstSplit = steps.findIndex((step) => step.kind === 'split');
  for (const [index, step] of steps.entries()) {
    const why = whyBefore[step.kind];
    if (why && diffAt >= 0 && index > diffAt)
      misplaced(check, step, `\`${step.kind}\` stands behind the \`diff\`: ${why}.`, 'Move it before the `diff`.');
    if (step.kind === 'split' && index > firstSplit)
      misplaced(check, step, 'A second `split`: a record is taken apart once.', 'Keep one of them.');
    if (step.kind === 'hold') checkHold(check, step, index, firstSplit);
    if (step.kind === 'sort') checkSort(check, steps, index, diffAt);
    if (step.kind === 'mask') checkMask(check, steps, index, scopes, presetKey);
  }
  checkLeaves(check, steps, firstSplit, diffAt);
}

/** What waits is a row as it was read; it is read again when its moment has come. */
function checkHold(check: DocumentCheck, step: WrittenStep, index: number, firstSplit: number): void {
  const { value } = check.document;
  if (firstSplit >= 0 && index > firstSplit)
    misplaced(
      check,
      step,
      '`hold` stands behind the `split`: what waits is a record as it was read.',
      'Move it before the `split`.',
    );
  if (isMap(value.record) && value.record.rows !== undefined)
    misplaced(
      check,
      step,
      '`hold` holds a row, and with `record.rows` a record is made of all rows of its key.',
      'Leave out one of the two.',
    );
}

/** Behind a `sort` a record only gets more fields; with a `diff` what was delivered is sorted like what is read. */
const notBehindSort = new Set(['operation', 'dedupe', 'mask', 'split', 'hold']);

function checkSort(check: DocumentCheck, steps: readonly WrittenStep[], index: number, diffAt: number): void {
  const step = steps[index] as WrittenStep;
  if (steps.findIndex(({ kind }) => kind === 'sort') < index)
    return misplaced(check, step, 'A second `sort`: there is one order.', 'Keep one of them.');
  if (diffAt >= 0) {
    if (index !== diffAt - 1)
      misplaced(
        check,
        step,
        '`sort` stands apart from the `diff`: who is missing is sorted by what was delivered, which is the record as it enters the `diff`.',
        'Move it right before the `diff`.',
      );
    return;
  }
  const late = steps.slice(index + 1).find(({ kind }) => notBehindSort.has(kind));
  if (late)
    misplaced(
      check,
      late,
      `\`${late.kind}\` stands behind the \`sort\`, which orders finished records.`,
      'Move it before the `sort`.',
    );
}

const whyBefore: Record<string, string | undefined> = {
  dedupe: 'what has not changed does not come there, so nobody can say which record is the first',
  mask: 'the snapshot would hold the values as they are, and `$was` and `$changed` would send them',
  split: 'a `diff` compares what is made of the parts',
  hold: 'the snapshot would hold what is not to be yet',
};

const misplaced = ({ tell }: DocumentCheck, { path, kind }: WrittenStep, message: string, fix: string): void =>
  tell('STEP_MISPLACED', [...path, kind], message, fix, { at: 'key' });

/** Who is filtered out before a `split` keeps all that was made of them (S6), so they can't leave. */
function checkLeaves(check: DocumentCheck, steps: readonly WrittenStep[], splitAt: number, diffAt: number): void {
  const diff = steps[diffAt];
  if (splitAt < 0 || !diff || !isMap(diff.options) || diff.options.leaves !== 'missing') return;
  const filter = steps.slice(0, splitAt).find((step) => step.kind === 'filter');
  if (!filter) return;
  const message =
    'The `filter` stands before the `split`, so who is filtered out keeps all parts, and the diff says `leaves: missing`.';
  misplaced(check, filter, message, 'Move the `filter` behind the `split`, or leave `leaves: missing` out.');
}

/** Masked fields exist, and are not the key, which stays as it is read. */
function checkMask(
  check: DocumentCheck,
  steps: readonly WrittenStep[],
  index: number,
  scopes: PipelineScopes,
  presetKey: unknown,
): void {
  const { options, path } = steps[index] as WrittenStep;
  const { value } = check.document;
  const written = (isMap(value.record) ? value.record.key : undefined) ?? presetKey;
  const keys = new Set([written].flat().map(listFieldOf));
  const fields = isMap(options) ? Object.keys(options) : [options].flat();
  for (const [item, field] of fields.entries()) {
    if (typeof field !== 'string') continue;
    const place = [...path, 'mask', isMap(options) ? field : item];
    const spot = { at: isMap(options) ? 'key' : 'value' } as const;
    checkField(check, scopes.steps[index], field, place, spot);
    const source = copiedFrom(field, steps.slice(0, index));
    if (source === undefined || !keys.has(source)) continue;
    const message = `"${field}" is the key, and a key is kept and shown as it is read.`;
    check.tell(
      'MASK_KEY',
      place,
      message,
      "Key the records by something that is nobody's secret, or do not mask it.",
      spot,
    );
  }
}

function checkField(
  { tell }: DocumentCheck,
  names: Names | undefined,
  field: string,
  place: (string | number)[],
  spot: { at: 'key' | 'value' },
): void {
  if (!names || names.fields?.has(field)) return;
  if (!names.fields) return warnOfField({ tell, names }, field, place, spot);
  const known = [...names.fields];
  const message = `unknown field "${field}": ${names.because}${hint(field, known)}`;
  tell('FIELD_UNKNOWN', place, message, writeInstead(field, known), spot);
}

/** The field of the source that a field is a plain copy of. */
function copiedFrom(field: string, before: readonly WrittenStep[]): string | undefined {
  let name: string | undefined = field;
  for (const { kind, options } of before.toReversed()) {
    if ((kind !== 'map' && kind !== 'set') || !isMap(options) || name === undefined) continue;
    if (!Object.hasOwn(options, name)) {
      if (kind === 'map') return undefined;
      continue;
    }
    const leaf: unknown = options[name];
    name = typeof leaf === 'string' && leaf.startsWith('=') ? listFieldOf(leaf) : undefined;
  }
  return name;
}
