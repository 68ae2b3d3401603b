import type { OpenSink } from '../../connect/sdk/index.ts';
import type { Scope } from '../../expression/index.ts';
import type { Use } from '../../language/compile/pipeline.ts';
import type { AttachedFile, Fields, Operation, WriteItem } from '../../model/record.ts';
import type { Adoption } from '../diff/collect.ts';

/** A sink of the pipeline, opened when the first record comes to it. */
export interface Target {
  index: number;
  /** Kind, with `#2` where a pipeline has several of one kind: the name under which outcomes and kept values stand. */
  name: string;
  use: Use;
  sink?: OpenSink;
}

/** One changed record on its way through the sinks. */
export interface Work {
  /** Index in the ledger; -1 where nothing is compared. */
  entry: number;
  /** The known person whom this new key stands for, until the snapshot knows them by it. */
  adopts?: Adoption;
  key: string;
  operation: Operation;
  origin: string;
  line: number | null;
  source: Fields | null;
  /** The record as it entered the diff: what the snapshot remembers. */
  record: Fields;
  /** With what the steps after the diff added. */
  final: Fields;
  was?: Fields;
  /** What the snapshot keeps beside `record` until every sink has been told; null where nothing stood there. */
  before: Fields | null;
  changed?: Fields;
  kept: Record<string, Fields>;
  scope: Scope;
  /** What the source row stands for, where that is a file. */
  file?: AttachedFile;
  /** Sinks still to pass, in order, with the operation for each. */
  route: { target: number; operation: Operation }[];
}

/**
 * What became of one item at one sink, for good. `adopted`: it was there already. `cause`: the reason as it is true of
 * every record alike. `isCarriedOver`: it was unknown before this run began.
 */
export type Final =
  | { is: 'delivered'; kept?: Fields; adopted?: boolean }
  /** The target took the item and answers later; `place` in the batch of the intent. */
  | { is: 'pending'; intent: string; place: number; item: WriteItem }
  | { is: 'rejected'; code: string; reason: string; cause?: string; inDoubt?: boolean; isCarriedOver?: boolean };

/** A fate that is known by now. */
export type Settled = Exclude<Final, { is: 'pending' }>;

/** What a sink is given of a work. */
export function itemFor(work: Work, target: Target, operation: Operation): WriteItem {
  const kept = work.kept[target.name];
  return {
    key: work.key,
    operation,
    record: work.final,
    ...(work.was ? { was: work.was } : {}),
    // Nothing known of what the target holds: all that is compared is sent, and nothing that is only made once.
    changed: work.changed ?? work.record,
    ...(kept ? { kept } : {}),
    ...(work.file ? { file: work.file } : {}),
  };
}
