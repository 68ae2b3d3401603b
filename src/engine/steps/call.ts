import type { OpenCall } from '../../connect/sdk/index.ts';
import { newSemaphore, type Semaphore } from '../../connect/pace/index.ts';
import type { Environment, Scope } from '../../expression/index.ts';
import { isProblem } from '../../model/problem.ts';
import type { Fields } from '../../model/record.ts';
import type { Vault } from '../../store/ports.ts';
import { canonicalText } from '../diff/canonical.ts';
import { concerns, named, type Passing, type RunStep, type StepOf, type StepTools, type Verdict } from './step.ts';

/**
 * Does one operation for each record. Several are in flight at once, and yet records go on in the order in which they
 * came, so that what follows (a field that must be unique) gives the same in every run.
 */
export function callStep(step: StepOf<'call'>, tools: StepTools): RunStep {
  const line = newLine(step, tools);
  let ended: Promise<unknown> = Promise.resolve();
  return (passing, env) => {
    const before = ended;
    const mine = callFor(step, line, passing, env);
    ended = Promise.allSettled([before, mine]);
    return before.then(() => mine);
  };
}

interface Line {
  /** Opens the operation with its first record; throws what failed an earlier one, so that no more are made. */
  perform(parameters: Fields, passing: Passing): Promise<unknown>;
}

function newLine(step: StepOf<'call'>, { openCall, vault, signal, inFlight }: StepTools): Line {
  let opened: Promise<{ call: OpenCall; places: Semaphore }> | undefined;
  let failure: { error: unknown } | undefined;
  return {
    async perform(parameters, { key, scope }) {
      opened ??= openCall(step.use).then((call) => ({ call, places: newSemaphore(call.concurrency) }));
      const { call, places } = await opened;
      const leave = await places.enter();
      try {
        if (failure) throw failure.error;
        signal.throwIfAborted();
        return await call.perform(parameters, onceOf(vault, step, key, scope, parameters), inFlight);
      } catch (error) {
        if (!isProblem(error) || error.class !== 'data') failure ??= { error };
        throw error;
      } finally {
        leave();
      }
    },
  };
}

/** The identical call for the identical change of a record has the identical key, in every run (S1). */
function onceOf(vault: Vault, step: StepOf<'call'>, key: string, scope: Scope, parameters: Fields): string {
  const { pipeline, operation, was } = scope;
  const what = canonicalText([pipeline, step.at, step.use.kind, key, operation, was, parameters]);
  return Buffer.from(vault.valueHash(what)).toString('hex');
}

async function callFor(
  step: StepOf<'call'>,
  line: Line,
  passing: Passing,
  env: Environment,
): Promise<Verdict | undefined> {
  if (!(await concerns(step, passing, env))) return undefined;
  const { as, parameters } = step;
  const { record, scope } = passing;
  const made = ((await parameters.make(record, scope, env)) ?? {}) as Fields;
  try {
    const answer = await line.perform(made, passing);
    if (as && answer !== undefined) named(passing, as, answer);
    return undefined;
  } catch (error) {
    if (!isProblem(error) || error.class !== 'data') throw error;
    return { is: 'rejected', stage: 'call', code: error.code, reason: error.message };
  }
}
