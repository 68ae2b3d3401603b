import type { OpenSink, OpenSource } from '../../connect/sdk/index.ts';
import { problem } from '../../model/problem.ts';
import type { Intent } from '../../store/ports.ts';
import type { Doubts } from '../diff/collect.ts';
import type { Ledger } from '../diff/ledger.ts';
import { note, reject, type RunContext } from '../run/context.ts';
import type { RunSteps } from '../steps/index.ts';
import type { Target, Work } from './work.ts';

/** What the delivery of a run works with. */
export interface Delivery {
  run: RunContext;
  targets: Target[];
  /** Undefined where the pipeline compares nothing. */
  ledger?: Ledger;
  doubts: Doubts;
  /** Intents of earlier runs, with how many of their keys are still open. */
  openIntents: Map<string, { intent: Intent; left: Set<string> }>;
  /** Batches that earlier runs left pending at their target. */
  pending: Intent[];
  /** Steps after the diff. */
  steps: RunSteps;
  /** Does the pipeline own its snapshot (S19)? What another delivers into it is marked as not the owner's. */
  isOwner?: boolean;
  /** Where the files of records are, until the run is over. */
  source?: OpenSource;
}

/** Opens a sink with its first record, and begins it. */
export async function openTarget({ run }: Delivery, target: Target): Promise<NonNullable<Target['sink']>> {
  if (!target.sink) {
    const { scope, env, inFlight: signal } = run;
    const sink = await run.world.openSink(target.use, { scope, env, signal, note: (message) => note(run, message) });
    await refuseUnaskable(sink, target.name);
    target.sink = sink;
    await sink.begin?.(signal);
  }
  return target.sink;
}

/** Who says that it can be asked after a lost answer, and can't be, would only be sent everything again (S1). */
async function refuseUnaskable(sink: OpenSink, name: string): Promise<void> {
  if (sink.find || Object.values(sink.rules).every((rule) => rule.repeat !== 'find')) return;
  await sink.close();
  throw problem('TARGET_CANNOT_FIND', `${name} says \`repeat: find\` and has no find`);
}

/** Settles a work as rejected. */
export async function rejectWork(
  { run }: Delivery,
  work: Work,
  why: {
    stage: 'steps' | 'call' | 'link' | 'diff' | 'deliver';
    code: string;
    reason: string;
    cause?: string;
    field?: string;
    sink?: string;
    isCarriedOver?: boolean;
  },
): Promise<void> {
  const { stage, code, reason, cause, field, sink, isCarriedOver } = why;
  const rejected = {
    key: work.key,
    stage,
    code,
    reason,
    origin: work.origin,
    line: work.line,
    source: work.source,
    ...(field ? { field } : {}),
    ...(sink ? { sink } : {}),
  };
  await reject(run, rejected, { cause, isCarriedOver });
}
