import { repeatByMethod } from '#sdk';
import { templateOf } from '../schema/request.ts';
import type { StepRule } from '../schema/step.ts';

/** May the step change anything at the target? */
export const doesSomething = (step: StepRule): boolean => templateOf(step).method !== 'GET';

/** A step that may be made again although its answer was lost. */
export const isSafe = (step: StepRule): boolean =>
  repeatByMethod(templateOf(step).method, step.headers?.keys ?? []) === 'safe';
