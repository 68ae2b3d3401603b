import type { Expression, Shape } from '../../expression/index.ts';
import type { Share } from '../../connect/sdk/index.ts';
import type { Fields, Operation } from '../../model/record.ts';

/** A use of a connector: its kind (`sftp`, `equeo.users`), compiled options, and the words beside it. */
export interface Use {
  kind: string;
  /** Compiled by the kind's own schema: templates, expressions and durations are ready. */
  options: unknown;
  /** Name in the workspace; undefined where the kind needs none. */
  connection?: string;
  only?: Operation[];
  /** Sinks: operations whose lost answer a person has to look after (S1). */
  neverRepeats?: readonly Operation[];
  when?: Expression;
  format?: { kind: string; options: unknown };
  /** Options as they stand in the document, for hashes and for showing. */
  written: unknown;
}

export interface SourceUse extends Use {
  feed: 'full' | 'changes';
  /** Events that came in and wait. */
  isInbound?: true;
}

/** How a column becomes a field. */
export interface FieldRule {
  name: string;
  /** Columns to read from, the first that exists; default the name itself. */
  from: string[];
  required: boolean;
  personal: boolean;
  /** Texts that stand for "no value". */
  none: string[];
  /** Pads with zeros on the left to so many characters. */
  text?: number;
  date?: string[];
  number?: string | true;
  /** Separator; the field is always a list, compared as a set. */
  list?: string;
}

export interface RecordRule {
  key: Expression[];
  gone?: Expression;
  /** Rows of one key are gathered into one record. */
  rows?: RowsRule;
  fields: FieldRule[];
}

/** How the rows of a key become one record. */
export interface RowsRule {
  /** Field of the record that holds the rows. */
  into: string;
  /** What tells the rows of one key apart. */
  by: Expression[];
  /** Fields that the key is made of: the record has them, and the rows. */
  keyFields: string[];
}

interface StepWords {
  /** Place in the document, for problems: `steps[2]`. */
  at: string;
  only?: Operation[];
  when?: Expression;
  as?: string;
}

export type Step = StepWords &
  (
    | { kind: 'filter'; condition: Expression }
    | { kind: 'map'; shape: Shape; fields: string[] }
    | { kind: 'set'; shape: Shape; fields: string[] }
    | { kind: 'validate'; schema: Fields; unique: string[] }
    | { kind: 'operation'; expression: Expression }
    | { kind: 'dedupe'; by: Expression[] }
    | { kind: 'mask'; fields: Record<string, MaskWay> }
    | { kind: 'split'; each: Expression; into: string; by?: Expression }
    | { kind: 'hold'; until: Expression }
    | { kind: 'sort'; key: Expression; parent: Expression }
    | { kind: 'lookup'; use: SourceUse; key: Expression; by: Expression; batch?: number; isOptional: boolean }
    | { kind: 'call'; use: Use; parameters: Shape; writes: boolean }
    | { kind: 'diff'; rule: DiffRule }
  );

/** What stands for a masked value: a keyed token, its first letter, nothing. */
export type MaskWay = 'token' | 'initial' | 'none';

export interface DiffRule {
  snapshot: string;
  /** Fields by which a new key is taken for a known person, preferred ones first. */
  match?: readonly string[];
  /** The read of the target's own list, the fields that are compared, and the sink's place in the pipeline. */
  against?: { use: SourceUse; fields: readonly string[]; sink: number };
  /** `ignore`: absence means nothing. */
  missing: 'ignore' | { after: { feeds: number } | { days: number } };
  leaves: 'keep' | 'missing';
  protect?: Expression;
  guard: {
    missing?: Share;
    leaves?: Share;
    update?: Share;
    create?: Share;
    /** A guard never stops for fewer. */
    floor: number;
    then: 'hold' | 'stop';
  };
}

export interface ReportUse extends Use {
  language: 'ru' | 'en';
}

/** A pipeline, checked and frozen: what the engine runs. Holds no secret. */
export interface Pipeline {
  name: string;
  title?: string;
  /** The name it had before: its state is taken over (S19). */
  was?: string;
  /** Of the document as written, 16 hex digits. */
  hash: string;
  /** Of what decides who is in: key, gone and every filter before the diff (S6), 16 hex digits each. */
  rule: { filter: string; key: string; gone: string };
  params: Record<string, { default?: string; pattern?: string }>;
  /** Pipelines whose newest run must have ended done before this one runs. */
  after: string[];
  /** In order: of a key a later source's row replaces an earlier one's (S17). */
  sources: SourceUse[];
  record: RecordRule;
  /** Steps in order; at most one `diff`. */
  steps: Step[];
  sinks: Use[];
  tolerate?: Share;
  report: ReportUse[];
  /** Where reports come back corrected. */
  corrections?: SourceUse;
  timezone: string;
  /** Columns whose values a `mask` takes out, or all of them; absent where none does. */
  masked?: string[] | 'all';
  /** Names of fields (of the source and of the mapped record) that are personal. */
  personal: string[];
}
