import { whenReady } from '../../expression/index.ts';
import { problem } from '../../model/problem.ts';
import type { Fields } from '../../model/record.ts';
import type { RunStep, StepOf } from './step.ts';

/** Makes a new record of the old one. */
export function mapStep(step: StepOf<'map'>): RunStep {
  return (passing, env) =>
    whenReady(step.shape.make(passing.record, passing.scope, env), (made) => {
      passing.record = asFields(made);
      return undefined;
    });
}

/** Adds to the record; a key that comes to nothing leaves the old one. */
export function setStep(step: StepOf<'set'>): RunStep {
  return (passing, env) =>
    whenReady(step.shape.make(passing.record, passing.scope, env), (made) => {
      passing.record = { ...passing.record, ...asFields(made) };
      return undefined;
    });
}

function asFields(made: unknown): Fields {
  if (made === undefined) return {};
  if (typeof made === 'object' && made !== null && !Array.isArray(made)) return made as Fields;
  throw problem('STEP_NOT_A_RECORD', 'The shape made a list or a single value, and a record is a map of fields', {
    class: 'data',
  });
}
