/** A value, or a promise of it. Nothing awaits where nothing is asynchronous. */
export type MaybePromise<T> = T | Promise<T>;

/** The run's names, without `$`: params, run, pipeline, file, operation, was, changed, kept, connection, with, items … */
export interface Scope {
  readonly [name: string]: unknown;
}

/** A small dictionary of the workspace. The first column is the code; with one column it is a list. */
export interface TableData {
  columns: string[];
  rows: Record<string, string>[];
}

/** What an evaluation needs from outside; frozen for a run. */
export interface Environment {
  /** The run's tick, UTC milliseconds. */
  now: number;
  /** IANA zone, e.g. Europe/Moscow. */
  timezone: string;
  /** Of month names in `$dateFormat`; the workspace's. Left out, English. */
  language?: 'ru' | 'en';
  /** For `$table` and `$lookup`. */
  tables: (name: string) => TableData | undefined;
  /** For `$delivered`: the target's id. Undefined is "not there yet", a link error (LINK_NOT_DELIVERED). */
  delivered?: (pipeline: string, key: string) => MaybePromise<unknown>;
  /** For `$password`: derived by the engine, so that a resend agrees with the first attempt. */
  password?: (length: number, scope: Scope) => string;
}

/** A constant that stands in an expression; `offset` counts UTF-16 units from its beginning. */
export interface Literal {
  value: string | number | boolean | null;
  offset: number;
}

/** A name used in an expression; `offset` is where it begins (for `$name`, at the `$`). */
export interface NamePosition {
  name: string;
  offset: number;
  /** Of a function call: its arguments that are constants, by position; undefined for the others. */
  args?: (Literal | undefined)[];
  /** Of `$name.member`: what is read of it. */
  member?: { name: string; offset: number };
}

/** What an expression mentions, without being evaluated. */
export interface Uses {
  /** `$names` that the expression doesn't define itself, without `$`. */
  variables: NamePosition[];
  /** Functions called, or handed on by name, that the expression doesn't define itself, without `$`. */
  functions: NamePosition[];
  /** Names read straight from the input. */
  fields: NamePosition[];
  /** Places that read the input as a whole, or what it has by no name: `$`, `$$`, `*`, `**`, `%`, `$string()`. */
  whole: NamePosition[];
  /** Constants. */
  literals: Literal[];
}

/** A compiled JSONata expression. */
export interface Expression {
  readonly text: string;
  readonly uses: Uses;
  /**
   * The value for this input; undefined is "no value". Errors are problems: EXPRESSION_FAILED, or the code of the
   * function that refused.
   */
  evaluate(input: unknown, scope: Scope, env: Environment): unknown;
}

/** An expression that answers true or false, by the truth rules of JSONata's `$boolean`. */
export interface Condition extends Expression {
  evaluate(input: unknown, scope: Scope, env: Environment): MaybePromise<boolean>;
}

/** Where a template stands: what is escaped and what is refused depends on it. */
export type Place =
  /** A path of a URL: every hole is one encoded segment. */
  | 'segment'
  /** A URL or a path of one: as `segment`, but a hole that begins it is taken as it is. */
  | 'url'
  /** The value of a query parameter or form field. */
  | 'query'
  | 'header'
  | 'html'
  | 'text'
  | 'xml'
  | 'fileName'
  /** A path of files; the template may hold `/`, values may not. */
  | 'filePath';

/** A `{{…}}` in a template; `offset` is where its expression begins. */
export interface Hole {
  expression: Expression;
  offset: number;
  /** Written `{{{…}}}`. */
  raw: boolean;
}

/** A text with holes. */
export interface Template {
  readonly text: string;
  readonly place: Place;
  /** All of them, the conditions of sections included, in order. */
  readonly holes: readonly Hole[];
  render(input: unknown, scope: Scope, env: Environment): MaybePromise<string>;
}

/** A value whose leaves may be expressions. */
export interface Shape {
  /** Each with the path of its leaf. Offsets count in the leaf as it is written, its `=` included. */
  readonly expressions: readonly { path: (string | number)[]; expression: Expression }[];
  /** Keys of a shape that is a map. */
  readonly keys?: readonly string[];
  /** The value made; undefined when nothing is left. */
  make(input: unknown, scope: Scope, env: Environment): unknown;
}
