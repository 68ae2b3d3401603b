import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, type Compilable } from 'kysely';
import type { Tables } from './tables.ts';

/** All that may be bound: libsql ends the whole process on anything else. */
export type Value = null | number | bigint | string | Uint8Array;
export type Arguments = Record<string, Value>;

/** A query compiled once: its text, and for each place a constant or the name of an argument. */
export interface Statement<A, R> {
  readonly sql: string;
  readonly places: readonly Place[];
  /** Only for the compiler: what goes in and what a row looks like. */
  readonly types?: (args: A) => R;
}
export type Place = { argument: string } | { constant: Value };

/** Builds queries and compiles them; it never runs one. */
export const builder = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

const argumentName = Symbol('argument');
const isArgument = (value: unknown): value is { [argumentName]: string } =>
  typeof value === 'object' && value !== null && argumentName in value;

/**
 * A query with named arguments, typed by its tables: `statement<{ id: number }>()((q, arg) => q.selectFrom('runs')…
 * .where('id', '=', arg('id')))`. Compiling takes longer than most queries run, so it is done once, at load.
 */
export function statement<A extends Arguments = Record<never, never>>() {
  return <R>(
    build: (query: Kysely<Tables>, arg: <K extends keyof A & string>(name: K) => A[K]) => Compilable<R>,
  ): Statement<A, R> => {
    // The builder carries values through untouched, so that a mark can stand where the value will be.
    const compiled = build(builder, (name) => ({ [argumentName]: name }) as never).compile();
    return {
      sql: compiled.sql,
      places: compiled.parameters.map((parameter) =>
        isArgument(parameter) ? { argument: parameter[argumentName] } : { constant: parameter as Value },
      ),
    };
  };
}
