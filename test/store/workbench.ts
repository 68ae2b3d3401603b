import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noCounts } from '../../src/engine/run/account.ts';
import { ENTRY_BYTES, entryOffset, entryState, makeWorkspaceKey, openVault } from '../../src/store/index.ts';
import type { Commit, Lease, SnapshotRecord, Store, Vault } from '../../src/store/index.ts';
import { openSqliteStore, type SqliteOptions } from '../../src/store/sqlite/store.ts';
import type { Counts, Operation } from '../../src/model/record.ts';

/** Time that a test moves. */
export function movableClock(start = Date.UTC(2026, 10, 24)) {
  let now = start;
  return { now: () => now, monotonic: () => now, move: (ms: number) => void (now += ms) };
}

export interface Bench {
  path: string;
  vault: Vault;
  keyText: string;
  clock: ReturnType<typeof movableClock>;
  /** Another connection to the same file. */
  open(options?: Partial<SqliteOptions>): Store;
  remove(): Promise<void>;
}

/** A folder of its own with a store file. */
export function bench(): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-store-'));
  const keyText = makeWorkspaceKey();
  const vault = openVault(keyText);
  const clock = movableClock();
  const path = join(folder, 'store.db');
  const opened: Store[] = [];
  return {
    path,
    vault,
    keyText,
    clock,
    open(options = {}) {
      const store = openSqliteStore({ path, vault, clock, ...options });
      opened.push(store);
      return store;
    },
    async remove() {
      for (const store of opened) await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export const counts = (delivered: Partial<Record<Operation, number>> = {}): Counts => ({ ...noCounts(), delivered });

export const nothing = (): Commit => ({
  closed: [],
  records: [],
  entries: new Uint8Array(0),
  recordAt: new Int32Array(0),
  provisional: false,
  rejects: [],
  settledKeys: [],
  counts: counts(),
});

/** Locks `snapshot` and begins a run on it. */
export async function begin(store: Store, id: string, pipeline = 'employees', snapshot = pipeline): Promise<Lease> {
  const lease = await store.lock(snapshot, pipeline);
  await beginUnder(store, lease, id, pipeline, snapshot);
  return lease;
}

export const beginUnder = (
  store: Store,
  lease: Lease | null,
  id: string,
  pipeline = 'employees',
  snapshot: string | null = pipeline,
): Promise<void> =>
  store.beginRun(lease, { id, pipeline, snapshot, tick: 1, startedAt: 1, params: {}, definition: 'abc' });

export const finished = (id: string, status: 'done' | 'failed' = 'done') => ({
  id,
  status,
  endedAt: 2,
  durationMs: 1,
  counts: counts(),
  guards: [],
  reason: null,
  code: null,
});

export interface Change {
  key: string;
  /** 0 forgets it. */
  state: number;
  value: string;
  recordId: number | null;
}

/** A commit that acknowledges these, with a record for each that is not forgotten. */
export function acknowledgement(vault: Vault, changes: readonly Change[], provisional = false): Commit {
  const entries = new Uint8Array(changes.length * ENTRY_BYTES);
  const view = new DataView(entries.buffer);
  const recordAt = new Int32Array(changes.length).fill(-1);
  const records: Commit['records'] = [];
  changes.forEach(({ key, state, value, recordId }, index) => {
    const at = index * ENTRY_BYTES;
    entries.set(vault.keyHash(key), at);
    entries.set(vault.valueHash(value), at + entryOffset.valueHash);
    entries[at + entryOffset.state] = state;
    view.setFloat64(at + entryOffset.recordId, recordId ?? 0);
    if (state === 0) return;
    recordAt[index] = records.length;
    records.push({ id: recordId, content: contentOf(key, value) });
  });
  return { ...nothing(), entries, records, recordAt, provisional };
}

export const contentOf = (key: string, value: string): SnapshotRecord => ({
  key,
  record: { value },
  kept: { lms: { id: key } },
});

export const active = (key: string, value: string, recordId: number | null = null): Change => ({
  key,
  value,
  recordId,
  state: entryState.active,
});

/** A whole snapshot: hex of key hash to value hash, state and record id, in the order it came. */
export async function loaded(store: Store, name = 'employees') {
  const all = new Map<string, { value: string; state: number; recordId: number }>();
  for await (const part of store.loadSnapshot(name)) {
    const bytes = Buffer.from(part);
    for (let at = 0; at < bytes.length; at += ENTRY_BYTES) {
      all.set(bytes.toString('hex', at, at + 8), {
        value: bytes.toString('hex', at + 8, at + 24),
        state: bytes[at + entryOffset.state] as number,
        recordId: bytes.readDoubleBE(at + entryOffset.recordId),
      });
    }
  }
  return all;
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
