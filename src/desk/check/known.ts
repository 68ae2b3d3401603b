import { noCounts } from '../../engine/run/account.ts';
import { canonicalText } from '../../engine/diff/canonical.ts';
import { problem } from '../../model/problem.ts';
import type { Fields } from '../../model/record.ts';
import { ALL_SINKS, ENTRY_BYTES, entryOffset, entryState } from '../../store/entry.ts';
import type { Store, Vault } from '../../store/ports.ts';
import { readFixture } from './check-document.ts';

/** One record of the snapshot before a case: its key, the record as last delivered, what was kept from each sink. */
export interface Known {
  key: string;
  record: Fields;
  /** By sink, as `equeo.users`. */
  kept?: Record<string, Fields>;
  /** It was missing before: gone from the target, still known. */
  gone?: boolean;
}

/** Reads a `known:` fixture. Throws FIXTURE_UNREADABLE. */
export function readKnown(path: string): Known[] {
  const list = readFixture(path);
  const isKnown = (item: unknown): item is Known =>
    typeof item === 'object' &&
    item !== null &&
    typeof (item as Known).key === 'string' &&
    isMap((item as Known).record);
  if (Array.isArray(list) && list.every(isKnown)) return list;
  throw problem('FIXTURE_UNREADABLE', `The fixture ${path} is not a list of what is known.`, {
    fix: 'Write a list of { "key": "…", "record": { … } }, with "kept" by sink and "gone": true where wanted.',
  });
}

const isMap = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Puts a snapshot into an empty store, as a run that delivered these records through all its sinks would have left it. */
export async function rememberKnown(
  store: Store,
  vault: Vault,
  pipeline: { name: string; snapshot: string },
  known: readonly Known[],
): Promise<void> {
  const { name, snapshot } = pipeline;
  const lease = await store.lock(snapshot, name);
  try {
    await store.beginRun(lease, {
      id: 'before',
      pipeline: name,
      snapshot,
      tick: 0,
      startedAt: 0,
      params: {},
      definition: '',
    });
    await store.saveSnapshotFacts(lease, { name: snapshot, owner: name });
    const entries = new Uint8Array(known.length * ENTRY_BYTES);
    for (const [index, item] of known.entries()) {
      const entry = entries.subarray(index * ENTRY_BYTES, (index + 1) * ENTRY_BYTES);
      entry.set(vault.keyHash(item.key), entryOffset.keyHash);
      entry.set(vault.valueHash(canonicalText(item.record)), entryOffset.valueHash);
      entry[entryOffset.state] = item.gone ? entryState.gone : entryState.active;
      entry[entryOffset.done] = ALL_SINKS;
    }
    await store.commit(lease, 'before', name, {
      closed: [],
      records: known.map(({ key, record, kept = {} }) => ({ id: null, content: { key, record, kept } })),
      entries,
      recordAt: Int32Array.from(known.keys()),
      provisional: false,
      rejects: [],
      settledKeys: [],
      counts: noCounts(),
    });
    await store.mergeSnapshot(lease, snapshot);
    const done = {
      id: 'before',
      status: 'done' as const,
      endedAt: 0,
      durationMs: 0,
      guards: [],
      reason: null,
      code: null,
    };
    await store.finishRun(lease, { ...done, counts: noCounts() });
  } finally {
    await lease.release();
  }
}
