import type { SnapshotRecord, SnapshotWrite, Store } from '../ports.ts';
import type { Connection } from './connection.ts';
import type { Sealing } from './sealing.ts';
import { statement } from './statement.ts';

const insert = statement<{ snapshot: number; sealed: Uint8Array }>()((query, arg) =>
  query.insertInto('records').values({ snapshot: arg('snapshot'), sealed: arg('sealed') }),
);
const update = statement<{ id: number; snapshot: number; sealed: Uint8Array }>()((query, arg) =>
  query
    .updateTable('records')
    .set({ sealed: arg('sealed') })
    .where('id', '=', arg('id'))
    .where('snapshot', '=', arg('snapshot')),
);
const read = statement<{ id: number }>()((query, arg) =>
  query.selectFrom('records').select(['snapshot', 'sealed']).where('id', '=', arg('id')),
);
const remove = statement<{ id: number }>()((query, arg) => query.deleteFrom('records').where('id', '=', arg('id')));
const removeRange = statement<{ first: number; last: number }>()((query, arg) =>
  query.deleteFrom('records').where('id', '>=', arg('first')).where('id', '<=', arg('last')),
);

/** The snapshot's number and not its name, so that a snapshot can be renamed without sealing everything anew. */
const contextOf = (snapshot: number): string => `records ${snapshot}`;

/** Last delivered records, sealed. */
export function records(connection: Connection, sealing: Sealing): Pick<Store, 'snapshotRecords'> {
  return {
    snapshotRecords: async (ids) =>
      connection.read(() =>
        ids.map((id) => {
          const record = readRecord(connection, sealing, id);
          if (!record) throw new Error(`snapshot record ${id} is not in the store`);
          return record;
        }),
      ),
  };
}

export function readRecord(connection: Connection, { open }: Sealing, id: number): SnapshotRecord | undefined {
  const row = connection.get(read, { id });
  return row && open<SnapshotRecord>(row.sealed, contextOf(row.snapshot));
}

/**
 * Part of a commit; answers the id of each. `inPlace` is false for provisional ones: they stand beside the record they
 * may replace, which is still wanted when they are dropped.
 */
export function writeRecords(
  connection: Connection,
  { seal }: Sealing,
  snapshot: number,
  writes: readonly SnapshotWrite[],
  inPlace: boolean,
): number[] {
  const context = contextOf(snapshot);
  return writes.map(({ id, content }) => {
    const sealed = seal(content, context);
    if (inPlace && id !== null && connection.run(update, { id, snapshot, sealed }).changes === 1) return id;
    return connection.run(insert, { snapshot, sealed }).lastId;
  });
}

export function deleteRecords(connection: Connection, ids: readonly number[]): void {
  for (const id of ids) connection.run(remove, { id });
}

export function deleteRecordRange(connection: Connection, first: number, count: number): void {
  connection.run(removeRange, { first, last: first + count - 1 });
}
