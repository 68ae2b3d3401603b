import type { Clock } from '../../model/clock.ts';
import type { Operation } from '../../model/record.ts';
import type { IntentItem, Store } from '../ports.ts';
import type { Connection } from './connection.ts';
import { dropJournal } from './journal.ts';
import { underLease } from './runs.ts';
import type { Sealing } from './sealing.ts';
import { statement } from './statement.ts';

const insert = statement<{
  id: string;
  run: string;
  snapshot: string;
  sink: string;
  operation: Operation;
  sealed: Uint8Array;
  now: number;
}>()((query, arg) => {
  const values = {
    run: arg('run'),
    snapshot: arg('snapshot'),
    sink: arg('sink'),
    operation: arg('operation'),
    sealed: arg('sealed'),
    opened_at: arg('now'),
  };
  return query
    .insertInto('intents')
    .values({ id: arg('id'), ...values })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values));
});
// In the order they were opened: rowids grow.
const pending = statement<{ snapshot: string }>()((query, arg) =>
  query
    .selectFrom('intents')
    .selectAll()
    .where('snapshot', '=', arg('snapshot'))
    .orderBy('opened_at')
    .orderBy((of) => of.ref('rowid' as 'id')),
);
const remove = statement<{ id: string }>()((query, arg) => query.deleteFrom('intents').where('id', '=', arg('id')));

const contextOf = (snapshot: string): string => `intents ${snapshot}`;

/** What is about to be asked of a target (S9). An intent that is answered is removed. */
export function intents(
  connection: Connection,
  clock: Pick<Clock, 'now'>,
  { seal, open }: Sealing,
): Pick<Store, 'openIntents' | 'pendingIntents'> {
  return {
    async openIntents(lease, opened) {
      underLease(connection, lease, () => {
        for (const { id, run, snapshot, sink, operation, items } of opened) {
          const sealed = seal(items, contextOf(snapshot));
          connection.run(insert, { id, run, snapshot, sink, operation, sealed, now: clock.now() });
        }
      });
    },
    async pendingIntents(snapshot) {
      return connection.all(pending, { snapshot }).map(({ id, run, sink, operation, sealed }) => ({
        id,
        run,
        snapshot,
        sink,
        operation,
        items: open<IntentItem[]>(sealed, contextOf(snapshot)),
      }));
    },
  };
}

/** Part of a commit: these are answered; what was journalled of them goes with them. */
export function closeIntents(connection: Connection, ids: readonly string[]): void {
  for (const id of ids) {
    connection.run(remove, { id });
    dropJournal(connection, id);
  }
}
