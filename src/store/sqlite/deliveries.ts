import { operations, type Counts, type Operation } from '../../model/record.ts';
import type { Store } from '../ports.ts';
import type { Connection } from './connection.ts';
import { statement } from './statement.ts';

const insert = statement<{ run: string; operation: Operation; at: number; records: number }>()((query, arg) =>
  query
    .insertInto('deliveries')
    .values({ run: arg('run'), operation: arg('operation'), at: arg('at'), records: arg('records') }),
);
const sum = statement<{ operation: Operation; since: number }>()((query, arg) =>
  query
    .selectFrom('deliveries')
    .select((of) => of.fn.sum('records').as('records'))
    .where('operation', '=', arg('operation'))
    .where('at', '>=', arg('since')),
);

/** When how many records of each operation were delivered, over all pipelines: the workspace's last line (S7). */
export function deliveries(connection: Connection): Pick<Store, 'deliveredSince'> {
  return {
    deliveredSince: async (operation, since) => Number(connection.get(sum, { operation, since })?.records ?? 0),
  };
}

/** Remembers by how much the counts of a run grew. */
export function recordDeliveries(
  connection: Connection,
  run: string,
  before: Counts | null,
  now: Counts,
  at: number,
): void {
  for (const operation of operations) {
    const records = (now.delivered[operation] ?? 0) - (before?.delivered[operation] ?? 0);
    if (records > 0) connection.run(insert, { run, operation, at, records });
  }
}
