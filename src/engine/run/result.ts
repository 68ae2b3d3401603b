import type { Counts, Dialect, Fields, Operation, RunStatus } from '../../model/record.ts';
import type { AgainstCounts } from '../diff/against.ts';
import type { RejectStage } from '../../store/ports.ts';

/** One reject as shown; the source form stays sealed in the store. */
export interface RejectView {
  key: string | null;
  origin: string;
  line: number | null;
  stage: RejectStage;
  code: string;
  reason: string;
  sink?: string;
  field?: string;
}

/** A guard that was exceeded, or a rule that newly excludes people. */
export interface GuardView {
  /** What is held or stopped. */
  operation: 'missing' | 'leaves' | 'update' | 'create' | 'feed' | 'rule' | 'first' | 'limit';
  count: number;
  /** Of so many: active keys of the snapshot, or records of the feed. */
  of: number;
  /** The limit as a count. */
  limit: number;
  then: 'hold' | 'stop';
  /** One sentence. */
  reason: string;
  accepted: boolean;
  /** What a changed rule holds beside absence: another `gone` who says so, another key every change. */
  holds?: ('create' | 'update' | 'returned' | 'gone')[];
}

/** What `--json` prints, and what every other view of a run is made from. */
export interface RunResult {
  format: 1;
  run: string;
  pipeline: string;
  status: RunStatus;
  /** For a run that is not done: code, sentence, what to do. */
  code?: string;
  reason?: string;
  fix?: string;
  counts: Counts;
  /** Delivered by sink and operation, as each sink answered. */
  sinks: Record<string, Partial<Record<Operation, number>>>;
  /** What comparing with the target's own list found (`against`); absent where it was not used. */
  against?: AgainstCounts;
  /** What became of corrected rejects before this run; absent where none came back. */
  corrections?: RunResult;
  /** Why records were held: `grace`, `guard`, `protected`, `unreadable key`, `another pipeline's`, `date ahead`. */
  held: Record<string, number>;
  /** The first 20. */
  rejects: RejectView[];
  /** All rejects by cause, most first. */
  causes: { code: string; stage: RejectStage; field?: string; reason: string; count: number }[];
  guards: GuardView[];
  /** Hash to accept the held or stopped set of changes with; absent where nothing waits for a person. */
  accept?: string;
  /** Sentences worth a person's eye: superseded files, an incomplete read, protected people, intents in doubt. */
  notes: string[];
  /** Why reports of the pipeline could not be written; what the run itself did stands. Absent where all were. */
  reportFaults?: { code: string; reason: string; fix?: string }[];
  durationMs: number;
  /** The tick, UTC ms. */
  tick: number;
  /** Origin of the feed (file names) and how it was written, for the report. */
  origins: string[];
  dialect?: Dialect;
}

/** One change of a plan. Fields of `before`, `after` and `changed` are unmasked here: showing masks them. */
export interface Change {
  key: string;
  operation: Operation | 'held' | 'rejected';
  origin: string;
  line: number | null;
  before?: Fields;
  after?: Fields;
  /** Of a held change what holds it and what is held: `grace: missing`, `guard: create`, `protected: missing`. */
  reason?: string;
  /** Of a person held by grace how long: the day on which it is over (`2026-11-27`), or `1 of 2 feeds`. */
  until?: string;
  /** Fields that are personal beside those of the pipeline: the snapshot remembers that they were when it was made. */
  personal?: readonly string[];
  /** The stored key was personal when it was made, whatever the pipeline's key is today. */
  isKeyPersonal?: boolean;
}

/** What a run says while it works. */
export type RunEvent =
  | { is: 'phase'; phase: 'read' | 'compare' | 'deliver' | 'finish' }
  | { is: 'progress'; counts: Counts; phase: 'read' | 'deliver'; total?: number }
  | { is: 'change'; change: Change }
  | { is: 'note'; message: string };

export type Observe = (event: RunEvent) => void;
