import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startBulkJobs, type BulkJobs } from '../../servers/bulk-jobs.ts';
import { openScene, type Row, type Scene } from '../harness.ts';

let bulk: BulkJobs;
let scene: Scene;
beforeEach(async () => {
  bulk = await startBulkJobs();
  scene = openScene({
    connector: join(import.meta.dirname, 'connector.yaml'),
    name: 'salesforce',
    connection: { login: bulk.url, clientId: 'portolan', clientSecret: 'shh' },
    target: 'contacts',
    map: '{ Tab_No__c: =id, LastName: =last, Email: =mail, Active__c: true }',
    missing: '{ after: 1 feeds }',
  });
});
afterEach(async () => {
  scene.close();
  await bulk.close();
});

const person = (id: string, more: Row = {}): Row => ({ id, last: `L ${id}`, mail: `${id}@x.example`, ...more });
const three = ['1', '2', '3'].map((id) => person(id));
const created = ['create 1', 'create 2', 'create 3'];

it('a batch is a job, and the fate of each row stands in its files', async () => {
  const result = await scene.run([person('1'), person('2', { last: '' }), person('3')]);
  expect(result).toMatchObject({ status: 'done', counts: { rejected: 1, delivered: { create: 2 } } });
  expect(bulk.ledger).toEqual(['create 1', 'create 3']);
});

describe('a job that is not done within the run', () => {
  it('leaves its records pending; the next run fetches the outcome and sends nobody twice', async () => {
    bulk.isIdle = true;
    const first = await scene.run(three);
    expect(first).toMatchObject({ status: 'done', counts: { read: 3, pending: 3, delivered: {}, unsettled: 0 } });
    expect(scene.waits.reduce((sum, wait) => sum + wait, 0)).toBe(7_200_000);
    const plan = await scene.plan(three);
    expect(plan.counts).toMatchObject({ read: 3, pending: 3, delivered: {} });
    expect(plan.notes.join()).toMatch(
      /3 records of an earlier run are pending at salesforce.contacts: the run first asks/,
    );
    bulk.work();
    const second = await scene.run(three);
    expect(second).toMatchObject({ status: 'done', counts: { read: 3, unchanged: 3, pending: 0 } });
    expect(second.notes.join()).toMatch(/Outcome of 3 records .*: 3 delivered, 0 rejected\./);
    expect(bulk.ledger).toEqual(created);
    expect(bulk.jobs.size).toBe(1);
    expect((await scene.run(three)).counts).toMatchObject({ unchanged: 3 });
  });

  it('is asked for once in each run, and what changed meanwhile is sent when the outcome is known', async () => {
    bulk.isIdle = true;
    await scene.run(three);
    const changed = [person('1', { mail: 'new@x.example' }), person('2'), person('3'), person('4')];
    scene.waits.length = 0;
    const second = await scene.run(changed);
    expect(second).toMatchObject({ status: 'done', counts: { read: 4, pending: 4, delivered: {} } });
    expect(bulk.jobs.size).toBe(2);
    expect([...bulk.jobs.values()].map(({ rows }) => rows?.map((row) => row.Tab_No__c))).toEqual([
      ['1', '2', '3'],
      ['4'],
    ]);
    bulk.work();
    bulk.isIdle = false;
    const third = await scene.run(changed);
    expect(third.counts).toMatchObject({ read: 4, unchanged: 3, pending: 0, delivered: { update: 1 } });
    expect(bulk.ledger).toEqual([...created, 'create 4', 'update 1']);
    expect(bulk.records.get('1')).toMatchObject({ Email: 'new@x.example' });
  });

  it('makes nobody missing: who was sent and left the feed is pending until it is known', async () => {
    await scene.run(three);
    bulk.isIdle = true;
    await scene.run([person('1', { mail: 'new@x.example' }), person('2'), person('3'), person('4')]);
    const absent = await scene.run([person('2'), person('3')]);
    expect(absent.counts).toMatchObject({ read: 2, absent: 1, unchanged: 2, pending: 1, delivered: {} });
    bulk.work();
    bulk.isIdle = false;
    const after = await scene.run([person('2'), person('3')]);
    expect(after.counts).toMatchObject({ read: 2, absent: 2, unchanged: 2, delivered: { missing: 2 } });
    expect(bulk.ledger).toEqual([...created, 'update 1', 'create 4', 'update 1', 'update 4']);
  });

  it('tells refused rows in the next run, which takes them up again', async () => {
    bulk.isIdle = true;
    const rows = [person('1'), person('2', { last: '' })];
    await scene.run(rows);
    bulk.work();
    const second = await scene.run(rows);
    expect(second).toMatchObject({ status: 'done', counts: { read: 2, unchanged: 1, pending: 1, rejected: 0 } });
    expect(second.notes.join()).toMatch(/1 delivered, 1 rejected/);
    expect(await scene.rejects()).toMatchObject({ 2: expect.stringContaining('REQUIRED_FIELD_MISSING') as string });
    bulk.work();
    bulk.isIdle = false;
    expect((await scene.run([person('1'), person('2')])).counts).toMatchObject({
      unchanged: 1,
      delivered: { create: 1 },
    });
    expect(await scene.rejects()).toEqual({});
    expect(bulk.ledger).toEqual(['create 1', 'create 2']);
  });

  it('that is gone at the server is sent again where that is safe', async () => {
    bulk.isIdle = true;
    await scene.run(three);
    bulk.jobs.clear();
    bulk.isIdle = false;
    const second = await scene.run(three);
    expect(second).toMatchObject({ status: 'done', counts: { delivered: { create: 3 }, pending: 0 } });
    expect(bulk.ledger).toEqual(created);
  });

  it('stays pending where the server can not be asked', async () => {
    bulk.isIdle = true;
    await scene.run(three);
    bulk.onRequest = (name) => (name === 'GET /jobs/ingest/ID' ? 'lose' : undefined);
    expect(await scene.run(three)).toMatchObject({ status: 'done', counts: { pending: 3 } });
    bulk.onRequest = undefined;
    bulk.work();
    expect((await scene.run(three)).counts).toMatchObject({ unchanged: 3 });
    expect(bulk.ledger).toEqual(created);
  });

  it('and then fails, fails that run with its words; the run after it sends the rows anew', async () => {
    bulk.isIdle = true;
    await scene.run(three);
    bulk.failure = { message: 'InvalidBatch : Field name not found', after: 1 };
    bulk.work();
    const second = await scene.run(three);
    expect(second).toMatchObject({ status: 'failed', counts: { delivered: {} } });
    expect(second.reason).toMatch(/InvalidBatch/);
    bulk.failure = undefined;
    bulk.isIdle = false;
    expect((await scene.run(three)).counts).toMatchObject({ delivered: { create: 3 } });
    expect(bulk.ledger).toEqual(['create 1', 'update 1', 'create 2', 'create 3']);
  });

  it('of people who left is not sent again, and who comes back meanwhile is returned when it is done', async () => {
    await scene.run(three);
    bulk.isIdle = true;
    const two = three.slice(0, 2);
    expect((await scene.run(two)).counts).toMatchObject({ absent: 1, pending: 1 });
    expect((await scene.run(two)).counts).toMatchObject({ absent: 1, pending: 1 });
    bulk.work();
    bulk.isIdle = false;
    const back = await scene.run(three);
    expect(back.counts).toMatchObject({ read: 3, unchanged: 2, delivered: { returned: 1 } });
    expect(bulk.records.get('3')).toMatchObject({ Active__c: 'true' });
    expect(bulk.ledger).toEqual([...created, 'update 3', 'update 3']);
  });
});

it('rows that a failing job left unprocessed are sent in the next run', async () => {
  bulk.failure = { message: 'TransactionLimit', after: 2 };
  expect(await scene.run(three)).toMatchObject({ status: 'failed', counts: { unsettled: 3 } });
  bulk.failure = undefined;
  expect((await scene.run(three)).counts).toMatchObject({ delivered: { create: 3 } });
  expect(bulk.jobs.size).toBe(2);
});

describe('each row is ingested once', () => {
  const steps = ['PUT /jobs/ingest/ID/batches', 'PATCH /jobs/ingest/ID', 'GET /jobs/ingest/ID/failedResults'];

  it.each(['POST /jobs/ingest', ...steps, 'GET /jobs/ingest/ID'])('where the answer to %s is lost', async (lost) => {
    bulk.onRequest = (name) => {
      if (name !== lost) return undefined;
      bulk.onRequest = undefined;
      return 'lose';
    };
    expect((await scene.run(three)).counts).toMatchObject({ rejected: 0, delivered: { create: 3 } });
    expect(bulk.ledger).toEqual(created);
  });

  it.each(steps)('where the process is killed in %s', async (at) => {
    const signal = await scene.runApart(three, (child) => {
      bulk.onRequest = (name) => void (name === at && child.kill('SIGKILL'));
    });
    bulk.onRequest = undefined;
    expect(signal).toBe('SIGKILL');
    expect(await scene.run(three)).toMatchObject({ status: 'done', counts: { rejected: 0, delivered: { create: 3 } } });
    expect(bulk.ledger).toEqual(created);
    expect(bulk.jobs.size).toBe(1);
    expect((await scene.run(three)).counts).toMatchObject({ unchanged: 3 });
  });

  it('where the process is killed while it fetches an outcome', async () => {
    bulk.isIdle = true;
    await scene.run(three);
    bulk.work();
    const signal = await scene.runApart(three, (child) => {
      bulk.onRequest = (name) => void (name === 'GET /jobs/ingest/ID/failedResults' && child.kill('SIGKILL'));
    });
    bulk.onRequest = undefined;
    expect(signal).toBe('SIGKILL');
    expect((await scene.run(three)).counts).toMatchObject({ unchanged: 3, pending: 0 });
    expect(bulk.ledger).toEqual(created);
  });
});
