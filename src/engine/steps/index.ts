import { isPromise, whenReady, type Environment, type MaybePromise } from '../../expression/index.ts';
import type { Step } from '../../language/compile/pipeline.ts';
import { isProblem, located } from '../../model/problem.ts';
import { expressionsAt, reasonOf } from '../run/field-facts.ts';
import { filterStep } from './filter.ts';
import { mapStep, setStep } from './map.ts';
import { operationStep } from './operation.ts';
import { dedupeStep } from './dedupe.ts';
import { holdStep } from './hold.ts';
import { maskStep } from './mask.ts';
import { sortStep } from './sort.ts';
import { lookupStep } from './lookup/index.ts';
import { callStep } from './call.ts';
import { concerns, named, type Passing, type RunStep, type StepTools, type Verdict } from './step.ts';
import { takeApart, type TakeApart } from './split.ts';
import { validateStep } from './validate.ts';

export { openCallsOf, stepsOf, type OpenCalls } from './open-calls.ts';
export { allInOrder } from './all-in-order.ts';
export type { Passing, Verdict, StepTools } from './step.ts';

/** Runs a record through steps, in order, as their words `only`, `when` and `as` say. Never throws data problems. */
export interface RunSteps {
  (passing: Passing, env: Environment): MaybePromise<Verdict | undefined>;
  /** Where a step takes records apart: that step, and what is done with the parts. */
  apart?: { take: TakeApart; rest: RunSteps };
  /** They wait for calls, so the next record may be begun before this one has come through. */
  overlaps: boolean;
}

/** Makes one runner of neighbouring steps; nothing is awaited where nothing is asynchronous. */
export function compileSteps(steps: Step[], tools: StepTools): RunSteps {
  const at = steps.findIndex((step) => step.kind === 'split');
  const split = steps[at];
  if (split?.kind !== 'split') return neighbours(steps, tools);
  const overlaps = steps.some(waits);
  const apart = { take: placedApart(split, takeApart(split), tools), rest: neighbours(steps.slice(at + 1), tools) };
  return Object.assign(neighbours(steps.slice(0, at), tools), { apart, overlaps });
}

function neighbours(steps: Step[], tools: StepTools): RunSteps {
  const runs = steps.map((step) => placed(step, withWords(step, runOf(step, tools)), tools));
  const from = (index: number, passing: Passing, env: Environment): MaybePromise<Verdict | undefined> => {
    for (let at = index; at < runs.length; at++) {
      const verdict = (runs[at] as RunStep)(passing, env);
      if (isPromise(verdict)) {
        return (verdict as Promise<Verdict | undefined>).then((settled) => settled ?? from(at + 1, passing, env));
      }
      if (verdict) return verdict as Verdict;
    }
    return undefined;
  };
  const run = (passing: Passing, env: Environment): MaybePromise<Verdict | undefined> => from(0, passing, env);
  return Object.assign(run, { overlaps: steps.some(waits) });
}

/** Several records are in it at once. */
const waits = (step: Step): boolean => step.kind === 'call' || (step.kind === 'lookup' && step.batch !== undefined);

function runOf(step: Step, tools: StepTools): RunStep {
  switch (step.kind) {
    case 'filter':
      return filterStep(step);
    case 'map':
      return mapStep(step);
    case 'set':
      return setStep(step);
    case 'validate':
      return validateStep(step, tools);
    case 'operation':
      return operationStep(step);
    case 'dedupe':
      return dedupeStep(step, tools);
    case 'mask':
      return maskStep(step, tools);
    case 'hold':
      return holdStep(step);
    case 'sort':
      return sortStep(step);
    case 'lookup':
      return lookupStep(step, tools);
    case 'call':
      return callStep(step, tools);
    case 'split':
    case 'diff':
      throw new Error(`the ${step.kind} is a barrier, not a step of a record`);
  }
}

function withWords(step: Step, run: RunStep): RunStep {
  const { only, when, as } = step;
  // A call and a lookup look at their words themselves: they belong to their order, and `as` names what they bring.
  if ((!only && !when && !as) || step.kind === 'call' || step.kind === 'lookup') return run;
  return (passing, env) => {
    const go = (): MaybePromise<Verdict | undefined> =>
      whenReady(run(passing, env), (verdict) => {
        if (as && !verdict) named(passing, as, passing.record);
        return verdict;
      });
    return whenReady(concerns(step, passing, env), (isConcerned) => (isConcerned ? go() : undefined));
  };
}

const placedApart = (step: Step, take: TakeApart, { fields }: StepTools): TakeApart => {
  const told = toldAt(step, fields);
  return (passing, env, parts) => caught(() => take(passing, env, parts), told);
};

/** What fails says in which step. A data problem rejects the record; anything else fails the run. */
const placed = (step: Step, run: RunStep, { fields }: StepTools): RunStep => {
  const told = toldAt(step, fields);
  return (passing, env) => caught(() => run(passing, env), told);
};

function caught<T>(run: () => MaybePromise<T>, told: (error: unknown) => Verdict): MaybePromise<T | Verdict> {
  try {
    const value = run();
    return isPromise(value) ? (value as Promise<T>).catch(told) : value;
  } catch (error) {
    return told(error);
  }
}

function toldAt(step: Step, fields: StepTools['fields']): (error: unknown) => Verdict {
  const place = step.at === step.kind ? step.kind : `${step.at}.${step.kind}`;
  return (error) => {
    if (!isProblem(error)) throw error;
    located(error, { step: place });
    if (error.class !== 'data') throw error;
    const { field } = error.where;
    return {
      is: 'rejected',
      stage: error.code === 'LINK_NOT_DELIVERED' ? 'link' : 'steps',
      code: error.code,
      reason: reasonOf(error, { place, field, expressions: expressionsAt(step, field) }, fields),
      ...(field === undefined ? {} : { field }),
    };
  };
}
