import { operations, repeatByMethod, type Operation, type OperationRule } from '#sdk';
import { templateOf, type RequestRule } from '../schema/request.ts';
import type { OperationDocument, TargetRule } from '../schema/write.ts';

/** The fields by which a target knows a record. */
export const keyFields = ({ key }: TargetRule): readonly string[] => (key === undefined ? [] : [key].flat());

/** What a target does for an operation; `upsert` stands for create and update. */
export function documentOf(target: TargetRule, operation: Operation): OperationDocument | undefined {
  return target[operation] ?? (operation === 'create' || operation === 'update' ? target.upsert : undefined);
}

/** What the engine needs to know of each operation. */
export function rulesOf(target: TargetRule): Partial<Record<Operation, OperationRule>> {
  return Object.fromEntries(
    operations.flatMap((operation) => {
      const document = documentOf(target, operation);
      return document ? [[operation, ruleOf(document)]] : [];
    }),
  );
}

function ruleOf(document: OperationDocument): OperationRule {
  const batch = typeof document.batch === 'number' ? { size: document.batch } : (document.batch ?? { size: 1 });
  const { size, by, atomic = false } = batch as { size: number; by?: string; atomic?: boolean };
  return {
    size,
    atomic,
    repeat: document.repeat ?? defaultRepeat(document.request),
    ...(by === undefined ? {} : { by: (item) => String(item.record[by] ?? '') }),
  };
}

/** How a repeat of a single operation is recognised. */
export const repeatOf = ({ repeat, request }: { repeat?: 'safe' | 'never'; request: RequestRule }): 'safe' | 'never' =>
  repeat ?? defaultRepeat(request);

function defaultRepeat(request: RequestRule): 'safe' | 'never' {
  return repeatByMethod(templateOf(request).method, request.headers?.keys ?? []);
}
