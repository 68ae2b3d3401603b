import { randomUUID } from 'node:crypto';
import { momentText } from '../../expression/index.ts';
import type { Clock } from '../../model/clock.ts';
import { problem } from '../../model/problem.ts';
import type { Holder, Lease } from '../ports.ts';
import type { Connection } from './connection.ts';
import { isAlive, isGone, LEASE_MS, thisProcess } from './holder.ts';
import { statement } from './statement.ts';

const HEARTBEAT_MS = 5_000;

type HolderArgs = { host: string; boot: string; pid: number; start: string };
const find = statement<{ name: string }>()((query, arg) =>
  query.selectFrom('locks').selectAll().where('name', '=', arg('name')),
);
const all = statement()((query) => query.selectFrom('locks').selectAll());
const take = statement<HolderArgs & { name: string; pipeline: string; token: string; now: number }>()((query, arg) => {
  const values = {
    pipeline: arg('pipeline'),
    token: arg('token'),
    since: arg('now'),
    heartbeat_at: arg('now'),
    host: arg('host'),
    boot_id: arg('boot'),
    pid: arg('pid'),
    process_start: arg('start'),
  };
  return query
    .insertInto('locks')
    .values({ name: arg('name'), ...values })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(values));
});
const renew = statement<{ name: string; token: string; now: number }>()((query, arg) =>
  query
    .updateTable('locks')
    .set({ heartbeat_at: arg('now') })
    .where('name', '=', arg('name'))
    .where('token', '=', arg('token')),
);
const remove = statement<{ name: string; token: string }>()((query, arg) =>
  query.deleteFrom('locks').where('name', '=', arg('name')).where('token', '=', arg('token')),
);
const holds = statement<{ name: string; token: string }>()((query, arg) =>
  query.selectFrom('locks').select('since').where('name', '=', arg('name')).where('token', '=', arg('token')),
);

/** Locks by S20. */
export interface Locks {
  /** Throws PIPELINE_LOCKED. */
  lock(name: string, pipeline: string): Lease;
  /** Releases what is still held. */
  close(): Promise<void>;
}

export function locks(
  connection: Connection,
  clock: Pick<Clock, 'now' | 'monotonic'>,
  heartbeatMs = HEARTBEAT_MS,
  timezone = 'UTC',
): Locks {
  const held = new Set<Lease>();
  return {
    lock(name, pipeline) {
      const token = randomUUID();
      const now = clock.now();
      connection.write(() => {
        const holder = connection.get(find, { name });
        if (holder && !isGone(holderOf(holder), holder.heartbeat_at, now)) throw locked(name, holder, timezone);
        connection.run(take, { name, pipeline, token, now, ...holderArgs() });
      });
      return keep(name, token);
    },
    async close() {
      await Promise.allSettled([...held].map((lease) => lease.release()));
    },
  };

  function keep(name: string, token: string): Lease {
    const losing = new AbortController();
    let renewedAt = clock.monotonic();
    const timer = setInterval(() => {
      const lost = beat(name, token, () => (renewedAt = clock.monotonic()));
      if (lost || clock.monotonic() - renewedAt > LEASE_MS) {
        stop();
        losing.abort(lockLost(name));
      }
    }, heartbeatMs);
    timer.unref();
    const stop = (): void => {
      clearInterval(timer);
      held.delete(lease);
    };
    const lease: Lease = {
      name,
      token,
      lost: losing.signal,
      release: async () => {
        stop();
        connection.run(remove, { name, token });
      },
    };
    held.add(lease);
    return lease;
  }

  /** True when the lock is another's now. A store that is busy or full can't say so; then the lease's time decides. */
  function beat(name: string, token: string, renewed: () => void): boolean {
    try {
      if (connection.run(renew, { name, token, now: clock.now() }).changes === 0) return true;
      renewed();
    } catch {
      // Thrown into a timer it would end the process; the next commit meets the same trouble and tells it.
    }
    return false;
  }
}

/** Throws LOCK_LOST when the lease's lock is another's. To be called inside the transaction that it protects. */
export function assertHeld(connection: Connection, lease: Lease): void {
  if (!connection.get(holds, { name: lease.name, token: lease.token })) throw lockLost(lease.name);
}

/** Tokens whose holder is there: heard of, or late and yet alive. */
export function liveTokens(connection: Connection, now: number): Set<string> {
  const live = connection
    .all(all, {})
    .filter((lock) => !isGone(holderOf(lock), lock.heartbeat_at, now) || isAlive(holderOf(lock)) === true);
  return new Set(live.map((lock) => lock.token));
}

/** Throws STORE_BUSY while any run works: the schema can't change under it. */
export function assertNoLock(connection: Connection, now: number): void {
  const live = connection.all(all, {}).find((lock) => !isGone(holderOf(lock), lock.heartbeat_at, now));
  if (!live) return;
  throw problem(
    'STORE_BUSY',
    `The store must be brought up to date, and ${live.pipeline} is running on it (process ${live.pid} on ${live.host})`,
    { fix: 'Wait until that run has ended, or stop it.' },
  );
}

export const holderArgs = (): HolderArgs => {
  const { host, bootId, pid, processStart } = thisProcess();
  return { host, boot: bootId, pid, start: processStart };
};

export const holderOf = (row: { host: string; boot_id: string; pid: number; process_start: string }): Holder => ({
  host: row.host,
  bootId: row.boot_id,
  pid: row.pid,
  processStart: row.process_start,
});

const locked = (name: string, held: { host: string; pid: number; pipeline: string; since: number }, timezone: string) =>
  problem(
    'PIPELINE_LOCKED',
    `${held.pipeline} has been running since ${momentText(held.since, timezone)} in process ${held.pid} on ${held.host} and holds “${name}”`,
    { fix: 'Wait until it has ended. If that process is gone the lock is free after 30 s by itself.' },
  );

const lockLost = (name: string) =>
  problem('LOCK_LOST', `Another process took over the lock “${name}”; nothing more is committed`, {
    fix: 'Nothing to do: the other run goes on. It happens to a process that was paused for longer than 30 s.',
  });
