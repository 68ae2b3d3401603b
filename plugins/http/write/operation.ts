import { operations, repeatByMethod, type Operation, type OperationRule } from '#sdk';
import { templateOf, type RequestRule } from '../schema/request.ts';
import type { StepRule } from '../schema/step.ts';
import type { OperationDocument, TargetRule } from '../schema/write.ts';

/** The fields by which a target knows a record. */
export const keyFields = ({ key }: TargetRule): readonly string[] => (key === undefined ? [] : [key].flat());

/** What a target does for an operation; `upsert` stands for create and update. */
export function documentOf(target: TargetRule, operation: Operation): OperationDocument | undefined {
  return target[operation] ?? (operation === 'create' || operation === 'update' ? target.upsert : undefined);
}

/** The requests of an operation, in order; the schema lets one form stand. */
export const stepsOf = ({ request, do: steps }: OperationDocument): readonly StepRule[] =>
  steps ?? (request ? [request] : []);

/** What the engine needs to know of each operation. */
export function rulesOf(target: TargetRule): Partial<Record<Operation, OperationRule>> {
  return Object.fromEntries(
    operations.flatMap((operation) => {
      const document = documentOf(target, operation);
      return document ? [[operation, ruleOf(document)]] : [];
    }),
  );
}

interface Batch {
  size: number;
  by?: string;
  atomic?: boolean;
  ordered?: boolean;
}

function ruleOf(document: OperationDocument): OperationRule {
  const batch = typeof document.batch === 'number' ? { size: document.batch } : (document.batch ?? { size: 1 });
  const { size, by, atomic = false, ordered = false } = batch as Batch;
  return {
    size,
    atomic,
    ...(ordered ? { ordered } : {}),
    repeat: repeatOfWhole(document),
    ...(by === undefined ? {} : { by: (item) => String(item.record[by] ?? '') }),
  };
}

/** How a repeat of all requests of an operation is recognised. */
export const repeatOfWhole = (document: OperationDocument): OperationRule['repeat'] =>
  document.repeat ?? defaultRepeat(stepsOf(document));

/** How a repeat of a single operation is recognised. */
export const repeatOf = ({ repeat, request }: { repeat?: 'safe' | 'never'; request: RequestRule }): 'safe' | 'never' =>
  repeat ?? defaultRepeat([request]);

/** A chain is safe to repeat as a whole where each of its steps is. */
function defaultRepeat(steps: readonly RequestRule[]): 'safe' | 'never' {
  const isSafe = steps.every((step) => repeatByMethod(templateOf(step).method, step.headers?.keys ?? []) === 'safe');
  return isSafe ? 'safe' : 'never';
}
