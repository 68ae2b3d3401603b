/** One JSON object on its way. */
export type Fields = Record<string, unknown>;

/** What is to be done to a record at a target. `upsert` stands for create and update where nothing is compared. */
export const operations = ['create', 'update', 'missing', 'returned', 'upsert'] as const;
export type Operation = (typeof operations)[number];

/** A row that could not be decoded: `line` as a spreadsheet shows it, from 1; `raw` is the text as it came. */
export interface Unreadable {
  line: number;
  code: string;
  /** What was found and expected, without the row's values. */
  message: string;
  raw: string;
}

/** What a source yields: about 500-1000 decoded records before any reading by `record`. */
export interface ReadBatch {
  /** File name or API read the records came from. */
  origin: string;
  /**
   * Counts the parts of a feed, of which a later one replaces what an earlier one says of a key: sources of a list, files
   * newer than another. Absent where all is one.
   */
  part?: number;
  /** The run's `$file`, where the records come from a file. */
  file?: FileFacts;
  records: Fields[];
  /** The records as they were given, where the read gives them other names. */
  originals?: readonly Fields[];
  /** For each record the line as a spreadsheet shows it, from 1; for APIs the position in the read, from 1. */
  lines: Uint32Array;
  unreadable: Unreadable[];
  /** Places of records that a newer feed has settled meanwhile: corrections that came too late. */
  superseded?: ReadonlySet<number>;
  /** Names of all columns, where the format knows them before any record (CSV). A batch without records may carry them. */
  columns?: string[];
}

/** `$file`: name without folder, path as the store knows it, size in bytes, mtime in UTC milliseconds. */
export interface FileFacts {
  name: string;
  path: string;
  size: number;
  mtime: number;
  /** SHA-256 of the content, 64 hex digits, where the file is itself the record. */
  hash?: string;
}

/** The file that a record stands for, at its source: its content is read when it is sent, and never held. */
export interface AttachedFile {
  facts: FileFacts & { hash: string };
  /**
   * Bytes from `from` to before `to`, one read at a time. Throws ATTACHED_FILE_CHANGED where it is not the file that the
   * record was made of, at the latest before its last byte is given.
   */
  read(from?: number, to?: number): AsyncIterable<Uint8Array>;
}

/** How a read ended. Absent records mean something only after a complete one. */
export interface ReadEnd {
  complete: boolean;
  /** Why the read is not complete; for the report. */
  reason?: string;
  /** Of everything read: two feeds with the same hash are one feed (grace). */
  contentHash: string;
  /** How the bytes were written, so that the report can be written alike. */
  dialect?: Dialect;
}

/** How a file was written, as the report needs it. */
export interface Dialect {
  format: string;
  /** The format's own options, e.g. delimiter, encoding, bom, lineEnding. */
  options: Fields;
  columns?: string[];
}

/** One record with what is known of it, on its way to a target. */
export interface WriteItem {
  /** The pipeline's key as text. */
  key: string;
  operation: Operation;
  record: Fields;
  /** Last delivered record. */
  was?: Fields;
  /** Field: new whole value; null for a managed field that lost its value. */
  changed?: Fields;
  /** What was kept from this target. */
  kept?: Fields;
  /** The file that the record stands for (`format: file`). */
  file?: AttachedFile;
}

/** What became of one item at a target. */
export type Outcome =
  | { is: 'delivered'; kept?: Fields }
  /** Refused, for a reason that is the record's own. */
  | { is: 'rejected'; code: string; reason: string }
  /** The target asks to send this record again. */
  | { is: 'retry'; reason: string; afterMs?: number }
  /** No answer for this record: it may or may not have been done. */
  | { is: 'unknown'; reason: string }
  /** The target took it and answers later; only where the sink's journal holds how it can be asked. */
  | { is: 'pending'; reason: string }
  /** A create that the target calls a duplicate (S10). `other` is how the target names the record that is there: its key or id. */
  | { is: 'exists'; reason: string; other?: string }
  /** The target no longer knows what we kept: forget it, update becomes create. */
  | { is: 'gone'; reason: string }
  /** What we kept is out of date: find again, once. */
  | { is: 'stale'; reason: string };

/** What a target says to one request. */
export type WriteAnswer =
  /** One for each item, in order. */
  | { is: 'answered'; outcomes: Outcome[] }
  /** Refused whole: halved where the operation is atomic, else every record is rejected. */
  | { is: 'refused'; code: string; reason: string }
  /** Certainly not done (connection refused, 429): the same request may be sent again. */
  | { is: 'notDone'; reason: string; afterMs?: number }
  /** Sent, and no answer came, or one that tells nothing (reset, time-out, 5xx): S9 decides. */
  | { is: 'unanswered'; reason: string; afterMs?: number };

/**
 * What `find` learned of one item. `other`: nobody has our key, and what was found carries this one of another's (S10).
 */
export type Found =
  { is: 'found'; kept: Fields } | { is: 'absent'; other?: string } | { is: 'ambiguous'; reason: string; code?: string };

/** A person's or a program's view of what happened to every record of a run (S2). */
export interface Counts {
  read: number;
  made: number;
  absent: number;
  filtered: Record<string, number>;
  unchanged: number;
  held: number;
  pending: number;
  rejected: number;
  delivered: Partial<Record<Operation, number>>;
  unsettled: number;
}

export type RunStatus = 'running' | 'done' | 'failed' | 'guarded' | 'cancelled' | 'interrupted' | 'skipped';
