import { outcomesOf, type Outcomes } from '../../../expression/index.ts';
import { operations, type Operation } from '../../../model/record.ts';
import type { KindEntry } from '../../catalogue/catalogue.ts';
import { writtenSteps, type WrittenStep } from '../../compile/steps.ts';
import { neverRepeated, neverRepeatsSentence } from '../../compile/never-repeats.ts';
import type { WrittenUse } from '../../compile/written-use.ts';
import { isMap } from '../load-workspace.ts';
import type { DocumentCheck } from './context.ts';
import { hint } from './near.ts';

/** Operations that records of a pipeline can have at its sinks. */
export function possibleOperations(pipeline: Record<string, unknown>, presetGone: boolean): Operation[] {
  const steps = writtenSteps(pipeline);
  const diff = steps.find((step) => step.kind === 'diff');
  if (!diff) return saidOperations(steps.filter((step) => step.kind === 'operation'));
  const says = isMap(diff.options) && diff.options.missing === 'ignore' ? 'ignore' : 'missing';
  const hasGone = presetGone || (isMap(pipeline.record) && pipeline.record.gone !== undefined);
  return says === 'missing' || hasGone ? ['create', 'update', 'missing', 'returned'] : ['create', 'update'];
}

/** What `operation` steps can say; where an expression is not a choice between constants, anything. */
function saidOperations(steps: readonly WrittenStep[]): Operation[] {
  const said = new Set<unknown>(steps.some((step) => step.words.when === undefined) ? [] : ['upsert']);
  for (const { options } of steps) {
    const outcomes = outcomesIn(options);
    for (const each of outcomes?.isOpen === false ? outcomes.constants.map(({ value }) => value) : operations)
      said.add(each);
  }
  return operations.filter((operation) => said.has(operation));
}

/** Undefined where it can't be read, which is told elsewhere. */
function outcomesIn(text: unknown): Outcomes | undefined {
  try {
    return outcomesOf(String(text));
  } catch {
    return undefined;
  }
}

/** An `operation` step stands in a pipeline without a diff, and the constants that it chooses between are operations. */
export function checkOperationSteps({ tell }: DocumentCheck, steps: readonly WrittenStep[]): void {
  const isCompared = steps.some((step) => step.kind === 'diff');
  for (const { path, options } of steps.filter((step) => step.kind === 'operation')) {
    const at = [...path, 'operation'];
    if (isCompared) {
      const message = '`operation` stands beside a `diff`, which says itself what is to be done with each record.';
      tell('STEP_MISPLACED', at, message, 'Keep one of the two.', { at: 'key' });
    }
    for (const { value, offset } of outcomesIn(options)?.constants ?? []) {
      if (operations.includes(value as Operation)) continue;
      const message = `unknown operation ${JSON.stringify(value)}${hint(String(value), operations)}`;
      tell('OPERATION_IMPOSSIBLE', at, message, `Operations are ${operations.join(', ')}.`, { offset });
    }
  }
}

/** `only:` names operations that can occur. */
export function checkOnly(
  { tell }: DocumentCheck,
  only: unknown,
  path: readonly (string | number)[],
  possible: readonly Operation[],
): void {
  const listed = Array.isArray(only);
  for (const [index, operation] of (listed ? only : [only]).entries()) {
    if (typeof operation !== 'string' || isPossible(operation, possible)) continue;
    const message = `\`only: ${operation}\` never happens here${hint(operation, possible)}`;
    tell('OPERATION_IMPOSSIBLE', listed ? [...path, index] : path, message, whyImpossible(operation, possible));
  }
}

/** `upsert` stands for create and update. */
const isPossible = (operation: string, possible: readonly Operation[]): boolean =>
  possible.includes(operation as Operation) || (operation === 'upsert' && possible.includes('create'));

function whyImpossible(operation: string, possible: readonly Operation[]): string {
  if (possible.length === 1 && possible[0] === 'upsert')
    return 'Without a `diff` every record is `upsert`: add a `diff`, or leave `only:` out.';
  return possible.includes('create') && (operation === 'missing' || operation === 'returned')
    ? 'The diff says `missing: ignore`: leave this sink or step out, or let the diff look for the missing.'
    : `Write one of ${possible.join(', ')}.`;
}

/** `only:` before what says the operation: a diff, or an `operation` step. */
export function checkOnlyBefore({ tell }: DocumentCheck, step: WrittenStep, said = 'diff'): void {
  const message = `\`only:\` stands before the \`${said}\`, where no record has an operation yet.`;
  tell(
    'OPERATION_IMPOSSIBLE',
    [...step.path, 'only'],
    message,
    `Move this step behind the \`${said}\`, or leave \`only:\` out.`,
    { at: 'key' },
  );
}

/** The target must know every operation that can reach it. */
export function checkTarget(
  { tell }: DocumentCheck,
  use: WrittenUse,
  entry: KindEntry,
  path: readonly (string | number)[],
  possible: readonly Operation[],
): void {
  if (!entry.operations) return;
  const reaching = reachingOf(use, possible);
  const lacking = reaching.filter((operation) => !entry.operations?.some((name) => covers(name, operation)));
  if (lacking.length === 0) return;
  const message = `\`${use.kind}\` can't do ${lacking.map((name) => `\`${name}\``).join(' and ')}, which can occur here; it can do ${entry.operations.join(', ')}`;
  tell(
    'OPERATION_LACKING',
    use.key === undefined ? path : [...path, use.key],
    message,
    lackingFix(lacking, entry.operations, reaching),
    { at: 'key' },
  );
}

/** A lost answer of such an operation is a person's business: said before it happens (S1). */
export function checkRepeats(
  { tell }: DocumentCheck,
  use: WrittenUse,
  entry: KindEntry,
  path: readonly (string | number)[],
  possible: readonly Operation[],
): void {
  const never = neverRepeated(entry, reachingOf(use, possible));
  if (never.length === 0) return;
  const message = neverRepeatsSentence(use.kind, never);
  const fix = 'Where the API bears it, declare `repeat: find` or `repeat: safe` in the connector.';
  const at = use.key === undefined ? path : [...path, use.key];
  tell('TARGET_NEVER_REPEATS', at, message, fix, { at: 'key', severity: 'warning' });
}

/** The operations that `only` lets through to it. */
function reachingOf({ words }: WrittenUse, possible: readonly Operation[]): Operation[] {
  const only = words.only === undefined ? undefined : [words.only].flat().map(String);
  return possible.filter((operation) => !only || only.some((name) => covers(name, operation)));
}

const covers = (name: string, operation: Operation): boolean =>
  name === operation || (name === 'upsert' && (operation === 'create' || operation === 'update'));

function lackingFix(
  lacking: readonly Operation[],
  known: readonly Operation[],
  reaching: readonly Operation[],
): string {
  if (lacking.includes('upsert') && reaching.length === 1)
    return 'Add `- diff` to the steps, which tells creates from updates.';
  const rest = reaching.filter((operation) => known.some((name) => covers(name, operation)));
  const only = rest.length > 0 ? `Write \`only: [${rest.join(', ')}]\` beside it` : 'Leave this sink out';
  return lacking.every((operation) => operation === 'missing' || operation === 'returned')
    ? `${only}, or \`missing: ignore\` in the diff.`
    : `${only}.`;
}
