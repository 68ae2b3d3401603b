import type {
  Consumption,
  NothingToRead,
  OpenCall,
  OpenSink,
  OpenSource,
  SourceContext,
} from '../../connect/sdk/index.ts';
import type { Environment, Scope, TableData } from '../../expression/index.ts';
import type { SourceUse, Use } from '../../language/compile/pipeline.ts';
import type { Clock } from '../../model/clock.ts';
import type { Store, Vault } from '../../store/ports.ts';
import type { RunLimits } from '../diff/budget.ts';

/** What opening a connector needs of a run. */
export interface Opening {
  scope: Scope;
  env: Environment;
  signal: AbortSignal;
  note(message: string): void;
}

/** All that a run reaches out to. The workspace makes one; a check makes one of its own. */
export interface World {
  store: Store;
  vault: Vault;
  clock: Clock;
  /** For what a run sets aside. */
  runsFolder: string;
  tables(name: string): TableData | undefined;
  openSource(
    use: SourceUse,
    opening: Opening & {
      wanted: readonly string[];
      dryRun: boolean;
      consumed(file: Omit<Consumption, 'contentHash'>): Promise<boolean>;
      /** As the source's context has them. */
      newerThan?: number;
      latestFirst: boolean;
      cursor: NonNullable<SourceContext<unknown, unknown>['cursor']>;
    },
  ): Promise<OpenSource | NothingToRead>;
  openSink(use: Use, opening: Opening): Promise<OpenSink>;
  /** Opens an operation that a step calls; absent where nothing answers calls (a check). */
  openCall?(use: Use, opening: Opening): Promise<OpenCall>;
  /** Does the target hold anything, for a first run (S19)? Undefined where it can't be read. */
  holdsRecords?(use: Use, opening: Opening): Promise<boolean | undefined>;
  /** `missing`: the last line against a mass block, at most so many in so long, over all pipelines. The others bound one run. */
  limits: RunLimits & { missing?: { count: number; perMs: number } };
  newId(): string;
  /** Where a test ends the process: called at labelled points of a run. */
  reached?(label: string): void;
}

/** How a run was asked for. */
export interface RunRequest {
  params?: Record<string, string>;
  /** Read at most so many records; nobody is missing then. */
  limit?: number;
  /** The run's tick, UTC ms; default the clock's now. */
  asOf?: number;
  /** The hash that a person gave to accept, to be told when it fits nothing. */
  accept?: string;
  /** A scheduled tick: at most one run of it is ever made (S25). */
  scheduled?: boolean;
  /** The rows are corrected rejects: nobody is missing by them, not by their own word either. */
  isCorrection?: boolean;
  signal?: AbortSignal;
}
