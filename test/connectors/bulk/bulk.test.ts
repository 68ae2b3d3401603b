import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openScene, type Row, type Scene } from '../harness.ts';
import { startBulk, type Bulk } from './server.ts';

let bulk: Bulk;
let scene: Scene;
beforeEach(async () => {
  bulk = await startBulk();
  scene = openScene({
    connector: join(import.meta.dirname, 'connector.yaml'),
    name: 'bulk',
    connection: { url: bulk.url, token: 't' },
    target: 'contacts',
    map: '{ Number__c: =id, LastName: =last, Email: =mail ? mail, Active__c: true }',
    missing: '{ after: 1 feeds }',
  });
});
afterEach(async () => {
  scene.close();
  await bulk.close();
});

const person = (id: string, more: Row = {}): Row => ({ id, last: `L ${id}`, mail: `${id}@x.example`, ...more });
const rows = ['1', '2', '3'].map((id) => person(id));
const asJob = ['POST ', 'PUT /ID/batches', 'PATCH /ID', 'GET /ID', 'GET /ID', 'GET /ID'];
const whole = [...asJob, 'GET /ID/successfulResults', 'GET /ID/failedResults'];

it('a batch is a job: uploaded, waited for, and each fate read out of two files', async () => {
  const result = await scene.run([person('1'), person('2', { last: '-' }), person('3')]);
  expect(result.counts).toMatchObject({ rejected: 1, delivered: { create: 2 } });
  expect(result.rejects).toMatchObject([{ key: '2', reason: 'REQUIRED_FIELD_MISSING:LastName' }]);
  expect(bulk.requests).toEqual(whole);
  expect(scene.waits).toEqual([10_000, 10_000]);
  expect(bulk.ledger).toEqual(['create 1', 'create 3']);
});

it('a field without a value is cleared in the form that the target knows, and who left is marked', async () => {
  await scene.run(rows);
  const second = await scene.run([person('1', { mail: '' }), person('2')]);
  expect(second.counts.delivered).toEqual({ update: 1, missing: 1 });
  expect(bulk.contacts.get('1')).toMatchObject({ Email: '', LastName: 'L 1', sf__Id: '0031' });
  expect(bulk.contacts.get('3')).toMatchObject({ Active__c: 'false' });
});

it('rows that a job left unprocessed stand in neither file, and are sent in another', async () => {
  bulk.unprocessed.add('2');
  expect((await scene.run(rows)).counts).toMatchObject({ rejected: 0, delivered: { create: 3 } });
  expect(bulk.ledger).toEqual(['create 1', 'create 3', 'create 2']);
  expect(bulk.jobs.size).toBe(2);
});

it.each(['PUT /ID/batches', 'PATCH /ID', 'GET /ID/failedResults'])(
  'a lost answer to %s is asked for again within the job: nothing is done twice',
  async (lost) => {
    bulk.lose = lost;
    expect((await scene.run(rows)).counts).toMatchObject({ rejected: 0, delivered: { create: 3 } });
    expect(bulk.jobs.size).toBe(1);
    expect(bulk.requests).toHaveLength(whole.length + 1);
    expect(bulk.ledger).toEqual(['create 1', 'create 2', 'create 3']);
  },
);

it('a lost answer to the first request makes another job, and the one that nobody knows is left empty', async () => {
  bulk.lose = 'POST ';
  expect((await scene.run(rows)).counts).toMatchObject({ rejected: 0, delivered: { create: 3 } });
  expect(bulk.ledger).toEqual(['create 1', 'create 2', 'create 3']);
  expect([...bulk.jobs.values()].map(({ state }) => state)).toEqual(['Open', 'JobComplete']);
});

it('a job that fails fails the run, with what it says', async () => {
  bulk.fails = true;
  const result = await scene.run(rows);
  expect(result).toMatchObject({ status: 'failed', code: 'HTTP_REFUSED', counts: { unsettled: 3 } });
  expect(bulk.contacts.size).toBe(0);
  bulk.fails = false;
  expect((await scene.run(rows)).counts).toMatchObject({ delivered: { create: 3 } });
});

it('a process killed within a job: the next run goes on behind the last step that was done', async () => {
  const signal = await scene.runApart(rows, (child) => {
    bulk.onRequest = (name) => name === 'PATCH /ID' && child.kill('SIGKILL');
  });
  bulk.onRequest = undefined;
  expect(signal).toBe('SIGKILL');
  expect(await scene.run(rows)).toMatchObject({ status: 'done', counts: { rejected: 0, unsettled: 0 } });
  expect(bulk.jobs.size).toBe(1);
  expect(bulk.requests.filter((name) => name === 'PUT /ID/batches')).toHaveLength(1);
  expect(bulk.ledger).toEqual(['create 1', 'create 2', 'create 3']);
  expect((await scene.run(rows)).counts).toMatchObject({ unchanged: 3 });
});
