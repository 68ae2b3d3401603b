import { afterEach, beforeEach, expect, test } from 'vitest';
import Database from 'libsql';
import type { Lease, Store } from '../../src/store/index.ts';
import { begin, bench, type Bench } from './workbench.ts';

let made: Bench;
let store: Store;
let lease: Lease;
beforeEach(async () => {
  made = bench();
  store = made.open();
  lease = await begin(store, 'r1');
});
afterEach(() => made.remove());

const move = (source: string, token: string) => ({ source, position: { token } });
const file = { store: 'hr', path: '/a.csv', size: 1, mtime: 2, contentHash: 'c' };

test('a cursor is kept by pipeline and source, and the last move stands', async () => {
  expect(await store.cursor('employees', 'users')).toBeUndefined();
  await store.moveCursors(lease, 'r1', 'employees', [move('users', 'a'), move('posts', 'b')]);
  await store.moveCursors(lease, 'r1', 'employees', [move('users', 'c')]);
  expect(await store.cursor('employees', 'users')).toEqual({ token: 'c' });
  expect(await store.cursor('employees', 'posts')).toEqual({ token: 'b' });
  expect(await store.cursor('others', 'users')).toBeUndefined();
});

test('files consumed and cursors moved are one commit, which a run that lost its lock can not make', async () => {
  await lease.release();
  const cursors = [move('users', 'a')];
  await expect(store.consume(lease, 'employees', [file], { run: 'r1', cursors })).rejects.toMatchObject({
    code: 'LOCK_LOST',
  });
  await expect(store.moveCursors(lease, 'r1', 'employees', cursors)).rejects.toMatchObject({ code: 'LOCK_LOST' });
  expect(await store.cursor('employees', 'users')).toBeUndefined();
  expect(await store.isConsumed('employees', file)).toBe(false);
  const next = await begin(store, 'r2');
  await store.consume(next, 'employees', [file], { run: 'r2', cursors });
  expect(await store.cursor('employees', 'users')).toEqual({ token: 'a' });
  expect(await store.isConsumed('employees', file)).toBe(true);
});

test('a cursor is sealed: a delta link may hold a token', async () => {
  await store.moveCursors(lease, 'r1', 'employees', [move('users', 'skip-token-77')]);
  const plain = new Database(made.path);
  const row = plain.prepare('SELECT sealed FROM cursors').get() as { sealed: Uint8Array };
  plain.close();
  expect(Buffer.from(row.sealed).toString('latin1')).not.toContain('skip-token-77');
});

test('a renamed pipeline reads on from where it was', async () => {
  await store.moveCursors(lease, 'r1', 'employees', [move('users', 'a')]);
  expect((await store.pipelineState('employees', 'employees')).holds).toBe(true);
  expect(await store.renamePipeline(lease, 'employees', { pipeline: 'people', snapshot: 'people' })).toBe(true);
  expect(await store.cursor('people', 'users')).toEqual({ token: 'a' });
  expect(await store.cursor('employees', 'users')).toBeUndefined();
});
