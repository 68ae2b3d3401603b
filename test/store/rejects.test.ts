import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Lease, RejectInput, Store } from '../../src/store/index.ts';
import { beginUnder, bench, finished, nothing, type Bench } from './workbench.ts';

let made: Bench;
let store: Store;
let lease: Lease;
beforeEach(async () => {
  made = bench();
  store = made.open();
  lease = await store.lock('employees', 'employees');
});
afterEach(() => made.remove());

const refused = (key: string | null, more: Partial<RejectInput> = {}): RejectInput => ({
  key,
  stage: 'steps',
  code: 'DATE_UNREADABLE',
  reason: 'A text is not a date',
  origin: 'staff.csv',
  line: 3,
  source: { tab: key ?? '', born: '31.02.1990' },
  ...more,
});

async function night(run: string, rejects: RejectInput[], settledKeys: string[] = []): Promise<void> {
  made.clock.move(1000);
  await beginUnder(store, lease, run);
  await store.commit(lease, run, 'employees', { ...nothing(), rejects, settledKeys });
}
const open = () => store.rejects({ pipeline: 'employees', status: 'open' });

test('a reject is kept with all that is known of it, and given back as it came', async () => {
  const whole = refused('7', { sink: 'lms', field: 'born' });
  await night('r1', [whole]);
  const [found] = await open();
  const at = made.clock.now();
  const stored = {
    pipeline: 'employees',
    firstRun: 'r1',
    lastRun: 'r1',
    attempts: 1,
    firstAt: at,
    lastAt: at,
    status: 'open',
  };
  expect(found).toEqual({ ...whole, ...stored, id: found?.id });
  expect(await store.reject(found?.id as number)).toEqual(found);
  expect(await store.reject(99)).toBeUndefined();
});

test("tonight's same failure updates the open reject instead of adding one", async () => {
  await night('r1', [refused('7')]);
  await night('r2', [refused('7', { code: 'SNILS_WRONG', line: 9 })]);
  const rows = await open();
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({ code: 'SNILS_WRONG', line: 9, firstRun: 'r1', lastRun: 'r2', attempts: 2 });
});

test('several rows of one key in one run are one attempt', async () => {
  await night('r1', [refused('7'), refused('7', { line: 4 })]);
  expect(await open()).toMatchObject([{ attempts: 1, line: 4 }]);
});

test('another stage of the same key is a reject of its own, and both close when the key is settled', async () => {
  await night('r1', [refused('7'), refused('7', { stage: 'deliver' }), refused('8')]);
  expect(await open()).toHaveLength(3);
  await night('r2', [], ['7']);
  expect((await open()).map(({ key }) => key)).toEqual(['8']);
  expect((await store.rejects({ status: 'settled' })).map(({ key }) => key)).toEqual(['7', '7']);
});

test('a key that fails again after it was settled opens a new reject', async () => {
  await night('r1', [refused('7')]);
  await night('r2', [], ['7']);
  await night('r3', [refused('7')]);
  expect(await open()).toMatchObject([{ firstRun: 'r3', attempts: 1 }]);
});

test('a key that is settled and rejected in one commit stays rejected', async () => {
  await night('r1', [refused('7')], ['7']);
  expect(await open()).toHaveLength(1);
});

test("another pipeline's reject of the same key is left alone", async () => {
  await night('r1', [refused('7')]);
  await beginUnder(store, lease, 'o1', 'others');
  await store.commit(lease, 'o1', 'others', { ...nothing(), settledKeys: ['7'] });
  expect(await open()).toHaveLength(1);
});

test('a row without a key is known by what it says, whatever the order of its columns, and by its place where it says nothing', async () => {
  await night('r1', [
    refused(null, { source: { a: '1', b: '2' } }),
    refused(null, { source: 'a;"b', stage: 'read' }),
    refused(null, { source: null, stage: 'read', line: 12 }),
  ]);
  await night('r2', [
    refused(null, { source: { b: '2', a: '1' } }),
    refused(null, { source: 'a;"b', stage: 'read', line: 80 }),
    refused(null, { source: null, stage: 'read', line: 12 }),
    refused(null, { source: null, stage: 'read', line: 13 }),
  ]);
  expect((await open()).map(({ attempts }) => attempts)).toEqual([2, 2, 2, 1]);
});

test('a row cannot pass for a key', async () => {
  await night('r1', [refused('7'), refused(null, { source: 'key 7' }), refused(null, { source: '7' })]);
  await night('r2', [], ['7']);
  expect((await open()).map(({ key }) => key)).toEqual([null, null]);
});

test('rows without a key are settled by a complete feed that no longer shows them, and by nothing less', async () => {
  await night('r1', [refused(null), refused('7'), refused(null, { source: 'other' })]);
  await store.finishRun(lease, { ...finished('r1'), feedComplete: true });
  expect(await open()).toHaveLength(3);
  await night('r2', []);
  await store.finishRun(lease, finished('r2'));
  await night('r3', []);
  await store.finishRun(lease, { ...finished('r3', 'failed'), feedComplete: true });
  expect(await open()).toHaveLength(3);
  await night('r4', [refused(null)]);
  await store.finishRun(lease, { ...finished('r4'), feedComplete: true });
  expect((await open()).map(({ key, source }) => [key, typeof source])).toEqual([
    [null, 'object'],
    ['7', 'object'],
  ]);
});

test('rejects are listed latest first, by pipeline, run and status, up to a limit', async () => {
  await night('r1', [refused('1'), refused('2')]);
  await night('r2', [refused('2'), refused('3')]);
  const keys = async (filter: Parameters<Store['rejects']>[0]) => (await store.rejects(filter)).map(({ key }) => key);
  expect(await keys({})).toEqual(['2', '3', '1']);
  expect(await keys({ run: 'r1' })).toEqual(['2', '1']);
  expect(await keys({ run: 'r2', limit: 1 })).toEqual(['2']);
  expect(await keys({ pipeline: 'others' })).toEqual([]);
  expect(await keys({ status: 'settled' })).toEqual([]);
});

test('how many there are is known without opening them, by the same choice', async () => {
  await night('r1', [refused('1'), refused('2'), refused(null)]);
  await night('r2', [refused('1')], ['2']);
  expect(await store.rejectCount({})).toBe(3);
  expect(await store.rejectCount({ pipeline: 'employees', status: 'open' })).toBe(2);
  expect(await store.rejectCount({ run: 'r2' })).toBe((await store.rejects({ run: 'r2' })).length);
  expect(await store.rejectCount({ pipeline: 'other' })).toBe(0);
});
