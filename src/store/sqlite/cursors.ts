import type { CursorMove } from '../../connect/sdk/index.ts';
import type { Clock } from '../../model/clock.ts';
import type { Fields } from '../../model/record.ts';
import type { CursorStore } from '../cursors.ts';
import type { Connection } from './connection.ts';
import { underLease } from './runs.ts';
import type { Sealing } from './sealing.ts';
import { statement } from './statement.ts';

/** The pipeline is no part of it: a rename moves rows as they are. */
const CONTEXT = 'cursors';

const find = statement<{ pipeline: string; source: string }>()((query, arg) =>
  query
    .selectFrom('cursors')
    .select('sealed')
    .where('pipeline', '=', arg('pipeline'))
    .where('source', '=', arg('source')),
);
const save = statement<{ pipeline: string; source: string; sealed: Uint8Array; run: string; now: number }>()((
  query,
  arg,
) => {
  const values = { sealed: arg('sealed'), run: arg('run'), moved_at: arg('now') };
  return query
    .insertInto('cursors')
    .values({ pipeline: arg('pipeline'), source: arg('source'), ...values })
    .onConflict((conflict) => conflict.columns(['pipeline', 'source']).doUpdateSet(values));
});

/** Cursors by pipeline and source. */
export function cursors(connection: Connection, clock: Pick<Clock, 'now'>, sealing: Sealing): CursorStore {
  return {
    cursor: async (pipeline, source) => readCursor(connection, sealing, pipeline, source),
    async moveCursors(lease, run, pipeline, moves) {
      underLease(connection, lease, () =>
        writeCursors(connection, sealing, { run, pipeline, now: clock.now() }, moves),
      );
    },
  };
}

/** Reads a cursor, also inside a transaction that is open. */
export function readCursor(
  connection: Connection,
  { open }: Sealing,
  pipeline: string,
  source: string,
): Fields | undefined {
  const row = connection.get(find, { pipeline, source });
  return row && open<Fields>(row.sealed, `${CONTEXT} ${source}`);
}

/** Writes cursors inside a transaction that is open. */
export function writeCursors(
  connection: Connection,
  { seal }: Sealing,
  { run, pipeline, now }: { run: string; pipeline: string; now: number },
  moves: readonly CursorMove[],
): void {
  for (const { source, position } of moves) {
    connection.run(save, { pipeline, source, sealed: seal(position, `${CONTEXT} ${source}`), run, now });
  }
}
