import { whenReady } from '../../expression/index.ts';
import type { RunStep, StepOf, Verdict } from './step.ts';

const filtered: Verdict = Object.freeze({ is: 'filtered', reason: 'filter' });

/** Lets through the records for which the condition holds. */
export function filterStep(step: StepOf<'filter'>): RunStep {
  return ({ record, scope }, env) =>
    whenReady(step.condition.evaluate(record, scope, env), (holds) => (holds === true ? undefined : filtered));
}
