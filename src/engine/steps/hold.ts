import { instantOf, whenReady } from '../../expression/index.ts';
import { isProblem } from '../../model/problem.ts';
import type { RunStep, StepOf, Verdict } from './step.ts';

const unreadable: Verdict = Object.freeze({
  is: 'rejected',
  stage: 'steps',
  code: 'HOLD_UNTIL_UNREADABLE',
  reason: 'Until when the record is to be held is neither a date nor a moment',
});

/** Lets a record through when its moment has come. A date begins at its midnight in the pipeline's zone. */
export function holdStep({ until }: StepOf<'hold'>): RunStep {
  return (passing, env) =>
    whenReady(until.evaluate(passing.record, passing.scope, env), (value): Verdict | undefined => {
      if (value === undefined || value === null || value === '') return undefined;
      if (typeof value !== 'string') return unreadable;
      try {
        const moment = instantOf(value, env.timezone);
        return moment > env.now ? { is: 'held', until: moment } : undefined;
      } catch (error) {
        if (isProblem(error) && error.class === 'data') return unreadable;
        throw error;
      }
    });
}
