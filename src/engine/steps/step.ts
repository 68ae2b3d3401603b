import { whenReady, type Environment, type MaybePromise, type Scope } from '../../expression/index.ts';
import type { NothingToRead, OpenCall, OpenSource } from '../../connect/sdk/index.ts';
import type { SourceUse, Step, Use } from '../../language/compile/pipeline.ts';
import type { Vault } from '../../store/ports.ts';
import type { Fields, Operation } from '../../model/record.ts';
import type { SealedFacts } from '../diff/sealed-facts.ts';
import type { Ledger } from '../diff/ledger.ts';
import type { TreePlace } from '../order/hierarchy.ts';
import type { FieldFacts } from '../run/field-facts.ts';

/** A record between two steps. A step changes `record` and `names` in place. */
export interface Passing {
  record: Fields;
  /** The record's key. */
  key: string;
  /** Line as a spreadsheet shows it. */
  line: number;
  scope: Scope;
  /** What an `operation` step said. */
  operation?: Operation;
  /** What `as:` named so far. */
  names?: Fields;
  /** Where a `sort` found it in its tree. */
  place?: TreePlace;
}

/** Gives what came of a step the name that `as` says. */
export function named(passing: Passing, as: string, value: unknown): void {
  passing.names = { ...passing.names, [as]: value };
  passing.scope = { ...passing.scope, [as]: value };
}

/** Why a record goes no further. Undefined: it goes on. */
export type Verdict =
  | { is: 'filtered'; reason: string }
  /** Its moment (UTC ms) has not come. */
  | { is: 'held'; until: number }
  | { is: 'rejected'; stage: 'steps' | 'call' | 'link' | 'diff'; code: string; reason: string; field?: string };

/** A step, ready to run: throws data problems, which reject the record. */
export type RunStep = (passing: Passing, env: Environment) => MaybePromise<Verdict | undefined>;

/** What steps need of the run. */
export interface StepTools {
  vault: Vault;
  /** Of the pipeline, for reasons. */
  fields: FieldFacts;
  /** For values that must be unique; it takes of the run's budget. */
  newLedger(): Ledger;
  openCall(use: Use): Promise<OpenCall>;
  /** For what is looked up: sealed, on disk. */
  newFacts<T>(name: string): SealedFacts<T>;
  /** Opens a source that is only read, with names that its options may use. */
  read(use: SourceUse, names: Scope): Promise<OpenSource | NothingToRead>;
  note(sentence: string): void;
  /** Aborted when the run is cancelled: nothing new is begun. */
  signal: AbortSignal;
  /** Aborted a grace later, for what is in flight (S23). */
  inFlight: AbortSignal;
}

/** Do the words `only` and `when` let the record into the step? */
export function concerns(
  { only, when }: Pick<Step, 'only' | 'when'>,
  { record, scope }: Passing,
  env: Environment,
): MaybePromise<boolean> {
  // Where nothing says an operation, in a pipeline that compares nothing, it is `upsert`.
  if (only && !only.includes((scope.operation ?? 'upsert') as never)) return false;
  return when ? whenReady(when.evaluate(record, scope, env), (holds) => holds === true) : true;
}

export type StepOf<K extends Step['kind']> = Extract<Step, { kind: K }>;
