import Database from 'libsql';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { momentText } from '../../src/expression/index.ts';
import type { Lease, Store } from '../../src/store/index.ts';
import {
  acknowledgement,
  active,
  begin,
  beginUnder,
  bench,
  finished,
  loaded,
  nothing,
  type Bench,
} from './workbench.ts';

const benches: Bench[] = [];
const children: ChildProcess[] = [];
const newBench = (): Bench => {
  const made = bench();
  benches.push(made);
  return made;
};
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const made of benches.splice(0)) await made.remove();
});
const coded = (code: string) => expect.objectContaining({ code });

test('a lock that is held is refused with its holder and since when', async () => {
  const { open, clock } = newBench();
  const first = await open().lock('people', 'employees');
  const other = open();
  const since = momentText(clock.now(), 'UTC');
  const refusal = expect.objectContaining({
    code: 'PIPELINE_LOCKED',
    message: expect.stringMatching(`${since}.*${process.pid}`),
  });
  await expect(other.lock('people', 'directors')).rejects.toThrow(refusal);
  await other.lock('departments', 'departments');
  await first.release();
  await other.lock('people', 'directors');
});

test('a closed store has released its locks', async () => {
  const { open } = newBench();
  const store = open();
  await store.lock('people', 'employees');
  await store.close();
  await open().lock('people', 'employees');
});

test('a holder that is not heard of for 30 s loses the lock, and not a moment before', async () => {
  const { open, clock } = newBench();
  await open().lock('people', 'employees');
  clock.move(30_000);
  const other = open();
  await expect(other.lock('people', 'employees')).rejects.toThrow(coded('PIPELINE_LOCKED'));
  clock.move(1);
  await other.lock('people', 'employees');
});

test('a clock set back far does not keep a lock for ever', async () => {
  const { open, clock } = newBench();
  await open().lock('people', 'employees');
  clock.move(-3_600_000);
  await open().lock('people', 'employees');
});

test('heartbeats keep a lock', async () => {
  const { open, clock, path } = newBench();
  await open({ heartbeatMs: 5 }).lock('people', 'employees');
  clock.move(60_000);
  await heartbeat(path, clock.now());
  await expect(open().lock('people', 'employees')).rejects.toThrow(coded('PIPELINE_LOCKED'));
});

async function heartbeat(path: string, at: number): Promise<void> {
  const database = new Database(path);
  const read = database.prepare('SELECT heartbeat_at AS at FROM locks');
  for (;;) {
    if ((read.get([]) as { at: number }).at === at) break;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  database.close();
}

async function takenOver(): Promise<{ store: Store; lease: Lease; vault: Bench['vault'] }> {
  const { open, clock, vault } = newBench();
  const store = open({ heartbeatMs: 5 });
  const lease = await begin(store, 'r1');
  // In one breath, before the heartbeat can renew it.
  clock.move(30_001);
  await open().lock('employees', 'employees');
  return { store, lease, vault };
}

test('a run whose lock was taken over is told so', async () => {
  const { lease } = await takenOver();
  if (!lease.lost.aborted) await once(lease.lost, 'abort');
  expect(lease.lost.reason).toEqual(coded('LOCK_LOST'));
});

test('a run whose lock was taken over changes nothing more', async () => {
  const { store, lease, vault } = await takenOver();
  const change = acknowledgement(vault, [active('7', 'a')]);
  const attempts = [
    () => store.commit(lease, 'r1', 'employees', change),
    () =>
      store.beginRun(lease, {
        id: 'r2',
        pipeline: 'p',
        snapshot: null,
        tick: 1,
        startedAt: 1,
        params: {},
        definition: '',
      }),
    () => store.finishRun(lease, finished('r1')),
    () => store.openIntents(lease, []),
    () => store.settleProvisional(lease, 'r1'),
    () => store.dropProvisional(lease, 'r1'),
    () => store.saveSnapshotFacts(lease, { name: 'employees', owner: 'x' }),
    () => store.mergeSnapshot(lease, 'employees'),
    () => store.consume(lease, 'employees', []),
    () => store.useAcceptance(lease, 'employees', 'h', 1),
  ];
  for (const attempt of attempts) await expect(attempt()).rejects.toThrow(coded('LOCK_LOST'));
  expect((await loaded(store)).size).toBe(0);
  expect(await store.run('r1')).toMatchObject({ status: 'running', counts: null });
});

test('a released lock that was taken over stays with its new holder', async () => {
  const { store, lease } = await takenOver();
  await lease.release();
  await expect(store.lock('employees', 'employees')).rejects.toThrow(coded('PIPELINE_LOCKED'));
});

test('a lease that cannot be renewed in time is lost', async () => {
  const { open, clock, path } = newBench();
  const lease = await open({ heartbeatMs: 5, busyTimeoutMs: 0 }).lock('people', 'employees');
  const other = new Database(path);
  other.exec('BEGIN IMMEDIATE');
  clock.move(30_001);
  await once(lease.lost, 'abort');
  other.exec('ROLLBACK');
  other.close();
});

// Children load their TypeScript themselves: seconds each on a busy machine.
const PROCESS_TIMEOUT_MS = 180_000;
const register = fileURLToPath(new URL('./processes/register.mjs', import.meta.url));
const worker = fileURLToPath(new URL('./processes/worker.ts', import.meta.url));

function startProcess({ path, keyText }: Bench, ...job: string[]): ChildProcess {
  const args = ['--import', register, worker, path, keyText, ...job];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return child;
}

test(
  'a killed holder is taken over at once, its run is interrupted, and what it committed is there',
  { timeout: PROCESS_TIMEOUT_MS },
  async () => {
    const made = newBench();
    const clock = { now: () => Date.now(), monotonic: () => performance.now() };
    const child = startProcess(made, 'hold');
    await once(child.stdout as NodeJS.ReadableStream, 'data');
    const store = made.open({ clock });
    await expect(store.lock('employees', 'employees')).rejects.toThrow(coded('PIPELINE_LOCKED'));
    expect(await store.markInterrupted()).toEqual([]);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const lease = await store.lock('employees', 'employees');
    expect(await store.markInterrupted()).toEqual(['run of employees']);
    expect(await store.run('run of employees')).toMatchObject({ status: 'interrupted', code: 'RUN_INTERRUPTED' });
    expect(await store.markInterrupted()).toEqual([]);
    expect((await loaded(store)).size).toBe(1);
    await store.mergeSnapshot(lease, 'employees');
  },
);

test(
  'four processes open one new store at once and work on it without losing anything',
  { timeout: PROCESS_TIMEOUT_MS },
  async () => {
    const made = newBench();
    const names = ['a', 'b', 'c', 'd'];
    const exits = names.map((name) => once(startProcess(made, 'commit', name), 'exit'));
    expect((await Promise.all(exits)).map(([code]) => code as number)).toEqual([0, 0, 0, 0]);
    const store = made.open();
    for (const name of names) expect((await loaded(store, name)).size).toBe(800);
  },
);

test('a run whose lock is gone is interrupted; one that works, and one of this process without a lock, is not', async () => {
  const { open } = newBench();
  const store = open();
  const orphaned = await begin(store, 'r1');
  await store.commit(orphaned, 'r1', 'employees', nothing());
  await orphaned.release();
  await begin(store, 'r2', 'others');
  await beginUnder(store, null, 'r3', 'third');
  expect(await store.markInterrupted()).toEqual(['r1']);
});
