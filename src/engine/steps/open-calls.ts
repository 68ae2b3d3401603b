import type { OpenCall } from '../../connect/sdk/index.ts';
import type { Step } from '../../language/compile/pipeline.ts';
import { problem } from '../../model/problem.ts';
import { note, type RunContext } from '../run/context.ts';
import type { StepTools } from './step.ts';

/** Operations that steps of a run opened. */
export interface OpenCalls {
  open: StepTools['openCall'];
  /** To be closed at the end of the run. */
  all: OpenCall[];
}

/** Opens operations in a run's world. */
export function openCallsOf(run: RunContext): OpenCalls {
  const { world, scope, env, inFlight: signal } = run;
  const all: OpenCall[] = [];
  return {
    all,
    async open(use) {
      if (!world.openCall) throw unavailable(use.kind);
      const call = await world.openCall(use, { scope, env, signal, note: (message) => note(run, message) });
      all.push(call);
      return call;
    },
  };
}

const unavailable = (kind: string) =>
  problem('CALL_UNAVAILABLE', `The pipeline calls ${kind}, and nothing answers calls here.`, {
    fix: 'A check has no answers for steps that call: try the pipeline with `portolan plan`.',
  });

/**
 * The steps that a run takes. A plan changes nothing at a target, so it ends before the first call that may: what follows
 * can't be judged without its answer.
 */
export function stepsOf(run: RunContext, steps: Step[], place: 'before a diff' | 'after a diff'): Step[] {
  if (!run.dryRun) return steps;
  const at = steps.findIndex((step) => step.kind === 'call' && (step.writes || place === 'after a diff'));
  if (at < 0) return steps;
  note(run, 'A plan makes no call that is for records to be sent; what the steps behind it do is not shown.');
  return steps.slice(0, at);
}
