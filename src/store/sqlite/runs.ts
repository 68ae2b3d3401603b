import type { Clock } from '../../model/clock.ts';
import type { Counts } from '../../model/record.ts';
import type { Lease, RunRow, Store } from '../ports.ts';
import type { Connection } from './connection.ts';
import { recordDeliveries } from './deliveries.ts';
import { isAlive } from './holder.ts';
import { assertHeld, holderArgs, holderOf, liveTokens } from './lock.ts';
import { settleShownNoMore } from './rejects.ts';
import type { Sealing } from './sealing.ts';
import { statement } from './statement.ts';

const CONTEXT = 'runs';

const insert = statement<{
  id: string;
  pipeline: string;
  snapshot: string | null;
  tick: number;
  started: number;
  params: Uint8Array;
  definition: string;
  token: string | null;
  host: string;
  boot: string;
  pid: number;
  start: string;
}>()((query, arg) =>
  query.insertInto('runs').values({
    id: arg('id'),
    pipeline: arg('pipeline'),
    snapshot: arg('snapshot'),
    status: 'running',
    tick: arg('tick'),
    started_at: arg('started'),
    sealed_params: arg('params'),
    definition: arg('definition'),
    token: arg('token'),
    host: arg('host'),
    boot_id: arg('boot'),
    pid: arg('pid'),
    process_start: arg('start'),
  }),
);
const finish = statement<{
  id: string;
  status: RunRow['status'];
  ended: number | null;
  duration: number | null;
  counts: string | null;
  guards: string | null;
  reason: string | null;
  code: string | null;
  result: Uint8Array | null;
}>()((query, arg) =>
  query
    .updateTable('runs')
    .set({
      status: arg('status'),
      ended_at: arg('ended'),
      duration_ms: arg('duration'),
      counts: arg('counts'),
      guards: arg('guards'),
      reason: arg('reason'),
      code: arg('code'),
      sealed_result: arg('result'),
    })
    .where('id', '=', arg('id')),
);
const byId = statement<{ id: string }>()((query, arg) =>
  query.selectFrom('runs').selectAll().where('id', '=', arg('id')),
);
const newest = statement<{ limit: number }>()((query, arg) =>
  query.selectFrom('runs').selectAll().orderBy('started_at', 'desc').orderBy('id', 'desc').limit(arg('limit')),
);
const newestOf = statement<{ pipeline: string; limit: number }>()((query, arg) =>
  query
    .selectFrom('runs')
    .selectAll()
    .where('pipeline', '=', arg('pipeline'))
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
    .limit(arg('limit')),
);
const running = statement()((query) => query.selectFrom('runs').selectAll().where('status', '=', 'running'));
const interrupt = statement<{ id: string; at: number; reason: string; code: string }>()((query, arg) =>
  query
    .updateTable('runs')
    .set({ status: 'interrupted', ended_at: arg('at'), reason: arg('reason'), code: arg('code') })
    .where('id', '=', arg('id')),
);
const saveCounts = statement<{ id: string; counts: string }>()((query, arg) =>
  query
    .updateTable('runs')
    .set({ counts: arg('counts') })
    .where('id', '=', arg('id')),
);

const amend = statement<{ id: string; result: Uint8Array }>()((query, arg) =>
  query
    .updateTable('runs')
    .set({ sealed_result: arg('result') })
    .where('id', '=', arg('id'))
    .where('status', '!=', 'running'),
);

type Row = NonNullable<ReturnType<NonNullable<(typeof byId)['types']>>>;

/** Runs and what became of them. */
export function runs(
  connection: Connection,
  clock: Pick<Clock, 'now'>,
  { seal, open }: Sealing,
): Pick<Store, 'beginRun' | 'finishRun' | 'amendResult' | 'runs' | 'run' | 'markInterrupted'> {
  const view = (row: Row): RunRow => ({
    id: row.id,
    pipeline: row.pipeline,
    snapshot: row.snapshot,
    status: row.status,
    tick: row.tick,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    durationMs: row.duration_ms,
    params: open<Record<string, string>>(row.sealed_params, CONTEXT),
    definition: row.definition,
    counts: readCounts(row.counts),
    guards: row.guards === null ? null : (JSON.parse(row.guards) as unknown),
    reason: row.reason,
    code: row.code,
    result: row.sealed_result === null ? null : open<unknown>(row.sealed_result, CONTEXT),
  });
  return {
    async beginRun(lease, run) {
      connection.write(() => {
        if (lease) assertHeld(connection, lease);
        connection.run(insert, {
          id: run.id,
          pipeline: run.pipeline,
          snapshot: run.snapshot,
          tick: run.tick,
          started: run.startedAt,
          params: seal(run.params, CONTEXT),
          definition: run.definition,
          token: lease?.token ?? null,
          ...holderArgs(),
        });
      });
    },
    async finishRun(lease, run) {
      connection.write(() => {
        if (lease) assertHeld(connection, lease);
        const begun = runInWork(connection, run.id);
        if (run.counts) recordDeliveries(connection, run.id, begun.counts, run.counts, clock.now());
        connection.run(finish, {
          id: run.id,
          status: run.status,
          ended: run.endedAt,
          duration: run.durationMs,
          counts: JSON.stringify(run.counts ?? begun.counts),
          guards: JSON.stringify(run.guards ?? null),
          reason: run.reason,
          code: run.code,
          result: run.result === undefined ? null : seal(run.result, CONTEXT),
        });
        if (run.status === 'done' && run.feedComplete) settleShownNoMore(connection, begun.pipeline, run.id);
      });
    },
    async amendResult(run, result) {
      connection.run(amend, { id: run, result: seal(result, CONTEXT) });
    },
    async runs({ pipeline, limit }) {
      const rows =
        pipeline === undefined ? connection.all(newest, { limit }) : connection.all(newestOf, { pipeline, limit });
      return rows.map(view);
    },
    async run(id) {
      const row = connection.get(byId, { id });
      return row && view(row);
    },
    async markInterrupted() {
      return connection.write(() => {
        const now = clock.now();
        const live = liveTokens(connection, now);
        const orphans = connection.all(running, {}).filter((run) => isOrphan(run, live));
        for (const { id, pid, host } of orphans) {
          const reason = `The process that ran it (${pid} on ${host}) ended without finishing it; the next run takes up what was left`;
          connection.run(interrupt, { id, at: now, reason, code: 'RUN_INTERRUPTED' });
        }
        return orphans.map(({ id }) => id);
      });
    },
  };
}

/** A run without a lock is orphaned only when its process is known to be dead; nobody hears of it otherwise. */
function isOrphan(run: Row, live: Set<string>): boolean {
  const alive = isAlive(holderOf(run));
  if (alive === false) return true;
  return run.token !== null && !live.has(run.token);
}

/** What a commit needs of its run. Throws when the run was never begun, which is a fault of the caller. */
export function runInWork(
  connection: Connection,
  id: string,
): { pipeline: string; snapshot: string | null; counts: Counts | null } {
  const row = connection.get(byId, { id });
  if (!row) throw new Error(`run ${id} was never begun`);
  return { pipeline: row.pipeline, snapshot: row.snapshot, counts: readCounts(row.counts) };
}

/** Remembers the counts so far, and what was delivered since the last time. */
export function saveProgress(connection: Connection, id: string, before: Counts | null, now: Counts, at: number): void {
  recordDeliveries(connection, id, before, now, at);
  connection.run(saveCounts, { id, counts: JSON.stringify(now) });
}

const readCounts = (text: string | null): Counts | null => (text === null ? null : (JSON.parse(text) as Counts));

/** Throws LOCK_LOST; then does `work` in the same transaction. */
export function underLease<T>(connection: Connection, lease: Lease, work: () => T): T {
  return connection.write(() => {
    assertHeld(connection, lease);
    return work();
  });
}
