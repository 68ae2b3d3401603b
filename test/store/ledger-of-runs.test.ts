import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Intent, Lease, Store } from '../../src/store/index.ts';
import {
  acknowledgement,
  active,
  beginUnder,
  bench,
  counts,
  finished,
  loaded,
  nothing,
  type Bench,
} from './workbench.ts';

let made: Bench;
let store: Store;
let lease: Lease;
beforeEach(async () => {
  made = bench();
  store = made.open();
  lease = await store.lock('employees', 'employees');
});
afterEach(() => made.remove());

test('a run is kept from its beginning to its end', async () => {
  const begun = {
    id: 'r1',
    pipeline: 'employees',
    snapshot: 'employees',
    tick: 5,
    startedAt: 6,
    params: { city: 'Пермь' },
    definition: 'abc',
  };
  const open = {
    endedAt: null,
    durationMs: null,
    counts: null,
    guards: null,
    reason: null,
    code: null,
    result: null,
  };
  await store.beginRun(lease, begun);
  expect(await store.run('r1')).toEqual({ ...begun, ...open, status: 'running' });
  const end = {
    id: 'r1',
    status: 'guarded' as const,
    endedAt: 9,
    durationMs: 2.5,
    counts: counts({ create: 2 }),
    guards: [{ operation: 'missing', count: 7 }],
    reason: 'Too many are missing',
    code: 'GUARD',
    result: { notes: ['A file was superseded.'] },
  };
  await store.finishRun(lease, end);
  expect(await store.run('r1')).toEqual({ ...begun, ...end });
  expect(await store.run('r2')).toBeUndefined();
});

test('a run without a lock, such as a skipped one, is kept as well', async () => {
  await beginUnder(store, null, 'r1');
  await store.finishRun(null, { ...finished('r1'), status: 'skipped', counts: null });
  expect(await store.run('r1')).toMatchObject({ status: 'skipped', counts: null });
});

test('runs are listed newest first, of one pipeline or of all', async () => {
  for (const [id, pipeline, startedAt] of [
    ['a', 'x', 1],
    ['b', 'y', 3],
    ['c', 'x', 2],
  ] as const) {
    await store.beginRun(null, { id, pipeline, snapshot: null, tick: 1, startedAt, params: {}, definition: '' });
  }
  expect((await store.runs({ limit: 2 })).map(({ id }) => id)).toEqual(['b', 'c']);
  expect((await store.runs({ pipeline: 'x', limit: 9 })).map(({ id }) => id)).toEqual(['c', 'a']);
});

test('the counts of the last commit are what is known of a run that did not end', async () => {
  await beginUnder(store, lease, 'r1');
  await store.commit(lease, 'r1', 'employees', { ...nothing(), counts: counts({ create: 3 }) });
  expect((await store.run('r1'))?.counts).toEqual(counts({ create: 3 }));
});

test('a commit of a run that was never begun, or that has no snapshot, is refused whole', async () => {
  const { vault } = made;
  await expect(store.commit(lease, 'r1', 'employees', nothing())).rejects.toThrow('never begun');
  await beginUnder(store, lease, 'r2', 'employees', null);
  await expect(store.commit(lease, 'r2', 'employees', acknowledgement(vault, [active('7', 'a')]))).rejects.toThrow(
    'no snapshot',
  );
  expect((await loaded(store)).size).toBe(0);
});

test('deliveries are counted once, over all pipelines, since an instant', async () => {
  const { clock } = made;
  await beginUnder(store, lease, 'r1');
  await beginUnder(store, lease, 'o1', 'others');
  await store.commit(lease, 'r1', 'employees', { ...nothing(), counts: counts({ missing: 3, create: 1 }) });
  clock.move(1000);
  const since = clock.now();
  await store.commit(lease, 'r1', 'employees', { ...nothing(), counts: counts({ missing: 5, create: 1 }) });
  await store.commit(lease, 'o1', 'others', { ...nothing(), counts: counts({ missing: 2 }) });
  await store.finishRun(lease, { ...finished('o1'), counts: counts({ missing: 3 }) });
  expect(await store.deliveredSince('missing', 0)).toBe(8);
  expect(await store.deliveredSince('missing', since)).toBe(5);
  expect(await store.deliveredSince('create', since)).toBe(0);
});

test('a tick is claimed once, also by another process and whatever the clock says', async () => {
  const other = made.open();
  expect(await store.claimTick('employees', 100)).toBe(true);
  made.clock.move(-5000);
  expect(await other.claimTick('employees', 100)).toBe(false);
  expect(await other.claimTick('others', 100)).toBe(true);
  expect(await other.claimTick('employees', 160)).toBe(true);
});

const intent = (id: string, more: Partial<Intent> = {}): Intent => ({
  id,
  run: 'r1',
  snapshot: 'employees',
  sink: 'lms',
  operation: 'create',
  items: [{ key: '7', hash: 'ff', target: { login: 'anna' } }],
  ...more,
});

test('intents stay open in their order until a commit closes them', async () => {
  await beginUnder(store, lease, 'r1');
  await store.openIntents(lease, [intent('b'), intent('a'), intent('c', { snapshot: 'others' })]);
  expect(await store.pendingIntents('employees')).toEqual([intent('b'), intent('a')]);
  await store.commit(lease, 'r1', 'employees', { ...nothing(), closed: ['b'] });
  expect(await store.pendingIntents('employees')).toEqual([intent('a')]);
  expect(await store.pendingIntents('others')).toEqual([intent('c', { snapshot: 'others' })]);
});

test('an intent opened again under its id stays one', async () => {
  await store.openIntents(lease, [intent('a')]);
  await store.openIntents(lease, [intent('a', { run: 'r2' })]);
  expect(await store.pendingIntents('employees')).toEqual([intent('a', { run: 'r2' })]);
});

test('a file is consumed as it was: another size or time is another file', async () => {
  const file = { store: 'hr', path: 'out/staff.csv', size: 10, mtime: 1000.5 };
  expect(await store.isConsumed('employees', file)).toBe(false);
  await store.consume(lease, 'employees', [{ ...file, contentHash: 'h' }]);
  expect(await store.isConsumed('employees', file)).toBe(true);
  expect(await store.isConsumed('others', file)).toBe(false);
  for (const change of [{ size: 11 }, { mtime: 1001 }, { path: 'x' }, { store: 'x' }]) {
    expect(await store.isConsumed('employees', { ...file, ...change })).toBe(false);
  }
  await store.consume(lease, 'employees', [{ ...file, size: 11, contentHash: 'h2' }]);
  expect(await store.isConsumed('employees', { ...file, size: 11 })).toBe(true);
});

test('an acceptance serves its pipeline and set of changes once, before it expires', async () => {
  const word = { pipeline: 'employees', hash: 'abc', person: 'Olga', at: 100, expiresAt: 200 };
  await store.accept(word);
  expect(await store.useAcceptance(lease, 'others', 'abc', 150)).toBe(false);
  expect(await store.useAcceptance(lease, 'employees', 'abd', 150)).toBe(false);
  expect(await store.useAcceptance(lease, 'employees', 'abc', 200)).toBe(false);
  expect(await store.useAcceptance(lease, 'employees', 'abc', 199)).toBe(true);
  expect(await store.useAcceptance(lease, 'employees', 'abc', 199)).toBe(false);
  await store.accept({ ...word, expiresAt: 300 });
  expect(await store.useAcceptance(lease, 'employees', 'abc', 299)).toBe(true);
});
