import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openReading, type ReadingScene } from '../reading.ts';
import { startDirectory, type Directory } from './server.ts';

let directory: Directory;
let scene: ReadingScene;
beforeEach(async () => {
  directory = await startDirectory('t0k');
  for (const id of ['a', 'b', 'c', 'd', 'e'])
    directory.put(id, { displayName: `N ${id}`, mail: `${id}@acme.example`, department: 'Sales' });
  scene = await openReading({
    connector: join(import.meta.dirname, 'connector.txt'),
    name: 'directory',
    connection: { url: directory.url, token: 't0k' },
    pipeline: `
pipeline: people
source: directory.people
steps:
  - { call: { directory.person.get: { id: =id } }, as: whole }
  - map: { id: =id, name: =$whole.displayName, mail: =$whole.mail, department: =$whole.department }
  - diff: { missing: ignore }
`,
  });
});
afterEach(async () => {
  await scene.close();
  await directory.close();
});

const everybody = ['a', 'b', 'c', 'd', 'e'];

it('the first read follows the pages, the next ones the delta link alone', async () => {
  expect((await scene.run()).counts).toMatchObject({ read: 5, delivered: { create: 5 } });
  expect([...scene.people.keys()].sort()).toEqual(everybody);
  directory.state.requests.length = 0;
  expect((await scene.run()).counts).toMatchObject({ read: 0 });
  expect(directory.state.requests).toEqual(['/people/delta?$deltatoken']);
});

it('of a change only its properties come, and the whole person is sent', async () => {
  await scene.run();
  scene.ledger.length = 0;
  directory.put('b', { department: 'Retail' });
  directory.put('b', { mail: 'bb@acme.example' });
  expect((await scene.run()).counts).toMatchObject({ read: 1, delivered: { update: 1 } });
  expect(scene.ledger).toEqual(['PUT b']);
  expect(scene.people.get('b')).toEqual({ id: 'b', name: 'N b', mail: 'bb@acme.example', department: 'Retail' });
});

it('who is removed goes, and whom nobody mentions stays', async () => {
  await scene.run();
  scene.ledger.length = 0;
  directory.remove('c');
  directory.put('f', { displayName: 'N f', mail: 'f@acme.example' });
  const { counts } = await scene.run();
  expect(counts).toMatchObject({ read: 2, delivered: { create: 1, missing: 1 }, unsettled: 0 });
  expect(scene.ledger.sort()).toEqual(['DELETE c', 'PUT f']);
});

it('a link that is too old leads to a whole read, in which nobody changes who did not', async () => {
  await scene.run();
  scene.ledger.length = 0;
  directory.put('a', { mail: 'aa@acme.example' });
  directory.forget();
  const result = await scene.run();
  expect(result).toMatchObject({ status: 'done', counts: { read: 5, unchanged: 4, delivered: { update: 1 } } });
  expect(scene.ledger).toEqual(['PUT a']);
  directory.put('d', { mail: 'dd@acme.example' });
  expect((await scene.run()).counts).toMatchObject({ read: 1, delivered: { update: 1 } });
});

it('a page that fails leaves the link where it was, and the changes come with the next run', async () => {
  await scene.run();
  scene.ledger.length = 0;
  for (const id of everybody) directory.put(id, { department: 'Retail' });
  directory.state.faultAt = 2;
  expect((await scene.run()).status).toBe('failed');
  expect(scene.ledger).toEqual([]);
  directory.state.faultAt = -1;
  expect((await scene.run()).counts).toMatchObject({ read: 5, delivered: { update: 5 } });
  expect([...scene.people.values()].every(({ department }) => department === 'Retail')).toBe(true);
});

it('a last page without a link leaves the old one: the same changes come again and change nothing', async () => {
  await scene.run();
  scene.ledger.length = 0;
  directory.put('a', { department: 'Retail' });
  directory.state.isShort = true;
  expect((await scene.run()).counts).toMatchObject({ read: 1, delivered: { update: 1 } });
  directory.state.isShort = false;
  expect((await scene.run()).counts).toMatchObject({ read: 1, unchanged: 1 });
  expect((await scene.run()).counts).toMatchObject({ read: 0 });
  expect(scene.ledger).toEqual(['PUT a']);
});
