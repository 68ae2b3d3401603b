import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openScene, type Row, type Scene } from '../harness.ts';
import { startDirectory, type Directory } from './server.ts';

let directory: Directory;
let scene: Scene;
beforeEach(async () => {
  directory = await startDirectory();
  scene = openScene({
    connector: join(import.meta.dirname, 'connector.yaml'),
    name: 'directory',
    connection: { url: directory.url, token: 't' },
    target: 'users',
    map: '{ employeeId: =id, mail: =mail, city: =city ? city }',
    missing: '{ after: 1 feeds }',
  });
});
afterEach(async () => {
  scene.close();
  await directory.close();
});

const person = (id: string, more: Row = {}): Row => ({ id, mail: `${id}@x.example`, city: 'Perm', ...more });
const rows = Array.from({ length: 45 }, (_, index) => person(`e'${index}`));
const created = () => directory.ledger.filter((line) => line.startsWith('create')).map((line) => line.slice(7));

it('every answer is found by its id, in whatever order, and its id is kept', async () => {
  expect((await scene.run(rows)).counts).toMatchObject({ rejected: 0, delivered: { create: 45 } });
  expect(directory.batches.sort()).toEqual([20, 20, 5]);
  directory.ledger.length = 0;
  const next = [person("e'0", { city: '' }), ...rows.slice(1, 44)];
  expect((await scene.run(next)).counts.delivered).toEqual({ update: 1, missing: 1 });
  expect(directory.ledger).toEqual([`update e'0 {"city":null}`, `update e'44 {"accountEnabled":false}`]);
});

it('those that are throttled inside are sent again after the longest time that was asked for, and only those', async () => {
  directory.throttled = 5;
  expect((await scene.run(rows.slice(0, 20))).counts).toMatchObject({ rejected: 0, delivered: { create: 20 } });
  expect(directory.batches).toEqual([20, 5]);
  expect(created()).toHaveLength(20);
  expect(scene.waits).toHaveLength(1);
  expect(scene.waits[0]).toBeGreaterThanOrEqual(7000);
});

it('those that are throttled until attempts are used up are rejected alone', async () => {
  directory.throttled = 1_000;
  expect((await scene.run(rows.slice(0, 2))).counts).toMatchObject({ rejected: 2, unsettled: 0 });
  expect(directory.users.size).toBe(0);
});

it('a conflict inside is looked up: ours is adopted and updated, another’s is rejected', async () => {
  directory.users.set('u-x', { id: 'u-x', employeeId: "e'1", mail: "e'1@x.example", city: 'Omsk' });
  directory.users.set('u-y', { id: 'u-y', employeeId: 'other', mail: "e'2@x.example" });
  const result = await scene.run(rows.slice(0, 3));
  expect(result.counts).toMatchObject({ rejected: 1, delivered: { create: 2 } });
  expect(result.rejects[0]?.key).toBe("e'2");
  expect(directory.users.get('u-x')).toMatchObject({ city: 'Perm' });
  expect(created()).toEqual(["e'0"]);
});

it('who is gone there is created again, in the middle of a batch of updates', async () => {
  await scene.run(rows.slice(0, 3));
  directory.users.delete('u-2');
  directory.ledger.length = 0;
  const result = await scene.run(rows.slice(0, 3).map((row) => ({ ...row, city: 'Omsk' })));
  expect(result.counts.delivered).toEqual({ update: 3 });
  expect(created()).toEqual(["e'1"]);
  expect([...directory.users.values()].map(({ city }) => city)).toEqual(['Omsk', 'Omsk', 'Omsk']);
});

it('a lost answer is looked up: nobody is created twice', async () => {
  let lost = 0;
  directory.onDone = () => ++lost === 2;
  expect((await scene.run(rows)).counts).toMatchObject({ rejected: 0, delivered: { create: 45 } });
  expect(new Set(created()).size).toBe(45);
  expect(created()).toHaveLength(45);
  directory.onDone = undefined;
  expect((await scene.run(rows)).counts).toMatchObject({ unchanged: 45 });
});

it.each([1, 2, 3])(
  'a process killed after batch %i was done and before it was answered leaves nobody out and nobody twice',
  async (nth) => {
    let done = 0;
    const signal = await scene.runApart(rows, (child) => {
      directory.onDone = () => {
        if (++done !== nth) return false;
        child.kill('SIGKILL');
        return true;
      };
    });
    directory.onDone = undefined;
    expect(signal).toBe('SIGKILL');
    expect(await scene.run(rows)).toMatchObject({ status: 'done', counts: { rejected: 0, unsettled: 0 } });
    expect(created()).toHaveLength(45);
    expect(new Set(created()).size).toBe(45);
    expect((await scene.run(rows)).counts).toMatchObject({ unchanged: 45 });
  },
);
