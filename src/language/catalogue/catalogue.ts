import type { Schema } from '../../connect/sdk/index.ts';
import type { Operation } from '../../model/record.ts';

/** One kind as data: what `validate`, the editor, the manual and `portolan connectors` know of it. */
export interface KindEntry {
  name: string;
  summary: string;
  /** Options under the kind, JSON Schema with marks; `required` decides whether the bare name may stand. */
  options: Schema;
  /** Kind of connection it needs (`sftp`, `equeo`), if any. */
  connection?: string;
  /** It works without one as well (a folder of this machine). */
  connectionIsOptional?: boolean;
  /** Sinks: operations the target has. */
  operations?: readonly Operation[];
  /** Sinks: operations that are not sent again when their answer was lost (S1). */
  neverRepeats?: readonly Operation[];
  /** Sinks: what the target keeps of a record, read as `$kept`; left out where that is not known. */
  keeps?: readonly string[];
  /** Sinks: the target is a file, done at the end. Sources and sinks: `format:` stands beside it. */
  takesFormat?: boolean;
  /** Formats: every cell is read as text. */
  cells?: 'text';
  /** Formats: each file is one record, with the file attached. */
  attaches?: true;
  /** Formats: throws where options contradict each other, or the use. */
  check?(options: unknown, use: 'read' | 'write'): void;
  /** Sources: may end complete, so that absence can mean something. */
  canBeComplete?: boolean;
  /** Sources: reads only what is new since the last read, so it never holds everybody (S6). */
  hasCursor?: boolean;
  /** Sources: events that came in and wait; `portolan serve` runs their pipelines. */
  isInbound?: true;
  /** Sources: records come with their changed properties only. */
  isPartial?: boolean;
  /** Sources: fields of the records, where a declared read names them all. */
  gives?: readonly string[];
  /** Sources: feed preset by a declared read. */
  feed?: 'full' | 'changes';
  /** Operations of `call`: it may change something at the target; only those that don't stand before a diff. */
  writes?: boolean;
  /** Operations of `call`: how a repeat is recognised. */
  repeat?: 'safe' | 'never';
  /** Sources: key and gone preset by a declared read, as written. */
  preset?: { key?: string | string[]; gone?: string };
}

/** Everything that can be named in a document, as data: made from the declarations, committed under `schemas/`. */
export interface Catalogue {
  sources: Record<string, KindEntry>;
  sinks: Record<string, KindEntry>;
  formats: Record<string, KindEntry>;
  /** Operations that a step may `call`. */
  calls: Record<string, KindEntry>;
  steps: Record<string, KindEntry>;
  /** Kinds of connections with the schema of each. */
  connections: Record<string, KindEntry>;
  /** Whole document schemas (2020-12, schema pattern) by first key: workspace, pipeline, connector, check. */
  documents: Record<'workspace' | 'pipeline' | 'connector' | 'check', Schema>;
}
