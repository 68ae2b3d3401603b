import type { Allowances, CursorMove, Sessions } from '../connect/sdk/index.ts';
import type { Counts, Fields, Operation, RunStatus } from '../model/record.ts';
import type { CursorStore } from './cursors.ts';
import type { InboxStore } from './inbox.ts';
import type { PostponedInput, PostponedStore } from './postponed.ts';
import type { JournalStore } from './journal.ts';

/** Who holds a lock (S20). `processStart` in clock ticks or milliseconds, as the system tells it; boot id as text. */
export interface Holder {
  host: string;
  bootId: string;
  pid: number;
  processStart: string;
}

export interface RunRow {
  id: string;
  pipeline: string;
  snapshot: string | null;
  status: RunStatus;
  /** The scheduled or given instant, UTC ms; `$now` of the run. */
  tick: number;
  startedAt: number;
  endedAt: number | null;
  durationMs: number | null;
  params: Record<string, string>;
  definition: string;
  counts: Counts | null;
  /** What `--json` prints of the guards. */
  guards: unknown;
  /** Sentence for a run that is not done. */
  reason: string | null;
  code: string | null;
  /** What the run printed at its end, without its rejects; null for one that never came to its end. */
  result: unknown;
}

/** One packed snapshot entry; see `entry.ts` for the layout. */
export type PackedEntries = Uint8Array;

/** The sealed part of a snapshot entry. */
export interface SnapshotRecord {
  key: string;
  record: Fields;
  /** What was kept from the target, by sink index in the pipeline. */
  kept: Record<string, Fields>;
  /**
   * What stood here before this change, while a later sink has yet to be told of it; null where the change creates.
   * Those sinks are told the same as in the run that began it.
   */
  before?: Fields | null;
}

/** A record of the snapshot to be written: `id` where it stands already. The store answers the id of each. */
export interface SnapshotWrite {
  id: number | null;
  content: SnapshotRecord;
}

export interface Intent {
  /** Batch id: `$once`. */
  id: string;
  run: string;
  snapshot: string;
  sink: string;
  operation: Operation;
  /** No payload: keys, payload hashes and the target's key fields, sealed. */
  items: IntentItem[];
}
export interface IntentItem {
  key: string;
  /** 32 hex digits, of the payload as sent. */
  hash: string;
  /** Values of the target's key fields, so that the target can be asked. */
  target: Fields;
  /** The key under which the person is known until this is answered: a new key stands for them. */
  adopts?: string;
}

export type RejectStage = 'read' | 'record' | 'steps' | 'call' | 'link' | 'diff' | 'deliver';

export interface RejectInput {
  /** The pipeline's key; null where it could not be read. */
  key: string | null;
  stage: RejectStage;
  code: string;
  /** Sentence in English without personal data. */
  reason: string;
  /** Sink that refused. */
  sink?: string;
  /** Field at fault, where one is known. */
  field?: string;
  origin: string;
  line: number | null;
  /** Source form: the decoded record, or the raw text of a row. Null where it can't be had. */
  source: Fields | string | null;
}

export interface RejectRow extends RejectInput {
  id: number;
  pipeline: string;
  firstRun: string;
  lastRun: string;
  attempts: number;
  firstAt: number;
  lastAt: number;
  status: 'open' | 'settled';
}

/** What one batch's answer changes, committed in one transaction (S9). */
export interface Commit {
  /** Intents that are answered now. */
  closed: string[];
  /** New or changed snapshot records; their ids are filled into `entries` at the given places. */
  records: SnapshotWrite[];
  /** Packed entries acknowledged by this batch. `recordAt[i]` is the index in `records` that entry i belongs to, or -1. */
  entries: PackedEntries;
  recordAt: Int32Array;
  /** Entries count only once `settleProvisional` was called for the run (sinks that commit at their end). */
  provisional: boolean;
  rejects: RejectInput[];
  /** Keys settled well: their open rejects close themselves (S16). */
  settledKeys: string[];
  /** Records that wait from now on. */
  postponed?: PostponedInput[];
  /** Keys of which earlier runs postponed records that are replaced now. */
  replacedKeys?: string[];
  /** So far, for `runs` and for a run found interrupted. */
  counts: Counts;
}

export interface SnapshotFacts {
  name: string;
  owner: string;
  /** Rule hashes accepted last (S6). */
  rule: { filter: string; key: string; gone: string | null } | null;
  /** Content hash of the last complete full feed and when it was first seen, UTC ms. */
  feed: string | null;
  feedAt: number | null;
  /** What was personal in records ever delivered, and whether a key was. Null for a snapshot from before it was remembered. */
  personal: { fields: string[]; key: boolean } | null;
  entries: number;
}

/** What stands under the name of a pipeline (S19). */
export interface PipelineState {
  /** Name of its snapshot; the pipeline's own where it has none. */
  snapshot: string;
  /** It knows people, has open rejects or requests in doubt, has consumed files, or reads on from a cursor. */
  holds: boolean;
  /** It holds something, or has at least been run. */
  exists: boolean;
}

/** A lock held: every commit of a run checks its token in the same transaction. */
export interface Lease {
  name: string;
  token: string;
  /** The lock was taken over; stop. */
  lost: AbortSignal;
  release(): Promise<void>;
}

/**
 * The durable memory. Everything personal is sealed inside. Each method is one transaction; none is held across an
 * await. Methods that change a run's state throw LOCK_LOST when the lease's token is no longer the lock's.
 */
export interface Store extends Sessions, Allowances, CursorStore, JournalStore, InboxStore, PostponedStore {
  /** `name` is the snapshot's. Throws PIPELINE_LOCKED with a sentence naming holder and since when. Heartbeats by itself until released. */
  lock(name: string, pipeline: string): Promise<Lease>;

  /** One run of a tick (S25): false when (pipeline, tick) has been stored before. Only for scheduled ticks. */
  claimTick(pipeline: string, tick: number): Promise<boolean>;
  beginRun(
    lease: Lease | null,
    run: Pick<RunRow, 'id' | 'pipeline' | 'snapshot' | 'tick' | 'startedAt' | 'params' | 'definition'>,
  ): Promise<void>;
  finishRun(
    lease: Lease | null,
    run: Pick<RunRow, 'id' | 'status' | 'endedAt' | 'durationMs' | 'counts' | 'guards' | 'reason' | 'code'> & {
      /** The feed was full and read to its end: open rejects without a key that a done run did not show are settled. */
      feedComplete?: boolean;
      /** For `runs show`; see `RunRow`. */
      result?: unknown;
    },
  ): Promise<void>;
  /** Puts another result in the place of a finished run's: what came after its end, such as a report that was not written. */
  amendResult(run: string, result: unknown): Promise<void>;
  /** Newest first. */
  runs(filter: { pipeline?: string; limit: number }): Promise<RunRow[]>;
  run(id: string): Promise<RunRow | undefined>;
  /** Runs marked as running whose holder is gone become `interrupted`; their ids. */
  markInterrupted(): Promise<string[]>;

  openIntents(lease: Lease, intents: Intent[]): Promise<void>;
  /** Intents left open by runs before this one. */
  pendingIntents(snapshot: string): Promise<Intent[]>;
  commit(lease: Lease, run: string, pipeline: string, commit: Commit): Promise<{ ids: number[] }>;
  settleProvisional(lease: Lease, run: string): Promise<void>;
  /** Acknowledgements of runs that never settled theirs are forgotten. */
  dropProvisional(lease: Lease, exceptRun: string): Promise<void>;

  snapshotFacts(name: string): Promise<SnapshotFacts | undefined>;
  /** Adopts or creates the snapshot's row; `rule`, `feed` only where given. `personal` is added to what is remembered. */
  saveSnapshotFacts(
    lease: Lease,
    facts: {
      name: string;
      owner: string;
      rule?: { filter: string; key: string; gone: string };
      feed?: { hash: string; at: number };
      personal?: { fields: readonly string[]; key: boolean };
    },
  ): Promise<void>;
  /** `snapshot`: the one it is to have; among several it is preferred. */
  pipelineState(pipeline: string, snapshot: string): Promise<PipelineState>;
  /**
   * All that stands under a name goes on under another: snapshot, rejects, consumed files, cursors, open intents, ticks,
   * acceptances, runs. False where there was nothing. Throws RENAME_BOTH_HAVE_STATE.
   */
  renamePipeline(lease: Lease, from: string, to: { pipeline: string; snapshot: string }): Promise<boolean>;
  /** Throws what `renamePipeline` would, and changes nothing. */
  checkRename(from: string, to: { pipeline: string; snapshot: string }): Promise<void>;
  /** The name under which a pipeline's secrets are derived (S12): its first one, so that a rename changes no password. */
  secretsName(pipeline: string): Promise<string>;
  /** Packed entries in key order, a part at a time, with acknowledgements not merged yet already applied. */
  loadSnapshot(name: string): AsyncIterable<PackedEntries>;
  /** Merges appended acknowledgements into the parts. */
  mergeSnapshot(lease: Lease, name: string): Promise<void>;
  snapshotRecords(ids: number[]): Promise<SnapshotRecord[]>;
  /** What other snapshots hold of the same key, where it is active. */
  findElsewhere(exceptName: string, keyHash: Uint8Array): Promise<SnapshotRecord[]>;
  /** By key text; only entries that are active or gone. */
  findInSnapshot(name: string, keyHash: Uint8Array): Promise<SnapshotRecord | undefined>;

  /** Latest first, those of one run as they came. `run`: that saw them first or last. */
  rejects(filter: {
    pipeline?: string;
    run?: string;
    status?: RejectRow['status'];
    limit?: number;
  }): Promise<RejectRow[]>;
  /** How many `rejects` would find without a limit. */
  rejectCount(filter: { pipeline?: string; run?: string; status?: RejectRow['status'] }): Promise<number>;
  reject(id: number): Promise<RejectRow | undefined>;
  /** Open rejects of the pipeline, by id, that were corrected: they are settled. */
  settleRejects(pipeline: string, ids: readonly number[]): Promise<void>;

  isConsumed(pipeline: string, file: { store: string; path: string; size: number; mtime: number }): Promise<boolean>;
  /** Remembered with the last settlement: files, and in the same transaction where incremental sources are read on from. */
  consume(
    lease: Lease,
    pipeline: string,
    files: { store: string; path: string; size: number; mtime: number; contentHash: string }[],
    read?: { run: string; cursors: readonly CursorMove[] },
  ): Promise<void>;

  /** S7: one change set, once, by a person, until it expires. */
  accept(acceptance: { pipeline: string; hash: string; person: string; at: number; expiresAt: number }): Promise<void>;
  /** True once for a hash that is accepted and not expired or used. */
  useAcceptance(lease: Lease, pipeline: string, hash: string, now: number): Promise<boolean>;

  /** The workspace-wide last line: how many of an operation were committed since then, over all pipelines. */
  deliveredSince(operation: Operation, since: number): Promise<number>;

  close(): Promise<void>;
}

/** Keys made from the workspace key. */
export interface Vault {
  /** AES-256-GCM; `context` is bound to it and must be the same at opening. */
  seal(plain: Uint8Array, context: string): Uint8Array;
  open(sealed: Uint8Array, context: string): Uint8Array;
  /** 64 bits, keyed: 8 bytes, big endian. */
  keyHash(key: string): Uint8Array;
  /** 128 bits, keyed: 16 bytes. */
  valueHash(text: string): Uint8Array;
  /** HMAC-SHA-256 under a key of its own purpose. */
  derive(purpose: string, text: string): Uint8Array;
}
