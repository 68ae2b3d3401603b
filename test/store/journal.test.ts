import { afterEach, beforeEach, expect, test } from 'vitest';
import Database from 'libsql';
import type { Intent, Lease, Store } from '../../src/store/index.ts';
import { begin, bench, nothing, type Bench } from './workbench.ts';

let made: Bench;
let store: Store;
let lease: Lease;
const intent = (id: string): Intent => ({
  id,
  run: 'r1',
  snapshot: 'employees',
  sink: 'acme.users',
  operation: 'create',
  items: [{ key: '1', hash: '00', target: {} }],
});
beforeEach(async () => {
  made = bench();
  store = made.open();
  lease = await begin(store, 'r1');
  await store.openIntents(lease, [intent('i1'), intent('i2')]);
});
afterEach(() => made.remove());

const step = (place: number, id: string) => ({ place, answer: { id } });
const records = (count: number) => Array.from({ length: count }, (_, index) => ({ key: `person ${index}` }));

test('the steps of an intent come back in the order of their places, and those of another stay apart', async () => {
  await store.writeJournalStep(lease, 'i1', step(2, 'c'));
  await store.writeJournalStep(lease, 'i1', step(0, 'a'));
  await store.writeJournalStep(lease, 'i2', step(0, 'z'));
  expect(await store.journalSteps('i1')).toEqual([step(0, 'a'), step(2, 'c')]);
  await store.forgetJournal(lease, 'i1');
  expect(await store.journalSteps('i1')).toEqual([]);
  expect(await store.journalSteps('i2')).toEqual([step(0, 'z')]);
});

test('pending records keep their order over many parts, and name their batch as pending', async () => {
  await store.keepPending(lease, 'i1', records(1201));
  expect(await store.pendingRecords('i1')).toEqual(records(1201));
  expect(await store.pendingBatches('employees')).toEqual(['i1']);
  expect(await store.pendingBatches('others')).toEqual([]);
  await store.keepPending(lease, 'i1', []);
  expect(await store.pendingBatches('employees')).toEqual([]);
});

test('with an intent goes what was journalled of it', async () => {
  await store.writeJournalStep(lease, 'i1', step(0, 'a'));
  await store.keepPending(lease, 'i1', records(1));
  await store.commit(lease, 'r1', 'employees', { ...nothing(), closed: ['i1'] });
  expect(await store.journalSteps('i1')).toEqual([]);
  expect(await store.pendingRecords('i1')).toEqual([]);
});

test('a run that lost its lock journals nothing', async () => {
  await lease.release();
  const lost = { code: 'LOCK_LOST' };
  await expect(store.writeJournalStep(lease, 'i1', step(0, 'a'))).rejects.toMatchObject(lost);
  await expect(store.keepPending(lease, 'i1', records(1))).rejects.toMatchObject(lost);
  await expect(store.forgetJournal(lease, 'i1')).rejects.toMatchObject(lost);
});

test('answers and records are sealed, each at its own place', async () => {
  await store.writeJournalStep(lease, 'i1', step(0, 'upload-77'));
  await store.keepPending(lease, 'i1', [{ name: 'Petrova' }]);
  const plain = new Database(made.path);
  const sealed = (table: string) =>
    Buffer.from((plain.prepare(`SELECT sealed FROM ${table}`).get() as { sealed: Uint8Array }).sealed).toString(
      'latin1',
    );
  expect(sealed('journal')).not.toContain('upload-77');
  expect(sealed('pending')).not.toContain('Petrova');
  plain.prepare('UPDATE journal SET place = 1').run();
  plain.close();
  await expect(store.journalSteps('i1')).rejects.toThrow();
});

test('a renamed pipeline takes what is pending along', async () => {
  await store.writeJournalStep(lease, 'i1', step(0, 'a'));
  await store.keepPending(lease, 'i1', records(2));
  expect(await store.renamePipeline(lease, 'employees', { pipeline: 'people', snapshot: 'people' })).toBe(true);
  expect(await store.pendingBatches('people')).toEqual(['i1']);
  expect(await store.pendingRecords('i1')).toEqual(records(2));
  expect(await store.journalSteps('i1')).toEqual([step(0, 'a')]);
});
