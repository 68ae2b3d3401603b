import { ENTRY_BYTES } from '../entry.ts';
import { mergeEntries, PART_COUNT, sortEntries, splitIntoParts, withoutForgotten } from '../packed.ts';
import type { PackedEntries, Store } from '../ports.ts';
import type { Connection } from './connection.ts';
import { deleteRecords } from './records.ts';
import { underLease } from './runs.ts';
import { statement } from './statement.ts';

const NOTHING = new Uint8Array(0);

const find = statement<{ name: string }>()((query, arg) =>
  query.selectFrom('snapshots').select(['id', 'merges']).where('name', '=', arg('name')),
);
const settledOf = statement<{ id: number }>()((query, arg) =>
  query
    .selectFrom('acknowledgements')
    .select(['id', 'entries'])
    .where('snapshot', '=', arg('id'))
    .where('provisional', '=', 0)
    .orderBy('id'),
);
// One statement, so that a part and the number of merges it belongs to agree.
const readPart = statement<{ id: number; part: number }>()((query, arg) =>
  query
    .selectFrom('snapshots')
    .leftJoin('parts', (join) => join.on('parts.id', '=', arg('part')))
    .select(['snapshots.merges', 'parts.entries'])
    .where('snapshots.id', '=', arg('id')),
);
const writePart = statement<{ part: number; count: number; entries: Uint8Array }>()((query, arg) => {
  const values = { entry_count: arg('count'), entries: arg('entries') };
  return query
    .insertInto('parts')
    .values({ id: arg('part'), ...values })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values));
});
const removePart = statement<{ part: number }>()((query, arg) =>
  query.deleteFrom('parts').where('id', '=', arg('part')),
);
const removeMerged = statement<{ id: number }>()((query, arg) =>
  query.deleteFrom('acknowledgements').where('snapshot', '=', arg('id')).where('provisional', '=', 0),
);
const countMerge = statement<{ id: number }>()((query, arg) =>
  query
    .updateTable('snapshots')
    .set((of) => ({ merges: of('merges', '+', 1) }))
    .where('id', '=', arg('id')),
);
const countMerged = statement<{ from: number; to: number }>()((query, arg) =>
  query
    .selectFrom('parts')
    .select((of) => of.fn.sum('entry_count').as('entries'))
    .where('id', '>=', arg('from'))
    .where('id', '<', arg('to')),
);

/** Number of a part: parts of one snapshot lie beside each other. */
export const partId = (snapshot: number, part: number): number => snapshot * PART_COUNT + part;

/** The hash index of a snapshot (S8): sorted parts by key-hash prefix, and acknowledgements not merged yet. */
export function snapshots(connection: Connection): Pick<Store, 'loadSnapshot' | 'mergeSnapshot'> {
  return {
    async *loadSnapshot(name) {
      yield* currentParts(connection, name);
    },
    async mergeSnapshot(lease, name) {
      underLease(connection, lease, () => merge(connection, name));
    },
  };
}

/** Parts in order, each as it is when it is asked for. Holds no transaction between two of them. */
function* currentParts(connection: Connection, name: string): Generator<PackedEntries> {
  const start = connection.read(() => {
    const found = connection.get(find, { name });
    return found && { ...found, waiting: waitingParts(connection, found.id) };
  });
  if (!start) return;
  for (let part = 0; part < PART_COUNT; part++) {
    const row = connection.get(readPart, { id: start.id, part: partId(start.id, part) });
    // Another process merged in the meantime: what waited at the start is in the parts, and perhaps overtaken there.
    const waiting = row?.merges === start.merges ? start.waiting[part] : undefined;
    const merged = row?.entries ?? NOTHING;
    const entries = waiting ? withoutForgotten(mergeEntries(merged, sortEntries(waiting))) : merged;
    start.waiting[part] = undefined;
    if (entries.length > 0) yield entries;
  }
}

const waitingParts = (connection: Connection, id: number): (Uint8Array | undefined)[] =>
  splitIntoParts(connection.all(settledOf, { id }).map(({ entries }) => entries));

function merge(connection: Connection, name: string): void {
  const snapshot = connection.get(find, { name });
  if (!snapshot) return;
  const { id } = snapshot;
  const waiting = waitingParts(connection, id);
  if (waiting.every((part) => part === undefined)) return;
  const released: number[] = [];
  const release = (recordId: number): void => void released.push(recordId);
  waiting.forEach((unsorted, index) => {
    if (!unsorted) return;
    const part = partId(id, index);
    const older = connection.get(readPart, { id, part })?.entries ?? NOTHING;
    const entries = withoutForgotten(mergeEntries(older, sortEntries(unsorted, release), release), release);
    if (entries.length === 0) connection.run(removePart, { part });
    else connection.run(writePart, { part, count: entries.length / ENTRY_BYTES, entries });
  });
  deleteRecords(connection, released);
  connection.run(removeMerged, { id });
  connection.run(countMerge, { id });
}

/** Entries with those that wait. Exact; a look at every part only while something waits. */
export function countEntries(connection: Connection, id: number): number {
  return connection.read(() => {
    const merged = Number(connection.get(countMerged, { from: partId(id, 0), to: partId(id + 1, 0) })?.entries ?? 0);
    return waitingParts(connection, id).reduce((total, waiting, index) => {
      if (!waiting) return total;
      const older = connection.get(readPart, { id, part: partId(id, index) })?.entries ?? NOTHING;
      const entries = withoutForgotten(mergeEntries(older, sortEntries(waiting)));
      return total + (entries.length - older.length) / ENTRY_BYTES;
    }, merged);
  });
}
