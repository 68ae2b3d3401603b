import { whenReady } from '../../expression/index.ts';
import { operations, type Operation } from '../../model/record.ts';
import type { RunStep, StepOf, Verdict } from './step.ts';

const unknown: Verdict = Object.freeze({
  is: 'rejected',
  stage: 'steps',
  code: 'OPERATION_UNKNOWN',
  reason: `The operation must be one of ${operations.join(', ')}, and the expression came to something else`,
});

/** Takes the operation of a record from the record itself. */
export function operationStep({ expression }: StepOf<'operation'>): RunStep {
  return (passing, env) =>
    whenReady(expression.evaluate(passing.record, passing.scope, env), (said) => {
      const operation = operations.find((each) => each === said) satisfies Operation | undefined;
      if (!operation) return unknown;
      passing.operation = operation;
      passing.scope = { ...passing.scope, operation };
      return undefined;
    });
}
