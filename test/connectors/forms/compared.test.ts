import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openScene, type Row, type Scene } from '../harness.ts';
import { startCampus, type Campus } from './server.ts';

let campus: Campus;
let scene: Scene;
beforeEach(async () => {
  campus = await startCampus('t0ken');
  scene = openScene({
    connector: join(import.meta.dirname, 'connector.yaml'),
    name: 'campus',
    connection: { url: campus.url, token: 't0ken' },
    target: 'users',
    record: "{ key: id, fields: { groups: { list: '|' } } }",
    map: '{ idnumber: =id, firstname: =first, lastname: =last, email: =mail, city: =city ? city, groups: =groups }',
    after: "{ set: { username: =$lowercase(lastname) & '.' & idnumber, password: =$password(12) }, only: create }",
  });
});
afterEach(async () => {
  scene.close();
  await campus.close();
});

const anna: Row = { id: '1', first: 'Anna', last: 'Berg', mail: 'a@x.example', city: 'Perm', groups: 'x|y' };
const atTarget = () => campus.users.get('101');

it('a changed surname renames nobody’s login, and what was made once stays', async () => {
  await scene.run([anna]);
  const { password } = atTarget() ?? {};
  expect(password).toHaveLength(12);
  expect(atTarget()).toMatchObject({ username: 'berg.1', lastname: 'Berg' });
  expect((await scene.run([{ ...anna, last: 'Dahl' }])).counts.delivered).toEqual({ update: 1 });
  expect(atTarget()).toMatchObject({ username: 'berg.1', lastname: 'Dahl', password });
  expect(campus.ledger.at(-1)).toBe('update berg.1 lastname,suspended');
});

it('a set in another order is the same set', async () => {
  await scene.run([anna]);
  expect((await scene.run([{ ...anna, groups: 'y|x' }])).counts).toMatchObject({ unchanged: 1, delivered: {} });
  expect((await scene.run([{ ...anna, groups: 'y' }])).counts.delivered).toEqual({ update: 1 });
});

it('a field that never had a value is not cleared, and one that lost it is, once', async () => {
  await scene.run([{ ...anna, city: '' }]);
  expect(atTarget()).not.toHaveProperty('city');
  await scene.run([anna]);
  expect(atTarget()).toMatchObject({ city: 'Perm' });
  await scene.run([{ ...anna, city: '' }]);
  expect(campus.ledger.at(-1)).toBe('update berg.1 city,suspended');
  expect(atTarget()).toMatchObject({ city: '' });
  expect((await scene.run([{ ...anna, city: '' }])).counts).toMatchObject({ unchanged: 1 });
});
