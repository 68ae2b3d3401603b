import { ENTRY_BYTES, entryOffset } from '../entry.ts';
import { viewOf } from '../packed.ts';
import type { Commit, Store } from '../ports.ts';
import type { Connection } from './connection.ts';
import { deleteRecordRange } from './records.ts';
import { underLease } from './runs.ts';
import { statement } from './statement.ts';

const insert = statement<{
  snapshot: number;
  run: string;
  provisional: number;
  entries: Uint8Array;
  first: number | null;
  count: number;
}>()((query, arg) =>
  query.insertInto('acknowledgements').values({
    snapshot: arg('snapshot'),
    run: arg('run'),
    provisional: arg('provisional'),
    entries: arg('entries'),
    first_record: arg('first'),
    record_count: arg('count'),
  }),
);
// Settled ones are appended anew, so that they take effect now, after whatever was acknowledged meanwhile.
const appendSettled = statement<{ run: string }>()((query, arg) =>
  query
    .insertInto('acknowledgements')
    .columns(['snapshot', 'run', 'provisional', 'entries', 'record_count'])
    .expression((of) =>
      of
        .selectFrom('acknowledgements')
        .select((each) => ['snapshot', 'run', each.lit(0).as('provisional'), 'entries', each.lit(0).as('record_count')])
        .where('run', '=', arg('run'))
        .where('provisional', '=', 1)
        .orderBy('id'),
    ),
);
const removeProvisional = statement<{ run: string }>()((query, arg) =>
  query.deleteFrom('acknowledgements').where('run', '=', arg('run')).where('provisional', '=', 1),
);
const othersOf = statement<{ name: string; run: string }>()((query, arg) =>
  query
    .selectFrom('acknowledgements')
    .innerJoin('snapshots', 'snapshots.id', 'acknowledgements.snapshot')
    .select(['acknowledgements.id', 'first_record', 'record_count'])
    .where('snapshots.name', '=', arg('name'))
    .where('provisional', '=', 1)
    .where('run', '!=', arg('run')),
);
const remove = statement<{ id: number }>()((query, arg) =>
  query.deleteFrom('acknowledgements').where('id', '=', arg('id')),
);

/** Acknowledgements that wait for their sink's end. */
export function provisionals(connection: Connection): Pick<Store, 'settleProvisional' | 'dropProvisional'> {
  return {
    async settleProvisional(lease, run) {
      underLease(connection, lease, () => {
        connection.run(appendSettled, { run });
        connection.run(removeProvisional, { run });
      });
    },
    async dropProvisional(lease, exceptRun) {
      underLease(connection, lease, () => {
        for (const row of connection.all(othersOf, { name: lease.name, run: exceptRun })) {
          if (row.first_record !== null) deleteRecordRange(connection, row.first_record, row.record_count);
          connection.run(remove, { id: row.id });
        }
      });
    },
  };
}

/** Part of a commit: one packed row. Fills the records' ids into `entries`. */
export function acknowledge(
  connection: Connection,
  snapshot: number,
  run: string,
  { entries, recordAt, provisional }: Commit,
  ids: readonly number[],
): void {
  if (entries.length === 0) return;
  const view = viewOf(entries);
  for (let index = 0; index < recordAt.length; index++) {
    const id = ids[recordAt[index] as number];
    if (id !== undefined) view.setFloat64(index * ENTRY_BYTES + entryOffset.recordId, id);
  }
  connection.run(insert, {
    snapshot,
    run,
    provisional: provisional ? 1 : 0,
    entries,
    first: provisional ? (ids[0] ?? null) : null,
    count: provisional ? ids.length : 0,
  });
}
