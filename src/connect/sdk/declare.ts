import type { Environment, Scope, Template } from '../../expression/index.ts';
import type { Clock } from '../../model/clock.ts';
import type {
  AttachedFile,
  Dialect,
  Fields,
  FileFacts,
  Found,
  Operation,
  ReadBatch,
  ReadEnd,
  WriteAnswer,
  WriteItem,
} from '../../model/record.ts';
import type { Network } from '../net/http-client.ts';
import type { Field } from './field.ts';
import type { OpenFileStore } from '../files/port.ts';
import type { Table } from '../table/tables.ts';
import type { Allowances } from '../pace/allowances.ts';
import type { Inbox, OpenReceive } from './inbox.ts';
import type { Sessions } from './sessions.ts';

type Options = Field<unknown>;

/** What every opened thing gets from the run. */
export interface OpenContext<Connection> {
  /** The connection's options, secrets filled in. Never to be logged. */
  connection: Connection;
  /** Its name in the workspace, or the kind where it has none. */
  connectionName: string;
  /** The workspace's folder; relative paths of local files start there. */
  folder: string;
  /** Names of the run: `params`, `run`, `pipeline`. */
  scope: Scope;
  env: Environment;
  clock: Clock;
  signal: AbortSignal;
  /** One line for the run's log: no secret, no personal data. */
  note(message: string): void;
  /** Stands in for the network, or watches it: for checks, which open no connection, and for what records them. */
  network?: Network;
  /** Where logins are remembered; absent where nothing outlives the process. */
  sessions?: Sessions;
  /** Where limits of accounts are kept over all processes; absent where there is only this one. */
  allowances?: Allowances;
  /**
   * A format of the catalogue, as `format:` or `encode:` of a connector document names it: a bare name, or a map of the
   * name and its compiled options. Absent where nothing but the connector itself is at hand.
   */
  openFormat?(written: unknown): OpenFormat;
}

/** What a connection answered when it was tried. */
export interface Trial {
  /** What shows that it is the right one: a name, a number of people. */
  shows?: string;
}

/**
 * Logs in and asks for something harmless, once; undefined where nothing is known to ask for. Throws the problems that a
 * run would end with.
 */
export type TryConnection = (context: OpenContext<unknown>) => Promise<Trial | undefined>;

/** A file that a run has settled, so that it is moved, and never read as new again (S14). */
export interface Consumption {
  /** Connection name. */
  store: string;
  path: string;
  size: number;
  /** UTC milliseconds. */
  mtime: number;
  contentHash: string;
}

/** Where the next read of an incremental source begins (S15). */
export interface CursorMove {
  /** The name that the context gave. */
  source: string;
  /** What the source needs to read on; stored sealed. */
  position: Fields;
}

export interface SourceContext<O, Connection> extends OpenContext<Connection> {
  options: O;
  /** The format that `format:` chose, for sources of files. */
  format?: OpenFormat;
  /** Columns that the record's fields name: a format may use them to find the header; the engine checks them. */
  wanted: readonly string[];
  /** Was this file settled by an earlier run of this pipeline? */
  consumed(file: { store: string; path: string; size: number; mtime: number }): Promise<boolean>;
  /** For sources in a list: UTC ms of the newest file of the source above; absent where there is none. */
  newerThan?: number;
  /** Parts of which a later one replaces an earlier one are to be read latest first. */
  latestFirst?: boolean;
  /** `plan`: nothing may be written, moved or remembered anywhere. */
  dryRun: boolean;
  /** For incremental sources: the name to remember under, and where the last settled read ended; none before the first. */
  cursor?: { source: string; position?: Fields };
  /** For sources of events: what waits. */
  inbox?: Inbox;
}

/** S13: `open → read → settled → close`. `settled` may come hours after the read ended and may be called twice. */
export interface OpenSource {
  read(): AsyncIterable<ReadBatch>;
  /** How the read ended; known after the iteration of `read` has ended. */
  end(): ReadEnd;
  /** UTC ms of the newest file that is read; absent where no files are. */
  newestMs?(): number;
  /** What the run is to remember with its last settlement. */
  consumptions(): Consumption[];
  /**
   * Where the next read begins when everything yielded so far is settled (S15); nothing where that is not known before
   * the end, or where this read is not to be relied on.
   */
  cursors?(): CursorMove[];
  /** Everything read is settled and committed: move files now. */
  settled(): Promise<void>;
  /** The same records once more, for the source form of a row found to be a duplicate later; absent where it can't be had. */
  again?(): AsyncIterable<ReadBatch>;
  /** The file that a row stands for, by its batch's origin; undefined where rows stand for no files. */
  attached?(row: Fields, origin: string): AttachedFile | undefined;
  close(): Promise<void>;
}

/** Nothing to read, and the pipeline says that this is no failure (`none: skip`). */
export type NothingToRead = { nothing: string };

export interface SourceDeclaration {
  kind: 'source';
  name: string;
  summary: string;
  connection?: Options;
  options: Options;
  /** Takes `format:` beside it. */
  takesFormat: boolean;
  /** Can it end complete? `missing` is refused over a source that can't. */
  canBeComplete: boolean;
  open(context: SourceContext<unknown, unknown>): Promise<OpenSource | NothingToRead>;
}

/** How one operation is done at a target; the engine does the batching, retrying and splitting. */
export interface OperationRule {
  /** Records a request, 1 or more. */
  size: number;
  /** A refusal of the batch did nothing, so it may be halved. */
  atomic: boolean;
  /** How a repeat after a lost answer is recognised (S9). */
  repeat: 'safe' | 'find' | 'never';
  /** Records that share a request must share this value. */
  by?(item: WriteItem): string;
  /** Requests go one after another in the order of the records: none begins before the one before it is answered. */
  ordered?: boolean;
  /** Sizes of the requests that these items must be divided into, in order, where one body would not hold all. */
  divide?(items: WriteItem[]): Promise<number[]>;
}

/** Attempts for a request that was not done; backoff is jittered between its bounds. */
export interface RetryRule {
  attempts: number;
  fromMs: number;
  toMs: number;
  /** Over all attempts of one request. */
  withinMs: number;
}

/**
 * What a sink remembers of one batch between its requests, durably and sealed, until the batch is settled. A sink that
 * makes one request for a batch has no use for it.
 */
export interface BatchJournal {
  /** Steps done by an earlier attempt or run, in the order of their places. */
  steps(): Promise<{ place: number; answer: Fields }[]>;
  write(step: { place: number; answer: Fields }): Promise<void>;
  /** What was begun is gone at the target, or came to nothing: the next attempt begins anew. */
  forget(): Promise<void>;
}

export interface WriteBatch {
  /** Idempotency key: `$once`. The identical request has the identical key. */
  once: string;
  operation: Operation;
  items: WriteItem[];
  journal?: BatchJournal;
  /** An earlier run left these items pending: the target is asked once for their outcome, without waiting. */
  isPending?: boolean;
}

export interface OpenSink {
  rules: Partial<Record<Operation, OperationRule>>;
  retry: RetryRule;
  /** Requests in flight at once. */
  concurrency: number;
  /** Fields of the record by which the target knows it; empty where it knows none. */
  key: readonly string[];
  /** `batch`: each answer stands. `end`: nothing is done before `end()` has succeeded (a file under its temporary name). */
  commits: 'batch' | 'end';
  /** One attempt. Pace (rate, concurrency) is the sink's; retries are the engine's (S24). Throws only problems that fail the run. */
  write(batch: WriteBatch, signal: AbortSignal): Promise<WriteAnswer>;
  /** Asks the target which of these it knows; one answer for each. Throws a transient problem when it can't be asked. */
  find?(items: WriteItem[], signal: AbortSignal): Promise<Found[]>;
  /** What is to be kept of a record as a read of the target gave it. */
  keepOf?(original: Fields): Promise<Fields>;
  /** Looks, without writing, for what `begin` would fail of. Throws the same problem. */
  probe?(signal: AbortSignal): Promise<void>;
  /** Once a run, before the first batch. */
  begin?(signal: AbortSignal): Promise<void>;
  /** Once a run, after the last batch. */
  end?(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface SinkContext<O, Connection> extends OpenContext<Connection> {
  options: O;
  format?: OpenFormat;
}

export interface SinkDeclaration {
  kind: 'sink';
  name: string;
  summary: string;
  connection?: Options;
  options: Options;
  takesFormat: boolean;
  /** Operations the target has; `upsert` stands for create and update. */
  operations: readonly Operation[];
  open(context: SinkContext<unknown, unknown>): Promise<OpenSink>;
  tryConnection?: TryConnection;
}

/** One declaration gives a source and a sink of files of the same name; globs, pick, settle, then are written once for all. */
export interface FileStoreDeclaration {
  kind: 'fileStore';
  name: string;
  summary: string;
  connection?: Options;
  open(context: OpenContext<unknown>): Promise<OpenFileStore>;
}

/** What a format makes of bytes: records, and rows that could not be decoded. */
export type DecodedBatch = Pick<ReadBatch, 'records' | 'lines' | 'unreadable' | 'superseded' | 'columns'> & {
  /** The member of an archive that they came from. */
  origin?: string;
};

export interface Decoding {
  batches: AsyncIterable<DecodedBatch>;
  /** Known after the batches have ended. `cut` says why the content is not whole (half a gzip, an unclosed document). */
  end(): { dialect: Dialect; cut?: string; /** For the run's log: no value of a row. */ notes?: readonly string[] };
}

/** A format with its options, ready for bytes. */
export interface OpenFormat {
  name: string;
  /** Each file is one record with the file attached: `decode` is given the bytes as they lie, packed or not. */
  attaches?: true;
  /** `file`: what the bytes are of, where they lie in a store of files. */
  decode(bytes: AsyncIterable<Uint8Array>, wanted: readonly string[], file?: FileFacts): Decoding;
  /**
   * The last table of a file that `encodeTables` wrote, which a person may have changed: its header has one of these names
   * of a column, and what stands above is passed over. Absent where tables can't be told apart.
   */
  decodeTable?(bytes: AsyncIterable<Uint8Array>, names: readonly string[]): Decoding;
  /** Columns in order, where the format has columns; records may come in any number of batches. */
  encode(records: AsyncIterable<Fields[]>, columns?: readonly string[]): AsyncIterable<Uint8Array>;
  /** Cells made by `styledCell` are written with their look and note. */
  hasLooks?: true;
  /** Several tables in one file, where they can't simply stand one under another. */
  encodeTables?(tables: readonly Table[]): AsyncIterable<Uint8Array>;
}

export interface FormatDeclaration {
  kind: 'format';
  name: string;
  summary: string;
  /** `text`: every cell is read as text, so `validate` knows the type of a column that no rule reads. */
  cells?: 'text';
  /** Each file is one record with the file attached: it stands beside a source or a sink of files, and nowhere else. */
  attaches?: true;
  options: Options;
  /** For `validate`: throws the problem where options contradict each other, or can't be used so. Options as written. */
  check?(options: unknown, use: 'read' | 'write'): void;
  open(options: unknown): OpenFormat;
}

/** A single operation, opened; each step that calls has one. */
export interface OpenCall {
  /** Requests in flight at once. */
  concurrency: number;
  /**
   * Does it and gives what the step is to get; undefined for nothing. Pace and retries are its own (S24). The identical
   * request has the identical `once`. Throws `data` problems, which reject the record, and what fails the run.
   */
  perform(parameters: Fields, once: string, signal: AbortSignal): Promise<unknown>;
  close(): Promise<void>;
}

export interface CallDeclaration {
  open(context: OpenContext<unknown>): Promise<OpenCall>;
}

/** The door for one kind of events. */
export interface ReceiveDeclaration {
  open(context: OpenContext<unknown>): OpenReceive;
}

/** A document kind that a plugin interprets: `connector:`. */
export interface DocumentDeclaration {
  kind: 'document';
  name: string;
  summary: string;
  /** Schema of the document without its first key. */
  options: Options;
  /** A compiled document and its connector's name become a source or sink of one read or target. */
  source(document: unknown, name: string, read: string): Pick<SourceDeclaration, 'open'>;
  sink(document: unknown, name: string, target: string): Pick<SinkDeclaration, 'open'>;
  /** The same of one operation, for steps. */
  call(document: unknown, name: string, operation: string): CallDeclaration;
  /** The same of what comes in. */
  receive(document: unknown, name: string, event: string): ReceiveDeclaration;
  tryConnection(document: unknown): TryConnection;
}

export type Declaration =
  SourceDeclaration | SinkDeclaration | FileStoreDeclaration | FormatDeclaration | DocumentDeclaration;

export type { Template };
