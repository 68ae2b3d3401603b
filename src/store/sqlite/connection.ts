import Database from 'libsql';
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { cannotOpen, sqliteProblem } from './sqlite-problem.ts';
import type { Arguments, Statement, Value } from './statement.ts';

const BUSY_TIMEOUT_MS = 10_000;

/** One connection to a SQLite file. Everything is synchronous, so that no transaction can be held across an await. */
export interface Connection {
  run<A extends Arguments>(statement: Statement<A, unknown>, args: A): { changes: number; lastId: number };
  get<A extends Arguments, R>(statement: Statement<A, R>, args: A): R | undefined;
  all<A extends Arguments, R>(statement: Statement<A, R>, args: A): R[];
  /** For schema changes and pragmas: no arguments, no rows. */
  execute(sql: string): void;
  /** BEGIN IMMEDIATE … COMMIT; rolled back when `work` throws. */
  write<T>(work: () => T): T;
  /** The same, and on the disk when it returns: for what nobody would say again after a power cut (S21). */
  writeDurably<T>(work: () => T): T;
  /** Reads that must agree with each other. */
  read<T>(work: () => T): T;
  close(): void;
}

export interface ConnectionOptions {
  busyTimeoutMs?: number;
  /** More pragmas, such as `max_page_count = 100`. */
  pragmas?: readonly string[];
}

/**
 * Opens a SQLite file (made with mode 0600 where there is none) by S21. Throws STORE_CANNOT_OPEN, STORE_DAMAGED,
 * STORE_BUSY; every later call may throw STORE_BUSY, STORE_FULL, STORE_READ_ONLY, STORE_DAMAGED.
 */
export function openConnection(path: string, options: ConnectionOptions = {}): Connection {
  let isClosed = false;
  const told = <T>(work: () => T): T => {
    // libsql ends the whole process when a closed database is used.
    if (isClosed) throw new Error(`the store ${path} is closed`);
    try {
      return work();
    } catch (error) {
      throw sqliteProblem(error, path);
    }
  };
  makeFile(path);
  const database = told(() => new Database(path));
  const prepared = new Map<string, Prepared>();
  // One for each way of asking: in libsql 0.5.29 a `get` after an `all` of the same statement runs with the old arguments.
  const prepare = (way: keyof Prepared, sql: string): Prepared => {
    const name = `${way} ${sql}`;
    const known = prepared.get(name);
    if (known) return known;
    const made = database.prepare(sql) as unknown as Prepared;
    prepared.set(name, made);
    return made;
  };
  const transaction = <T>(begin: string, work: () => T): T =>
    told(() => {
      database.exec(begin);
      try {
        const result = work();
        database.exec('COMMIT');
        return result;
      } catch (error) {
        // A full disk makes SQLite roll back by itself.
        if (database.inTransaction) database.exec('ROLLBACK');
        throw error;
      }
    });
  const pragmas = [
    `busy_timeout = ${options.busyTimeoutMs ?? BUSY_TIMEOUT_MS}`,
    'journal_mode = WAL',
    'synchronous = NORMAL',
    // Three times as quick as the default 1000 where a commit changes records all over the file; the log stays near 16 MB.
    'wal_autocheckpoint = 4000',
    ...(options.pragmas ?? []),
  ];
  told(() => pragmas.forEach((pragma) => database.pragma(pragma)));
  return {
    run: (statement, args) =>
      told(() => {
        const done = prepare('run', statement.sql).run(bind(statement, args));
        return { changes: done.changes, lastId: Number(done.lastInsertRowid) };
      }),
    get: <A extends Arguments, R>(statement: Statement<A, R>, args: A) =>
      told(() => {
        const row = prepare('get', statement.sql).get(bind(statement, args));
        return row === undefined ? undefined : (tidy(row) as R);
      }),
    all: <A extends Arguments, R>(statement: Statement<A, R>, args: A) =>
      told(() => prepare('all', statement.sql).all(bind(statement, args)).map(tidy) as R[]),
    execute: (sql) => told(() => database.exec(sql)),
    write: (work) => transaction('BEGIN IMMEDIATE', work),
    writeDurably(work) {
      told(() => database.pragma('synchronous = FULL'));
      try {
        return transaction('BEGIN IMMEDIATE', work);
      } finally {
        told(() => database.pragma('synchronous = NORMAL'));
      }
    },
    read: (work) => transaction('BEGIN', work),
    close() {
      if (isClosed) return;
      prepared.clear();
      try {
        // So that a copy of the one file is whole. Passive: waits for nobody.
        database.pragma('wal_checkpoint(PASSIVE)');
      } catch {
        // A full disk or a file that is no store: what is in the log stays there, and nothing is lost.
      }
      isClosed = true;
      database.close();
    },
  };
}

interface Prepared {
  run(values: Value[]): { changes: number; lastInsertRowid: number | bigint };
  get(values: Value[]): Record<string, unknown> | undefined;
  all(values: Value[]): Record<string, unknown>[];
}

function makeFile(path: string): void {
  try {
    makeFolder(dirname(resolve(path)));
    closeSync(openSync(path, 'a', 0o600));
  } catch (cause) {
    throw cannotOpen(path, cause);
  }
}

/** Not `recursive: true`, which never returns where the system says ENOENT for a folder that is there, as /proc does. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!existsSync(path)) throw error;
  }
}

/** The one door to libsql, which ends the whole process on a bound boolean, Buffer, object or undefined. */
export function bind<A extends Arguments>(statement: Statement<A, unknown>, args: A): Value[] {
  return statement.places.map((place) => {
    const value: unknown = 'argument' in place ? args[place.argument] : place.constant;
    if (value === null || typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string') {
      return value;
    }
    if (value instanceof Uint8Array) {
      return value.constructor === Uint8Array ? value : new Uint8Array(value.buffer, value.byteOffset, value.length);
    }
    const name = 'argument' in place ? place.argument : 'a constant';
    throw new TypeError(`${name} cannot be bound: ${typeof value} is not null, number, bigint, string or Uint8Array`);
  });
}

/** libsql gives blobs as ArrayBuffer or Buffer, by the call, and adds `_metadata` to single rows. */
function tidy(row: Record<string, unknown>): Record<string, unknown> {
  delete row['_metadata'];
  for (const name in row) {
    const value = row[name];
    if (value instanceof ArrayBuffer) row[name] = new Uint8Array(value);
    else if (Buffer.isBuffer(value)) row[name] = new Uint8Array(value.buffer, value.byteOffset, value.length);
  }
  return row;
}
