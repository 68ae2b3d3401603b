import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openScene, type Row, type Scene } from '../harness.ts';
import { startHub, type Hub } from './server.ts';

let hub: Hub;
let scene: Scene;
beforeEach(async () => {
  hub = await startHub();
  scene = openScene({
    connector: join(import.meta.dirname, 'connector.yaml'),
    name: 'hub',
    connection: { url: hub.url, token: 't' },
    target: 'contacts',
    map: '{ number: =id, email: =mail, city: =city ? city }',
    missing: '{ after: 1 feeds }',
  });
});
afterEach(async () => {
  scene.close();
  await hub.close();
});

const person = (id: string, more: Row = {}): Row => ({ id, mail: `${id}@x.example`, city: 'Perm', ...more });
const rows = ['1', '2', '3'].map((id) => person(id));

it('creates and updates go to one address, each fate is found by the id of its request', async () => {
  const first = await scene.run([person('1'), person('2', { mail: 'nobody' }), person('3')]);
  expect(first.counts).toMatchObject({ rejected: 1, delivered: { create: 2 } });
  expect(first.rejects).toMatchObject([{ key: '2', reason: 'Property values were not valid: … is no address' }]);
  expect(hub.ledger).toEqual(['create 3 number,email,city', 'create 1 number,email,city']);
  hub.ledger.length = 0;
  const second = await scene.run([person('1', { city: '' }), person('2')]);
  expect(second.counts.delivered).toEqual({ create: 1, update: 1, missing: 1 });
  expect(hub.ledger.sort()).toEqual(['create 2 number,email,city', 'delete 3', 'update 1 city']);
  expect(hub.requests.at(-1)).toBe('DELETE /crm/v3/objects/contacts/1001');
  expect(hub.contacts.get('1')?.properties).toEqual({ number: '1', email: '1@x.example', city: '' });
});

it('who stands in neither list is sent again, as the number makes that safe', async () => {
  hub.silent.add('2');
  expect((await scene.run(rows)).counts).toMatchObject({ rejected: 0, delivered: { create: 3 } });
  expect(hub.ledger.map((line) => line.slice(0, 8))).toEqual(['create 3', 'create 1', 'create 2']);
});

it('a refusal that means "later" is waited for, whatever its status', async () => {
  hub.rateLimited = 2;
  expect((await scene.run(rows)).counts.delivered).toEqual({ create: 3 });
  expect(scene.waits).toHaveLength(2);
});

it('a lost answer is sent again and nobody is there twice', async () => {
  hub.loseAnswer = true;
  expect((await scene.run(rows)).counts.delivered).toEqual({ create: 3 });
  expect(hub.ledger.filter((line) => line.startsWith('create'))).toHaveLength(3);
  expect(hub.ledger.filter((line) => line.startsWith('update'))).toHaveLength(3);
});
