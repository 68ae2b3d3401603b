import type { WrittenStep } from '../../compile/steps.ts';
import { isMap } from '../load-workspace.ts';
import type { Checking, DocumentCheck } from './context.ts';
import { withNames, type Names } from './names.ts';
import { usesOf, type FoundUse } from './pipeline.ts';

/** What steps look things up in, with its place. */
export const lookupsOf = ({ catalogue }: Checking, steps: readonly WrittenStep[]): FoundUse[] =>
  steps.flatMap(({ kind, options, path }) =>
    kind === 'lookup' && isMap(options) ? usesOf(options.from, [...path, 'lookup', 'from'], catalogue.sources) : [],
  );

/** Options of what is read know no record, and with `batch` the keys. */
export const namesOfRead = (outside: Names, { options }: WrittenStep): Names =>
  withNames(outside, isMap(options) && options.batch !== undefined ? ['wanted'] : []);

/** What is looked up is asked for by its keys or read whole, and a read of changes has not everybody. */
export function checkLookups(checking: Checking, check: DocumentCheck, steps: readonly WrittenStep[]): void {
  for (const { use, entry, path } of lookupsOf(checking, steps)) {
    if (!entry.hasCursor && entry.feed !== 'changes' && !entry.isPartial) continue;
    const message = `What is looked up must be read whole, and \`${use.kind}\` gives only what changed.`;
    check.tell('LOOKUP_IMPOSSIBLE', path, message, 'Name a read without a cursor whose feed is full.', { at: 'key' });
  }
  for (const { kind, options, path } of steps) {
    if (kind !== 'lookup' || !isMap(options) || options.batch === undefined || options.from === undefined) continue;
    if (JSON.stringify(options.from).includes('$wanted')) continue;
    const message = '`batch` asks for some keys at once, and `from` never says which.';
    const fix = 'Give `$wanted` to the read, such as `ids: =$wanted`, or leave `batch` out: then all is read once.';
    check.tell('LOOKUP_IMPOSSIBLE', [...path, 'lookup', 'batch'], message, fix, { at: 'key' });
  }
}
