import type { Path } from '../../compile/schema-walk.ts';
import type { WrittenStep } from '../../compile/steps.ts';
import { isMap } from '../load-workspace.ts';
import type { DocumentCheck } from './context.ts';
import { warnOfField } from './field-slips.ts';
import type { Names } from './names.ts';
import { hint, writeInstead } from './near.ts';
import type { FoundUse } from './pipeline.ts';
import type { PipelineScopes } from './pipeline-scopes.ts';
import { schemaFault } from './json-schema.ts';

/** At most one diff; `gone` needs one. */
export function checkDiffs({ document, tell }: DocumentCheck, steps: readonly WrittenStep[]): void {
  const { value } = document;
  const diffs = steps.filter((step) => step.kind === 'diff');
  const [, second] = diffs;
  if (second) {
    const message = 'A second `diff`: a pipeline compares its records once.';
    tell('DIFF_TWICE', [...second.path, 'diff'], message, 'Keep one of them.', { at: 'key' });
  }
  if (diffs.length === 0 && isMap(value.record) && value.record.gone !== undefined) {
    const message = '`gone` needs a `diff`: without one nobody is known who could leave.';
    tell('GONE_NEEDS_DIFF', ['record', 'gone'], message, 'Add `- diff` to the steps, or leave `gone` out.', {
      at: 'key',
    });
  }
}

/** The schema of a `validate` step can be compiled, and names fields that exist. */
export function checkValidate({ tell }: DocumentCheck, steps: readonly WrittenStep[], scopes: PipelineScopes): void {
  for (const [index, { kind, options, path }] of steps.entries()) {
    if (kind !== 'validate' || !isMap(options)) continue;
    const { unique, ...schema } = options;
    const at = [...path, 'validate'];
    const fault = schemaFault(schema);
    if (fault)
      tell(
        'SCHEMA_INVALID',
        [...at, ...fault.path],
        `This is no JSON Schema: ${fault.message}.`,
        fault.path.at(-1) === 'type'
          ? 'Types are string, number, integer, boolean, array, object, null.'
          : 'See json-schema.org for its words.',
      );
    checkFieldLists(tell, scopes.steps[index], at, {
      required: schema.required,
      unique,
      properties: isMap(schema.properties) ? Object.keys(schema.properties) : [],
    });
  }
}

/** `match` of a diff names fields of the record that enters it. */
export function checkMatch({ tell }: DocumentCheck, steps: readonly WrittenStep[], scopes: PipelineScopes): void {
  for (const [index, { kind, options, path }] of steps.entries()) {
    if (kind === 'diff' && isMap(options))
      checkFieldLists(tell, scopes.steps[index], [...path, 'diff'], { match: options.match });
  }
}

/** Fields that a step names by word exist; `properties` names them by its keys. */
function checkFieldLists(
  tell: DocumentCheck['tell'],
  names: Names | undefined,
  at: Path,
  lists: Record<string, unknown>,
): void {
  if (!names) return;
  const known = [...(names.fields ?? [])];
  for (const [word, list] of Object.entries(lists)) {
    for (const [item, field] of [list].flat().entries()) {
      if (typeof field !== 'string' || names.fields?.has(field)) continue;
      const place =
        word === 'properties' ? [...at, word, field] : Array.isArray(list) ? [...at, word, item] : [...at, word];
      const spot = { at: word === 'properties' ? 'key' : 'value' } as const;
      if (!names.fields) {
        warnOfField({ tell, names }, field, place, spot);
        continue;
      }
      const message = `unknown field "${field}": ${names.because}${hint(field, known)}`;
      tell('FIELD_UNKNOWN', place, message, writeInstead(field, known), spot);
    }
  }
}

/** Absence means something only in a feed that is full and can end complete (S6). */
export function checkMissing(
  { tell }: DocumentCheck,
  steps: readonly WrittenStep[],
  sources: readonly FoundUse[],
): void {
  const diff = steps.find((step) => step.kind === 'diff');
  if (!diff || sources.length === 0 || (isMap(diff.options) && diff.options.missing === 'ignore')) return;
  const full = sources.filter(({ use, entry }) => (use.words.feed ?? entry.feed) === 'full');
  const reason =
    sources.map(whyNeverComplete).find(Boolean) ?? (full.length > 0 ? full : sources).map(whyNotFull).find(Boolean);
  if (reason === undefined) return;
  const written = isMap(diff.options) && diff.options.missing !== undefined;
  const path = written ? [...diff.path, 'diff', 'missing'] : [...diff.path, ...(diff.key ? [diff.key] : [])];
  const message = `The diff looks for the missing, but ${reason}, so absence means nothing.`;
  const fix = reason.includes('`feed')
    ? 'Write `feed: full` beside the source if it always holds everybody, or `missing: ignore` in the diff.'
    : 'Write `missing: ignore` in the diff.';
  tell('MISSING_IMPOSSIBLE', path, message, fix, { at: 'key' });
}

/** In a list every source must end complete: what one leaves out may be anybody. */
function whyNeverComplete({ use, entry }: FoundUse): string | undefined {
  if (entry.isInbound) return `\`${use.kind}\` gives only what came in`;
  if (entry.hasCursor) return `\`${use.kind}\` reads on from a cursor`;
  return entry.canBeComplete === false ? `\`${use.kind}\` never ends complete` : undefined;
}

function whyNotFull({ use, entry }: FoundUse): string | undefined {
  const feed = use.words.feed ?? entry.feed;
  if (feed === undefined) return 'the source does not say `feed: full`';
  if (feed === 'changes') return 'the source says `feed: changes`';
  const pick = isMap(use.options) ? use.options.pick : undefined;
  return pick === 'new' || pick === 'newer' ? `\`pick: ${pick}\` reads only files that are new` : undefined;
}
