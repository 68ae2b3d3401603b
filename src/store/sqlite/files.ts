import type { Clock } from '../../model/clock.ts';
import type { Store } from '../ports.ts';
import type { Connection } from './connection.ts';
import { writeCursors } from './cursors.ts';
import { underLease } from './runs.ts';
import type { Sealing } from './sealing.ts';
import { statement } from './statement.ts';

const find = statement<{ pipeline: string; store: string; path: string; size: number; mtime: number }>()((query, arg) =>
  query
    .selectFrom('consumed_files')
    .select('consumed_at')
    .where('pipeline', '=', arg('pipeline'))
    .where('store', '=', arg('store'))
    .where('path', '=', arg('path'))
    .where('size_bytes', '=', arg('size'))
    .where('mtime', '=', arg('mtime')),
);
const save = statement<{
  pipeline: string;
  store: string;
  path: string;
  size: number;
  mtime: number;
  hash: string;
  now: number;
}>()((query, arg) => {
  const values = {
    size_bytes: arg('size'),
    mtime: arg('mtime'),
    content_hash: arg('hash'),
    consumed_at: arg('now'),
  };
  return query
    .insertInto('consumed_files')
    .values({ pipeline: arg('pipeline'), store: arg('store'), path: arg('path'), ...values })
    .onConflict((conflict) => conflict.columns(['pipeline', 'store', 'path']).doUpdateSet(values));
});

/** Files that were read to their end and settled (S14): the last one of each path. */
export function files(
  connection: Connection,
  clock: Pick<Clock, 'now'>,
  sealing: Sealing,
): Pick<Store, 'isConsumed' | 'consume'> {
  return {
    isConsumed: async (pipeline, { store, path, size, mtime }) =>
      connection.get(find, { pipeline, store, path, size, mtime }) !== undefined,
    async consume(lease, pipeline, consumed, read) {
      underLease(connection, lease, () => {
        if (read) writeCursors(connection, sealing, { run: read.run, pipeline, now: clock.now() }, read.cursors);
        for (const { store, path, size, mtime, contentHash } of consumed) {
          connection.run(save, { pipeline, store, path, size, mtime, hash: contentHash, now: clock.now() });
        }
      });
    },
  };
}
