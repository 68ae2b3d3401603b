import type { Expression, Shape, Template, Place } from '../../expression/index.ts';

/** What a leaf of options is, beyond its JSON type. `compile` turns the text into the value named here. */
export type Mark =
  | { as: 'expression' | 'condition' | 'shape'; names?: readonly string[]; input?: 'record' | 'answer' | 'none' }
  | { as: 'template'; place: Place; names?: readonly string[]; input?: 'record' | 'answer' | 'none' }
  | { as: 'duration' | 'size' | 'share' | 'rate' }
  | { as: 'secret' }
  /** A path of a file of the workspace, which must exist when the document is checked. */
  | { as: 'workspaceFile'; place?: Place; names?: readonly string[] };

/** A JSON Schema 2020-12 node; `x-portolan` carries the mark. */
export type Schema = { [keyword: string]: unknown; 'x-portolan'?: Mark };

declare const typed: unique symbol;
/** A declared option: its JSON Schema, and the type that compiled options have. */
export interface Field<T> {
  readonly schema: Schema;
  readonly optional: boolean;
  readonly [typed]?: T;
}
export type TypeOf<F> = F extends Field<infer T> ? T : never;

type Shape_<P extends Record<string, Field<unknown>>> = {
  [K in keyof P as P[K] extends { optional: true } ? never : K]: TypeOf<P[K]>;
} & { [K in keyof P as P[K] extends { optional: true } ? K : never]?: TypeOf<P[K]> };
type Flat<T> = { [K in keyof T]: T[K] } & {};

/** `about` is the manual: a full sentence with the trade-off. */
export interface About {
  about: string;
  examples?: readonly unknown[];
}
type Optional = { optional?: boolean };
type Made<T, O extends Optional> = O extends { optional: true }
  ? Field<T> & { optional: true }
  : Field<T> & { optional: false };

function make<T, O extends About & Optional & { default?: unknown }>(schema: Schema, options: O): Made<T, O> {
  const { about, examples, optional = false } = options;
  const full = {
    ...schema,
    description: about,
    ...(examples ? { examples: [...examples] } : {}),
    ...(options.default === undefined ? {} : { default: options.default }),
  };
  return { schema: full, optional } as unknown as Made<T, O>;
}

const durationPattern = '^\\d+(\\.\\d+)?\\s*(ms|s|m|h|d|day|days|min|hours?|minutes?|seconds?)$';

/**
 * The typed builder: an option is declared once and gives the TypeScript type, the JSON Schema, the editor's completion,
 * the reference page and the marks of secrets and expressions.
 */
export const field = {
  text: <const O extends About & Optional & { pattern?: string; format?: string; default?: string }>(options: O) =>
    make<string, O>(
      {
        type: 'string',
        minLength: 1,
        ...(options.pattern ? { pattern: options.pattern } : {}),
        ...(options.format ? { format: options.format } : {}),
      },
      options,
    ),
  /** Kept out of logs, pages and errors; plain text is refused unless it comes from `${…}`. */
  secret: <const O extends About & Optional>(options: O) =>
    make<string, O>({ type: 'string', minLength: 1, secret: true, 'x-portolan': { as: 'secret' } }, options),
  integer: <const O extends About & Optional & { minimum?: number; maximum?: number; default?: number }>(options: O) =>
    make<number, O>({ type: 'integer', ...bounds(options) }, options),
  number: <const O extends About & Optional & { minimum?: number; maximum?: number; default?: number }>(options: O) =>
    make<number, O>({ type: 'number', ...bounds(options) }, options),
  boolean: <const O extends About & Optional & { default?: boolean }>(options: O) =>
    make<boolean, O>({ type: 'boolean' }, options),
  choice: <
    const V extends readonly (string | number | boolean | null)[],
    const O extends About & Optional & { default?: V[number] },
  >(
    values: V,
    options: O,
  ) => make<V[number], O>({ enum: [...values] }, options),
  list: <T, const O extends About & Optional & { minItems?: number }>(item: Field<T>, options: O) =>
    make<T[], O>(
      { type: 'array', items: item.schema, ...(options.minItems ? { minItems: options.minItems } : {}) },
      options,
    ),
  map: <T, const O extends About & Optional & { names?: string }>(value: Field<T>, options: O) =>
    make<Record<string, T>, O>(
      {
        type: 'object',
        additionalProperties: value.schema,
        ...(options.names ? { propertyNames: { pattern: options.names } } : {}),
      },
      options,
    ),
  object: <P extends Record<string, Field<unknown>>, const O extends About & Optional>(properties: P, options: O) =>
    make<Flat<Shape_<P>>, O>(objectSchema(properties), options),
  /** One of several forms told apart by their JSON type (text or map or list or number); no `oneOf`, see the schema pattern. */
  either: <A, B, const O extends About & Optional>(a: Field<A>, b: Field<B>, options: O) =>
    make<A | B, O>(eitherSchema(a.schema, b.schema), options),
  /** JSONata over the record or answer; the mark `=` is allowed. */
  condition: <const O extends About & Optional & Scoped>(options: O) =>
    make<Expression, O>(
      { type: ['string', 'boolean', 'number'], 'x-portolan': { as: 'condition', ...scoped(options) } },
      options,
    ),
  /** JSONata whose value is used as it is. */
  reading: <const O extends About & Optional & Scoped>(options: O) =>
    make<Expression, O>(
      { type: ['string', 'boolean', 'number'], 'x-portolan': { as: 'expression', ...scoped(options) } },
      options,
    ),
  template: <const O extends About & Optional & Scoped & { place: Place }>(options: O) =>
    make<Template, O>(
      { type: 'string', minLength: 1, 'x-portolan': { as: 'template', place: options.place, ...scoped(options) } },
      options,
    ),
  /** Makes something: leaves are constants, or expressions behind `=`. */
  shape: <const O extends About & Optional & Scoped & { type?: 'object' }>(options: O) =>
    make<Shape, O>(
      { ...(options.type ? { type: options.type } : {}), 'x-portolan': { as: 'shape', ...scoped(options) } },
      options,
    ),
  /** Compiled to milliseconds: `30s`, `5m`, `2 days`. */
  duration: <const O extends About & Optional & { default?: string }>(options: O) =>
    make<number, O>({ type: 'string', pattern: durationPattern, 'x-portolan': { as: 'duration' } }, options),
  /** Compiled to bytes: `64KB`, `1MB` (1024 based). */
  size: <const O extends About & Optional & { default?: string }>(options: O) =>
    make<number, O>(
      {
        type: ['string', 'integer'],
        pattern: '^\\d+(\\.\\d+)?\\s*(B|KB|MB|GB|KiB|MiB|GiB)$',
        minimum: 1,
        'x-portolan': { as: 'size' },
      },
      options,
    ),
  /** Compiled to `{ share }` (0..1) or `{ count }`: `5%`, `20`. */
  share: <const O extends About & Optional & { default?: string | number }>(options: O) =>
    make<Share, O>(
      { type: ['string', 'integer'], pattern: '^\\d+(\\.\\d+)?%$', minimum: 0, 'x-portolan': { as: 'share' } },
      options,
    ),
  /** Compiled to requests per second: `10/s`, `600/m`. */
  rate: <const O extends About & Optional>(options: O) =>
    make<number, O>({ type: 'string', pattern: '^\\d+(\\.\\d+)?/(s|m|h)$', 'x-portolan': { as: 'rate' } }, options),
  /** A file beside the workspace, inlined as compiled text. */
  workspaceFile: <const O extends About & Optional & { place?: Place; names?: readonly string[] }>(options: O) =>
    make<WorkspaceText, O>(
      {
        type: 'string',
        minLength: 1,
        'x-portolan': {
          as: 'workspaceFile',
          ...(options.place ? { place: options.place } : {}),
          ...(options.names ? { names: options.names } : {}),
        },
      },
      options,
    ),
  /** Any JSON Schema, for what the builder has no word for. */
  raw: <T, const O extends About & Optional>(schema: Schema, options: O) => make<T, O>(schema, options),
};

export type Share = { share: number } | { count: number };
/** `template` when the file is rendered at a place, else `text`. */
export interface WorkspaceText {
  path: string;
  text: string;
  template?: Template;
}
interface Scoped {
  /** Names with `$` that exist at this place beyond the run's own. */
  names?: readonly string[];
  input?: 'record' | 'answer' | 'none';
}

const scoped = (options: Scoped): Scoped => ({
  ...(options.names ? { names: options.names } : {}),
  ...(options.input ? { input: options.input } : {}),
});

const bounds = (options: { minimum?: number; maximum?: number }): Schema => ({
  ...(options.minimum === undefined ? {} : { minimum: options.minimum }),
  ...(options.maximum === undefined ? {} : { maximum: options.maximum }),
});

function objectSchema(properties: Record<string, Field<unknown>>): Schema {
  const required = Object.entries(properties).flatMap(([name, option]) => (option.optional ? [] : [name]));
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(properties).map(([name, option]) => [name, option.schema])),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}

function eitherSchema(a: Schema, b: Schema): Schema {
  const types = [a, b].flatMap((schema) => (Array.isArray(schema.type) ? schema.type : [schema.type ?? 'string']));
  const { description: _a, examples: _b, ...restOfA } = a;
  const { description: _c, examples: _d, ...restOfB } = b;
  return { ...restOfA, ...restOfB, type: [...new Set(types)] as string[] };
}
