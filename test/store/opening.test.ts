import Database from 'libsql';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { makeWorkspaceKey, openStore, openVault } from '../../src/store/index.ts';
import { bind, openConnection } from '../../src/store/sqlite/connection.ts';
import { migrations, type Migration } from '../../src/store/sqlite/migrations/index.ts';
import { builder } from '../../src/store/sqlite/statement.ts';
import { acknowledgement, active, begin, bench, loaded, type Bench } from './workbench.ts';

const benches: Bench[] = [];
const newBench = (): Bench => {
  const made = bench();
  benches.push(made);
  return made;
};
afterEach(async () => {
  for (const made of benches.splice(0)) await made.remove();
});
const coded = (code: string) => expect.objectContaining({ code });

test('a store is made with its folders, for its owner alone, and found again by its address', async () => {
  const { path, vault } = newBench();
  const url = `sqlite:${join(path, '..', 'a', 'b', 'store.db')}`;
  const first = await openStore({ url, vault });
  expect(await first.claimTick('p', 1)).toBe(true);
  for (const end of ['', '-wal', '-shm']) expect(statSync(url.slice(7) + end).mode & 0o777).toBe(0o600);
  await first.close();
  const second = await openStore({ url: url.replace('sqlite:', 'sqlite://'), vault });
  expect(await second.claimTick('p', 1)).toBe(false);
  await second.close();
});

test.each(['postgres://user:secret@host/db', 'sqlite:', 'sqlite::memory:', 'store.db'])(
  'a store at %s is refused',
  async (url) => {
    const opening = openStore({ url, vault: newBench().vault });
    await expect(opening).rejects.toThrow(coded('STORE_URL_UNKNOWN'));
    await expect(opening).rejects.not.toThrow('secret');
  },
);

test('a store that cannot be made is told with its path', () => {
  const { open } = newBench();
  expect(() => open({ path: '/proc/none/store.db' })).toThrow(coded('STORE_CANNOT_OPEN'));
  expect(() => open({ path: tmpdir() })).toThrow(coded('STORE_CANNOT_OPEN'));
});

test('a file that is no store is refused and left as it is', () => {
  const { open, path } = newBench();
  const text = 'name;surname\n'.repeat(500);
  writeFileSync(path, text);
  expect(() => open()).toThrow(coded('STORE_DAMAGED'));
  expect(statSync(path).size).toBe(text.length);
});

test('a store opened with another workspace key is refused', async () => {
  const { open, keyText } = newBench();
  await open().close();
  expect(() => open({ vault: openVault(makeWorkspaceKey()) })).toThrow(coded('STORE_KEY_WRONG'));
  await open({ vault: openVault(keyText) }).close();
});

const later: Migration = {
  version: (migrations.at(-1)?.version ?? 0) + 1,
  name: 'later',
  up: [builder.schema.createTable('later').addColumn('id', 'integer')],
};
const upgraded = [...migrations, later];

test('a store that a newer program made is refused', async () => {
  const { open } = newBench();
  await open({ migrations: upgraded }).close();
  expect(() => open()).toThrow(coded('STORE_NEWER'));
});

test('an older store is upgraded and keeps what it holds', async () => {
  const { open, vault } = newBench();
  const older = open();
  const lease = await begin(older, 'r1');
  await older.commit(lease, 'r1', 'employees', acknowledgement(vault, [active('7', 'a')]));
  await older.close();
  const newer = open({ migrations: upgraded });
  expect((await loaded(newer)).size).toBe(1);
});

test('of a snapshot from before personal fields were remembered nobody can say which were, now or later', async () => {
  const { open, path } = newBench();
  await open({ migrations: migrations.slice(0, 2) }).close();
  const before = new Database(path);
  before.exec("INSERT INTO snapshots (name, owner) VALUES ('employees', 'employees')");
  before.close();
  const store = open();
  const lease = await begin(store, 'r1');
  await store.saveSnapshotFacts(lease, {
    name: 'employees',
    owner: 'employees',
    personal: { fields: ['mail'], key: false },
  });
  expect((await store.snapshotFacts('employees'))?.personal).toBeNull();
});

test('a store is not upgraded under a run', async () => {
  const { open } = newBench();
  const lease = await begin(open(), 'r1');
  expect(() => open({ migrations: upgraded })).toThrow(coded('STORE_BUSY'));
  await lease.release();
  open({ migrations: upgraded });
});

test('an upgrade that fails leaves the store as it was', async () => {
  const { open } = newBench();
  await open().close();
  const broken: Migration = { ...later, up: [...later.up, builder.schema.createTable('runs').addColumn('id', 'text')] };
  expect(() => open({ migrations: [...migrations, broken] })).toThrow('runs');
  await open().close();
});

test('a writer that does not let go is told as busy', async () => {
  const { open, path } = newBench();
  const store = open({ busyTimeoutMs: 50 });
  const other = new Database(path);
  other.exec('BEGIN IMMEDIATE');
  await expect(store.claimTick('p', 1)).rejects.toThrow(coded('STORE_BUSY'));
  await expect(store.lock('p', 'p')).rejects.toThrow(coded('STORE_BUSY'));
  expect(await store.runs({ limit: 1 })).toEqual([]);
  other.exec('ROLLBACK');
  other.close();
  expect(await store.claimTick('p', 1)).toBe(true);
});

test('a reader opens a store while another writes', async () => {
  const { open, path } = newBench();
  await open().close();
  const other = new Database(path);
  other.exec('BEGIN IMMEDIATE');
  const reader = open({ busyTimeoutMs: 50 });
  expect(await reader.runs({ limit: 1 })).toEqual([]);
  other.exec('ROLLBACK');
  other.close();
});

test('a full disk is told, and what was committed before stands', async () => {
  const { open, vault } = newBench();
  const store = open({ pragmas: ['max_page_count = 60'] });
  const lease = await begin(store, 'r1');
  await store.commit(lease, 'r1', 'employees', acknowledgement(vault, [active('7', 'a')]));
  const large = acknowledgement(vault, [active('8', 'x'.repeat(400_000))]);
  await expect(store.commit(lease, 'r1', 'employees', large)).rejects.toThrow(coded('STORE_FULL'));
  expect((await loaded(store)).size).toBe(1);
  await store.commit(lease, 'r1', 'employees', acknowledgement(vault, [active('9', 'a')]));
  expect((await loaded(store)).size).toBe(2);
});

test('a store that cannot be written is told', async () => {
  const { open } = newBench();
  await open().close();
  const store = open({ pragmas: ['query_only = 1'] });
  await expect(store.claimTick('p', 1)).rejects.toThrow(coded('STORE_READ_ONLY'));
});

test('a page that was overwritten is told as damage', async () => {
  const { open, path, vault } = newBench();
  const store = open();
  const lease = await begin(store, 'r1');
  const many = Array.from({ length: 400 }, (_, index) => active(`k${index}`, 'x'.repeat(500)));
  await store.commit(lease, 'r1', 'employees', acknowledgement(vault, many));
  await store.close();
  const whole = statSync(path).size;
  const damaged = Buffer.alloc(whole - 4096, 0x5a);
  const { openSync, writeSync, closeSync } = await import('node:fs');
  const file = openSync(path, 'r+');
  writeSync(file, damaged, 0, damaged.length, 4096);
  closeSync(file);
  expect(() => open()).toThrow(coded('STORE_DAMAGED'));
});

test('a closed store answers with an error and may be closed twice', async () => {
  const { open } = newBench();
  const store = open();
  await store.close();
  await store.close();
  await expect(store.claimTick('p', 1)).rejects.toThrow('is closed');
});

test('a sealed value that was changed in the file is not taken for anything', async () => {
  const { open, path, vault } = newBench();
  const store = open();
  const lease = await begin(store, 'r1');
  const { ids } = await store.commit(lease, 'r1', 'employees', acknowledgement(vault, [active('7', 'a')]));
  const other = new Database(path);
  other.exec('UPDATE records SET sealed = zeroblob(60)');
  other.close();
  await expect(store.snapshotRecords(ids)).rejects.toThrow(coded('SEAL_BROKEN'));
});

test('a value that would make libsql end the process is refused before it', () => {
  const unfit: unknown[] = [true, undefined, {}, [], new Date(0), new ArrayBuffer(1), Symbol('s'), () => 1];
  for (const value of unfit) {
    const statement = { sql: 'select ?', places: [{ argument: 'it' }] };
    expect(() => bind(statement, { it: value } as never)).toThrow('cannot be bound');
    expect(() => bind({ sql: 'select ?', places: [{ constant: value as never }] }, {})).toThrow('cannot be bound');
  }
});

test('null, numbers, bigints, texts and bytes of any kind are bound and come back', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-store-'));
  const connection = openConnection(join(folder, 'x.db'));
  const bytes = Uint8Array.from([9, 1, 2, 9]);
  const values = [null, 1.5, -3, 7n, 'Ж', bytes.subarray(1, 3), Buffer.from([1, 2])];
  for (const it of values) {
    const statement = { sql: 'select ? as it', places: [{ argument: 'it' }] };
    const expected = it instanceof Uint8Array ? Uint8Array.from([1, 2]) : it === 7n ? 7 : it;
    expect(connection.get(statement, { it })).toEqual({ it: expected });
    expect(connection.all(statement, { it })).toEqual([{ it: expected }]);
  }
  connection.close();
  rmSync(folder, { recursive: true });
});
