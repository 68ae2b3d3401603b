import type { FieldTypes } from '../../../expression/index.ts';

/** What an expression may mention at its place. */
export interface Names {
  /** `$names`, without `$`. */
  variables: ReadonlySet<string>;
  /** Fields of the record, where all of them are known: nothing else is there. */
  fields?: ReadonlySet<string> | undefined;
  /** Why only these fields are there, for the message. */
  because?: string;
  /** Fields that are known to exist among others, for the warning about constants. */
  likely?: ReadonlySet<string>;
  /** Columns that `record.fields` reads as a field of another name: nothing has their own name then. */
  readAs?: ReadonlyMap<string, string>;
  /** What can be read of `$names` whose content is known. */
  members?: Members;
  /** What is known of their types; nothing where it is left out. */
  types?: FieldTypes | undefined;
  /** A diff follows, or what is made is compared in another way: nothing may be random (S5). */
  compared: boolean;
  /** A diff stands before this place: passwords can be made. */
  afterDiff: boolean;
}

/** By `$name`, without `$`: everything that it has. A name that is not here may have anything. */
export type Members = Readonly<Record<string, readonly string[]>>;

/** What every run says of itself and of the file it reads. */
export const runMembers: Members = Object.freeze({
  run: ['id', 'date', 'at'],
  file: ['name', 'path', 'size', 'mtime', 'hash'],
});

/** The run's names. */
export const runNames: readonly string[] = Object.freeze(['params', 'run', 'pipeline', 'file']);

/** Names that a diff brings. */
export const diffNames: readonly string[] = Object.freeze(['operation', 'was', 'changed', 'kept']);

/** The same place with more names. */
export function withNames(names: Names, more: readonly string[] = []): Names {
  return more.length === 0 ? names : { ...names, variables: new Set([...names.variables, ...more]) };
}
