import type { Fields } from '../../model/record.ts';
import type { JournalStore } from '../journal.ts';
import type { Connection } from './connection.ts';
import { underLease } from './runs.ts';
import type { Sealing } from './sealing.ts';
import { statement } from './statement.ts';

/** Records sealed together. */
const RECORDS_A_PART = 500;

const steps = statement<{ intent: string }>()((query, arg) =>
  query.selectFrom('journal').select(['place', 'sealed']).where('intent', '=', arg('intent')).orderBy('place'),
);
const saveStep = statement<{ intent: string; place: number; sealed: Uint8Array }>()((query, arg) =>
  query
    .insertInto('journal')
    .values({ intent: arg('intent'), place: arg('place'), sealed: arg('sealed') })
    .onConflict((conflict) => conflict.columns(['intent', 'place']).doUpdateSet({ sealed: arg('sealed') })),
);
const removeSteps = statement<{ intent: string }>()((query, arg) =>
  query.deleteFrom('journal').where('intent', '=', arg('intent')),
);
const parts = statement<{ intent: string }>()((query, arg) =>
  query.selectFrom('pending').select(['part', 'sealed']).where('intent', '=', arg('intent')).orderBy('part'),
);
const savePart = statement<{ intent: string; part: number; sealed: Uint8Array }>()((query, arg) =>
  query.insertInto('pending').values({ intent: arg('intent'), part: arg('part'), sealed: arg('sealed') }),
);
const removeParts = statement<{ intent: string }>()((query, arg) =>
  query.deleteFrom('pending').where('intent', '=', arg('intent')),
);
const batches = statement<{ snapshot: string }>()((query, arg) =>
  query
    .selectFrom('pending')
    .innerJoin('intents', 'intents.id', 'pending.intent')
    .select('intents.id')
    .distinct()
    .where('intents.snapshot', '=', arg('snapshot')),
);

/** No name of a pipeline is bound in: a rename moves intents, and these stay as they are. */
const stepContext = (intent: string, place: number): string => `journal ${intent} ${place}`;
const partContext = (intent: string, part: number): string => `pending ${intent} ${part}`;

/** What was done of batches whose intents are open. */
export function journals(connection: Connection, { seal, open }: Sealing): JournalStore {
  return {
    async journalSteps(intent) {
      return connection
        .all(steps, { intent })
        .map(({ place, sealed }) => ({ place, answer: open<Fields>(sealed, stepContext(intent, place)) }));
    },
    async writeJournalStep(lease, intent, { place, answer }) {
      const sealed = seal(answer, stepContext(intent, place));
      underLease(connection, lease, () => connection.run(saveStep, { intent, place, sealed }));
    },
    async forgetJournal(lease, intent) {
      underLease(connection, lease, () => connection.run(removeSteps, { intent }));
    },
    async keepPending(lease, intent, records) {
      underLease(connection, lease, () => {
        connection.run(removeParts, { intent });
        for (let at = 0, part = 0; at < records.length; at += RECORDS_A_PART, part++) {
          const sealed = seal(records.slice(at, at + RECORDS_A_PART), partContext(intent, part));
          connection.run(savePart, { intent, part, sealed });
        }
      });
    },
    async pendingRecords(intent) {
      return connection
        .all(parts, { intent })
        .flatMap(({ part, sealed }) => open<Fields[]>(sealed, partContext(intent, part)));
    },
    async pendingBatches(snapshot) {
      return connection.all(batches, { snapshot }).map(({ id }) => id);
    },
  };
}

/** Inside a transaction that closes an intent. */
export function dropJournal(connection: Connection, intent: string): void {
  connection.run(removeSteps, { intent });
  connection.run(removeParts, { intent });
}
