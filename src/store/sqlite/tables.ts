import type { Generated } from 'kysely';
import type { Operation, RunStatus } from '../../model/record.ts';
import type { RejectRow, RejectStage } from '../ports.ts';

/** Instants are UTC milliseconds; `sealed` bytes are opened by the vault only; JSON is text. */
export interface Tables {
  versions: { version: number; name: string; applied_at: number };
  facts: { name: string; value: Uint8Array };
  locks: HolderColumns & { name: string; pipeline: string; token: string; since: number; heartbeat_at: number };
  ticks: { pipeline: string; tick: number; claimed_at: number };
  runs: HolderColumns & {
    id: string;
    pipeline: string;
    snapshot: string | null;
    status: RunStatus;
    tick: number;
    started_at: number;
    ended_at: number | null;
    duration_ms: number | null;
    sealed_params: Uint8Array;
    definition: string;
    counts: string | null;
    guards: string | null;
    reason: string | null;
    code: string | null;
    /** Token of the lock it works under; null for a run without one. */
    token: string | null;
    sealed_result: Uint8Array | null;
  };
  deliveries: { id: Generated<number>; run: string; operation: Operation; at: number; records: number };
  intents: {
    id: string;
    run: string;
    snapshot: string;
    sink: string;
    operation: Operation;
    sealed: Uint8Array;
    opened_at: number;
  };
  /** Finished steps of chains, by intent. */
  journal: { intent: string; place: number; sealed: Uint8Array };
  /** Records that a target answers later, by intent, some in a part. */
  pending: { intent: string; part: number; sealed: Uint8Array };
  snapshots: {
    id: Generated<number>;
    name: string;
    owner: string;
    filter_rule: string | null;
    gone_rule: string | null;
    key_rule: string | null;
    feed: string | null;
    feed_at: number | null;
    /** JSON; null in a snapshot from before it was remembered, and for good. */
    personal: string | null;
    /** Goes up with every merge: what was read before is old. */
    merges: Generated<number>;
  };
  records: { id: Generated<number>; snapshot: number; sealed: Uint8Array };
  acknowledgements: {
    id: Generated<number>;
    snapshot: number;
    run: string;
    provisional: number;
    entries: Uint8Array;
    /** Records inserted with a provisional one: they go when it is dropped. */
    first_record: number | null;
    record_count: number;
  };
  /** `id` is 256 × the snapshot's + the first byte of the key hashes inside. */
  parts: { id: number; entry_count: number; entries: Uint8Array };
  rejects: {
    id: Generated<number>;
    pipeline: string;
    /** Keyed hash of the key, or of the row where the key could not be read. */
    identity: Uint8Array;
    has_key: number;
    stage: RejectStage;
    /** Tells rows of one key apart where they contradict each other; empty elsewhere. */
    row: Uint8Array;
    code: string;
    reason: string;
    sink: string | null;
    field: string | null;
    origin: string;
    line: number | null;
    sealed: Uint8Array;
    first_run: string;
    last_run: string;
    attempts: number;
    first_at: number;
    last_at: number;
    status: RejectRow['status'];
  };
  consumed_files: {
    pipeline: string;
    store: string;
    path: string;
    size_bytes: number;
    mtime: number;
    content_hash: string;
    consumed_at: number;
  };
  cursors: { pipeline: string; source: string; sealed: Uint8Array; run: string; moved_at: number };
  /** What came from outside and waits, by inbox, in order of arrival. */
  events: { place: Generated<number>; inbox: string; sealed: Uint8Array; size_bytes: number; received_at: number };
  /** Keyed hashes of the ids of events that came lately. */
  event_ids: { inbox: string; id: Uint8Array; seen_at: number };
  /** Bytes that wait in each inbox. */
  inboxes: { inbox: string; size_bytes: number };
  /** Records that wait for their moment (UTC ms). */
  postponed: {
    id: Generated<number>;
    pipeline: string;
    key_hash: Uint8Array;
    until: number;
    sealed: Uint8Array;
  };
  acceptances: {
    id: Generated<number>;
    pipeline: string;
    hash: string;
    person: string;
    accepted_at: number;
    expires_at: number;
    used_at: number | null;
  };
  /** What accounts may still do, by the keyed hash of account and rule. Moments are UTC ms. */
  allowances: { name: string; tokens: number; taken_at: number; closed_until: number };
  /** Requests in flight. */
  places: { name: string; holder: string; held_until: number };
  /** What logins gave, by the keyed hash of the account. */
  sessions: { account: string; serial: number; sealed: Uint8Array; saved_at: number };
}

interface HolderColumns {
  host: string;
  boot_id: string;
  pid: number;
  process_start: string;
}
