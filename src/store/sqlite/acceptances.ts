import type { Store } from '../ports.ts';
import type { Connection } from './connection.ts';
import { underLease } from './runs.ts';
import { statement } from './statement.ts';

const insert = statement<{ pipeline: string; hash: string; person: string; at: number; expires: number }>()(
  (query, arg) =>
    query.insertInto('acceptances').values({
      pipeline: arg('pipeline'),
      hash: arg('hash'),
      person: arg('person'),
      accepted_at: arg('at'),
      expires_at: arg('expires'),
    }),
);
const usable = statement<{ pipeline: string; hash: string; now: number }>()((query, arg) =>
  query
    .selectFrom('acceptances')
    .select('id')
    .where('pipeline', '=', arg('pipeline'))
    .where('hash', '=', arg('hash'))
    .where('used_at', 'is', null)
    .where('expires_at', '>', arg('now'))
    .orderBy('id')
    .limit(1),
);
const use = statement<{ id: number; now: number }>()((query, arg) =>
  query
    .updateTable('acceptances')
    .set({ used_at: arg('now') })
    .where('id', '=', arg('id')),
);

/** A person's word for one set of changes, good for one use until it expires (S7). */
export function acceptances(connection: Connection): Pick<Store, 'accept' | 'useAcceptance'> {
  return {
    async accept({ pipeline, hash, person, at, expiresAt }) {
      connection.writeDurably(() => connection.run(insert, { pipeline, hash, person, at, expires: expiresAt }));
    },
    async useAcceptance(lease, pipeline, hash, now) {
      return underLease(connection, lease, () => {
        const found = connection.get(usable, { pipeline, hash, now });
        if (found) connection.run(use, { id: found.id, now });
        return found !== undefined;
      });
    },
  };
}
