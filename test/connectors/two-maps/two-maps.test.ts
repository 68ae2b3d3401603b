import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openScene, type Row, type Scene } from '../harness.ts';
import { startCrm, type Crm } from './server.ts';

let crm: Crm;
let scene: Scene;
beforeEach(async () => {
  crm = await startCrm('k3y');
  scene = openScene({
    connector: join(import.meta.dirname, 'connector.yaml'),
    name: 'crm',
    connection: { url: crm.url, key: 'k3y' },
    target: 'contacts',
    map: '{ XML_ID: =id, LAST_NAME: =last, EMAIL: =mail, POST: =post ? post }',
    missing: '{ after: 1 feeds }',
  });
});
afterEach(async () => {
  scene.close();
  await crm.close();
});

const person = (id: string, more: Row = {}): Row => ({
  id,
  last: `L ${id}`,
  mail: `${id}@x.example`,
  post: 'clerk',
  ...more,
});
const rows = ['a', 'b', 'c'].map((id) => person(id));

it.each([
  ['all are taken, as a list', [], 3],
  ['the first is refused, as a map', [0], 2],
  ['the last is refused, as a list of two', [2], 2],
  ['all are refused', [0, 1, 2], 0],
])('each fate is read by its number where %s', async (_what, refused: number[], delivered) => {
  const result = await scene.run(rows.map((row, at) => (refused.includes(at) ? { ...row, last: '-' } : row)));
  expect(result.counts.rejected).toBe(refused.length);
  expect(result.counts.delivered.create ?? 0).toBe(delivered);
  expect(result.rejects.map(({ key, reason }) => `${key}: ${reason}`).sort()).toEqual(
    refused.map((at) => `${rows[at]?.id}: A last name is a name`),
  );
  expect(crm.ledger).toEqual(rows.filter((_row, at) => !refused.includes(at)).map(({ id }) => `add ${id}`));
});

it('what was kept of a bare number leads to the record later; a field without a value is cleared by an empty text', async () => {
  await scene.run(rows);
  crm.ledger.length = 0;
  expect((await scene.run([person('a', { post: '' }), person('b')])).counts.delivered).toEqual({
    update: 1,
    missing: 1,
  });
  expect(crm.ledger).toEqual(['update a POST', 'update c OPENED']);
  expect([...crm.contacts]).toMatchObject([
    [15, { POST: '' }],
    [16, { POST: 'clerk' }],
    [17, { OPENED: 'N' }],
  ]);
});

it('commands that are put off are sent again, and only those', async () => {
  crm.busy = 2;
  expect((await scene.run(rows)).counts).toMatchObject({ rejected: 0, delivered: { create: 3 } });
  expect(crm.batches.map(({ commands }) => commands)).toEqual([3, 2]);
  expect(crm.ledger).toEqual(['add c', 'add a', 'add b']);
  expect(scene.waits).toHaveLength(1);
});

it('a batch is divided so that no body is over the bytes that the API takes', async () => {
  const many = Array.from({ length: 120 }, (_, index) => person(`p${index}`, { post: 'ж'.repeat(60) }));
  expect((await scene.run(many)).counts.delivered).toEqual({ create: 120 });
  expect(crm.batches.every(({ bytes, commands }) => bytes <= 4096 && commands <= 50)).toBe(true);
  expect(crm.batches.length).toBeGreaterThan(6);
  expect(crm.ledger).toHaveLength(120);
});

it('a duplicate of another’s is rejected with both named; one of our own is adopted', async () => {
  crm.contacts.set(7, { XML_ID: 'z', EMAIL: 'a@x.example' });
  crm.contacts.set(8, { XML_ID: 'b', EMAIL: 'b@x.example', LAST_NAME: 'old' });
  const result = await scene.run(rows);
  expect(result.counts).toMatchObject({ rejected: 1, delivered: { create: 2 } });
  expect(result.rejects[0]?.reason).toContain('our key is a, the other record is 7');
  expect(crm.ledger).toEqual(['add c', 'update b XML_ID,LAST_NAME,EMAIL,POST']);
});

it('who was deleted there is created again', async () => {
  await scene.run(rows);
  crm.contacts.delete(16);
  crm.ledger.length = 0;
  expect((await scene.run(rows.map((row) => ({ ...row, post: 'boss' })))).counts.delivered).toEqual({ update: 3 });
  expect(crm.ledger).toEqual(['update a POST', 'update c POST', 'add b']);
  expect([...crm.contacts.values()].map(({ XML_ID }) => XML_ID).sort()).toEqual(['a', 'b', 'c']);
});

it('a lost answer of a batch is looked up in one question: nobody is created twice', async () => {
  crm.loseAnswer = true;
  expect((await scene.run(rows)).counts).toMatchObject({ rejected: 0, delivered: { create: 3 } });
  expect(crm.ledger).toEqual(['add a', 'add b', 'add c']);
  expect((await scene.run(rows)).counts).toMatchObject({ unchanged: 3 });
});
