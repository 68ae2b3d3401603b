import { randomBytes } from 'node:crypto';
import type { Allowances } from '../../connect/sdk/index.ts';
import type { Clock } from '../../model/clock.ts';
import type { Vault } from '../ports.ts';
import { takeToken, type Bucket } from '../../connect/pace/token-bucket.ts';
import type { Connection } from './connection.ts';
import { statement } from './statement.ts';

/** A place whose holder has not said for so long that it lives is free again. */
const PLACE_MS = 30_000;
const RENEW_MS = 10_000;

const find = statement<{ name: string }>()((query, arg) =>
  query.selectFrom('allowances').select(['tokens', 'taken_at', 'closed_until']).where('name', '=', arg('name')),
);
const saveBucket = statement<{ name: string; tokens: number; at: number }>()((query, arg) => {
  const values = { tokens: arg('tokens'), taken_at: arg('at') };
  return query
    .insertInto('allowances')
    .values({ name: arg('name'), ...values, closed_until: 0 })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(values));
});
const saveClosing = statement<{ name: string; until: number }>()((query, arg) =>
  query
    .insertInto('allowances')
    .values({ name: arg('name'), tokens: 0, taken_at: 0, closed_until: arg('until') })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ closed_until: arg('until') })),
);
const dropSilent = statement<{ name: string; now: number }>()((query, arg) =>
  query.deleteFrom('places').where('name', '=', arg('name')).where('held_until', '<=', arg('now')),
);
const countPlaces = statement<{ name: string }>()((query, arg) =>
  query
    .selectFrom('places')
    .select((of) => of.fn.countAll<number>().as('held'))
    .where('name', '=', arg('name')),
);
const hold = statement<{ name: string; holder: string; until: number }>()((query, arg) =>
  query.insertInto('places').values({ name: arg('name'), holder: arg('holder'), held_until: arg('until') }),
);
const renew = statement<{ name: string; holder: string; until: number }>()((query, arg) =>
  query
    .updateTable('places')
    .set({ held_until: arg('until') })
    .where('name', '=', arg('name'))
    .where('holder', '=', arg('holder')),
);
const leave = statement<{ name: string; holder: string }>()((query, arg) =>
  query.deleteFrom('places').where('name', '=', arg('name')).where('holder', '=', arg('holder')),
);

/** The limits of accounts over all processes of a workspace; `stop` ends what keeps places alive. */
export function allowances(
  connection: Connection,
  clock: Pick<Clock, 'now'>,
  vault: Vault,
): { port: Allowances; stop(): void } {
  const keyed = (name: string): string => Buffer.from(vault.derive('allowance', name)).toString('hex');
  const held = new Map<string, string>();
  let renewing: NodeJS.Timeout | undefined;

  const renewAll = (): void => {
    try {
      connection.write(() => {
        for (const [holder, name] of held) connection.run(renew, { name, holder, until: clock.now() + PLACE_MS });
      });
    } catch {
      // A store that is busy now is asked again in time: a place lives for three of these.
    }
  };
  const stop = (): void => {
    clearInterval(renewing);
    renewing = undefined;
  };

  const port: Allowances = {
    async takeTurns(plain, rule, count) {
      const name = keyed(plain);
      return connection.write(() => {
        const now = clock.now();
        const row = connection.get(find, { name });
        // A bucket that nobody took from is full; so is one of a moment that has not come, as after a clock set back.
        const isKnown = row !== undefined && row.taken_at > 0 && row.taken_at <= now + PLACE_MS;
        let bucket: Bucket = isKnown ? { tokens: row.tokens, atMs: row.taken_at } : { tokens: rule.burst, atMs: now };
        const moments = Array.from({ length: count }, () => {
          const taken = takeToken(rule, bucket, now);
          bucket = taken.bucket;
          return now + taken.waitMs;
        });
        connection.run(saveBucket, { name, tokens: bucket.tokens, at: bucket.atMs });
        return moments;
      });
    },
    async takePlace(plain, places) {
      const name = keyed(plain);
      const holder = randomBytes(8).toString('hex');
      const isTaken = connection.write(() => {
        const now = clock.now();
        connection.run(dropSilent, { name, now });
        if (Number(connection.get(countPlaces, { name })?.held ?? 0) >= places) return false;
        connection.run(hold, { name, holder, until: now + PLACE_MS });
        return true;
      });
      if (!isTaken) return undefined;
      held.set(holder, name);
      renewing ??= setInterval(renewAll, RENEW_MS).unref();
      return async () => {
        if (!held.delete(holder)) return;
        if (held.size === 0) stop();
        connection.write(() => connection.run(leave, { name, holder }));
      };
    },
    async closeUntil(plain, moment) {
      const name = keyed(plain);
      connection.write(() => {
        const until = Math.max(connection.get(find, { name })?.closed_until ?? 0, Math.ceil(moment));
        connection.run(saveClosing, { name, until });
      });
    },
    async closedUntil(plain) {
      return connection.get(find, { name: keyed(plain) })?.closed_until ?? 0;
    },
  };
  return { port, stop };
}
