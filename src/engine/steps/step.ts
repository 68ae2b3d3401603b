import type { Environment, MaybePromise, Scope } from '../../expression/index.ts';
import type { Step } from '../../language/compile/pipeline.ts';
import type { Vault } from '../../store/ports.ts';
import type { Fields } from '../../model/record.ts';
import type { Ledger } from '../diff/ledger.ts';

/** A record between two steps. A step changes `record` and `names` in place. */
export interface Passing {
  record: Fields;
  /** The record's key. */
  key: string;
  /** Line as a spreadsheet shows it. */
  line: number;
  scope: Scope;
  /** What `as:` named so far. */
  names?: Fields;
}

/** Why a record goes no further. Undefined: it goes on. */
export type Verdict =
  | { is: 'filtered'; reason: string }
  | { is: 'rejected'; stage: 'steps' | 'link' | 'diff'; code: string; reason: string; field?: string };

/** A step, ready to run: throws data problems, which reject the record. */
export type RunStep = (passing: Passing, env: Environment) => MaybePromise<Verdict | undefined>;

/** What steps need of the run. */
export interface StepTools {
  vault: Vault;
  /** For values that must be unique; it takes of the run's budget. */
  newLedger(): Ledger;
}

export type StepOf<K extends Step['kind']> = Extract<Step, { kind: K }>;
