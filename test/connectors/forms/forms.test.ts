import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openScene, type Row, type Scene } from '../harness.ts';
import { startCampus, type Campus } from './server.ts';

let campus: Campus;
let scene: Scene;
const open = (token: string) =>
  openScene({
    connector: join(import.meta.dirname, 'connector.yaml'),
    name: 'campus',
    connection: { url: campus.url, token },
    target: 'users',
    map: '{ idnumber: =id, username: =$lowercase(id), firstname: =first, lastname: =last, email: =mail, city: =city ? city }',
    missing: '{ after: 1 feeds }',
  });
beforeEach(async () => {
  campus = await startCampus('t0ken');
  scene = open('t0ken');
});
afterEach(async () => {
  scene.close();
  await campus.close();
});

const person = (id: string, more: Row = {}): Row => ({
  id,
  first: `F ${id}`,
  last: 'O[1]&=',
  mail: `${id}@x.example`,
  city: 'Perm',
  ...more,
});
const rows = ['P1', 'P2', 'P3', 'P4', 'P5'].map((id) => person(id));
const creates = () => campus.ledger.filter((line) => line.startsWith('create'));

it('people are created in forms, and what stands in them arrives as it was', async () => {
  expect((await scene.run(rows)).counts).toMatchObject({ rejected: 0, delivered: { create: 5 } });
  expect(campus.calls).toEqual(['core_user_create_users 5']);
  expect([...campus.users.values()][0]).toMatchObject({
    idnumber: 'P1',
    username: 'p1',
    lastname: 'O[1]&=',
    city: 'Perm',
  });
});

it('one that is refused inside a 200 is rejected alone, and the rest of the batch is created once', async () => {
  const result = await scene.run(rows.map((row) => (row.id === 'P3' ? { ...row, mail: 'nobody' } : row)));
  expect(result.counts).toMatchObject({ rejected: 1, delivered: { create: 4 } });
  expect(result.rejects).toMatchObject([{ key: 'P3', reason: 'Email address is invalid' }]);
  expect(creates().sort()).toEqual(['create p1', 'create p2', 'create p4', 'create p5']);
});

it('who is there already is found by the number and updated', async () => {
  campus.users.set('7', { id: '7', idnumber: 'P2', username: 'p2', firstname: 'old', email: 'o@x.example' });
  expect((await scene.run(rows)).counts).toMatchObject({ rejected: 0, delivered: { create: 5 } });
  expect(creates()).toHaveLength(4);
  expect(campus.users.get('7')).toMatchObject({ firstname: 'F P2' });
});

it('a field without a value is cleared by an empty text, and nothing else is sent; who left is suspended', async () => {
  await scene.run(rows);
  campus.ledger.length = 0;
  const next = rows.slice(0, 4).map((row) => (row.id === 'P1' ? { ...row, city: '' } : row));
  expect((await scene.run(next)).counts.delivered).toEqual({ update: 1, missing: 1 });
  expect(campus.ledger.sort()).toEqual(['update p1 city,suspended', 'update p5 suspended']);
  expect([...campus.users.values()].map(({ city, suspended }) => [city, suspended])).toEqual([
    ['', '0'],
    ['Perm', '0'],
    ['Perm', '0'],
    ['Perm', '0'],
    ['Perm', '1'],
  ]);
  expect((await scene.run(rows)).counts.delivered).toEqual({ returned: 1, update: 1 });
});

it('a lost answer to a create is looked up: nobody is created twice', async () => {
  campus.loseAnswer = true;
  expect((await scene.run(rows)).counts).toMatchObject({ rejected: 0, delivered: { create: 5 } });
  expect(creates()).toHaveLength(5);
  expect(campus.calls).toEqual(['core_user_create_users 5', 'core_user_get_users_by_field 0']);
  expect((await scene.run(rows)).counts).toMatchObject({ unchanged: 5 });
});

it('a token that is not valid fails the run, although the status is 200', async () => {
  scene.close();
  scene = open('wrong');
  expect(await scene.run(rows)).toMatchObject({ status: 'failed', code: 'HTTP_REFUSED' });
  expect(campus.ledger).toEqual([]);
});
