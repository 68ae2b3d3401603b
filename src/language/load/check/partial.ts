import type { WrittenStep } from '../../compile/steps.ts';
import { writtenUse } from '../../compile/written-use.ts';
import type { Checking, DocumentCheck } from './context.ts';
import type { FoundUse } from './pipeline.ts';

/**
 * A source that gives changed properties only: what is mapped must come from a `call` that has read the whole record, or
 * the properties that did not come would be taken for empty.
 */
export function checkPartial(
  { catalogue }: Checking,
  { tell }: DocumentCheck,
  steps: readonly WrittenStep[],
  source: FoundUse,
): void {
  if (!source.entry.isPartial) return;
  const maps = steps.findIndex((step) => step.kind === 'map');
  const diff = steps.findIndex((step) => step.kind === 'diff');
  const isMapped = maps >= 0 && (diff < 0 || maps < diff);
  const readers = steps.slice(0, isMapped ? maps : 0).filter((step) => {
    const operation = step.kind === 'call' ? writtenUse(step.options)?.kind : undefined;
    const isAlways = step.words.when === undefined && step.words.only === undefined;
    return operation !== undefined && catalogue.calls[operation]?.writes === false && isAlways;
  });
  const made = JSON.stringify(steps[maps]?.options ?? null);
  const isUsed = readers.some(({ words: { as } }) => typeof as === 'string' && made.includes(`$${as}`));
  if (isUsed) return;
  const at = isMapped ? steps[maps] : undefined;
  const path = at ? [...at.path, 'map'] : source.path;
  const message = `\`${source.use.kind}\` gives only the properties that changed, and ${whatLacks(isMapped, readers.length)}.`;
  const fix =
    'Write `- { call: { CONNECTOR.OPERATION: { id: =id } }, as: whole }` before the map, with an operation that is a `get`, and map what it read: `name: =$whole.name`.';
  tell('PARTIAL_UNREAD', path, message, fix, { at: 'key' });
}

function whatLacks(isMapped: boolean, readers: number): string {
  if (!isMapped) return 'no `map` makes a whole record of them';
  return readers === 0
    ? 'no `call` before the map reads the whole record'
    : 'the map takes nothing of what the `call` read';
}
