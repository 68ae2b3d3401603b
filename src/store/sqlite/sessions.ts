import type { LoginState, LoginTurn, Sessions } from '../../connect/sdk/index.ts';
import type { Clock } from '../../model/clock.ts';
import { isProblem } from '../../model/problem.ts';
import type { Lease, Vault } from '../ports.ts';
import type { Connection } from './connection.ts';
import { assertHeld, type Locks } from './lock.ts';
import type { Sealing } from './sealing.ts';
import { statement } from './statement.ts';

const find = statement<{ account: string }>()((query, arg) =>
  query.selectFrom('sessions').select(['serial', 'sealed']).where('account', '=', arg('account')),
);
const save = statement<{ account: string; serial: number; sealed: Uint8Array; now: number }>()((query, arg) => {
  const values = { serial: arg('serial'), sealed: arg('sealed'), saved_at: arg('now') };
  return query
    .insertInto('sessions')
    .values({ account: arg('account'), ...values })
    .onConflict((conflict) => conflict.column('account').doUpdateSet(values));
});

const contextOf = (account: string): string => `session ${account}`;

/** Logins, sealed, and the lock by which one process at a time logs in to an account (S20). */
export function sessions(
  connection: Connection,
  clock: Pick<Clock, 'now'>,
  vault: Vault,
  sealing: Sealing,
  locks: Locks,
): Sessions {
  const nameOf = (account: string): string => Buffer.from(vault.derive('session account', account)).toString('hex');
  const stored = (account: string): LoginState | undefined => {
    const row = connection.get(find, { account });
    if (!row) return undefined;
    return { ...sealing.open<Omit<LoginState, 'serial'>>(row.sealed, contextOf(account)), serial: row.serial };
  };

  const turn = (account: string, lease: Lease): LoginTurn => ({
    async save(state) {
      // Durably: who rotated the token will not say it again after a power cut (S21).
      return connection.writeDurably(() => {
        assertHeld(connection, lease);
        const serial = (connection.get(find, { account })?.serial ?? 0) + 1;
        const sealed = sealing.seal(state, contextOf(account));
        connection.run(save, { account, serial, sealed, now: clock.now() });
        return { ...state, serial };
      });
    },
    end: () => lease.release(),
  });

  return {
    async findLogin(account) {
      return stored(nameOf(account));
    },
    async beginLogin(account, who) {
      const name = nameOf(account);
      try {
        return turn(name, locks.lock(`login ${name}`, `the login of ${who}`));
      } catch (error) {
        if (isProblem(error) && error.code === 'PIPELINE_LOCKED') return undefined;
        throw error;
      }
    },
  };
}
