import type { FieldRule, Pipeline } from './pipeline.ts';
import { hashOf } from './hash.ts';
import type { WrittenStep } from './steps.ts';

/**
 * Hashes of what decides who is in (S6): `key` of the key and the fields it is read from; `filter` of `gone`, of every
 * filter before the diff, and of the steps before such a filter, which make what it looks at.
 */
export function ruleHashes(record: Pipeline['record'], steps: readonly WrittenStep[]): Pipeline['rule'] {
  const beforeDiff = steps.slice(0, endOf(steps, 'diff'));
  const lastFilter = beforeDiff.findLastIndex((step) => step.kind === 'filter');
  const deciding = beforeDiff
    .slice(0, lastFilter + 1)
    .filter((step) => ['filter', 'map', 'set', 'call'].includes(step.kind))
    .map(({ kind, options, words }) => ({ kind, options, words }));
  const goneFields = record.gone ? fieldsOf(record.fields, [record.gone]) : [];
  return Object.freeze({
    filter: hashOf({ gone: record.gone?.text, goneFields, deciding }),
    key: hashOf({ key: record.key.map((part) => part.text), fields: fieldsOf(record.fields, record.key) }),
  });
}

function endOf(steps: readonly WrittenStep[], kind: string): number {
  const index = steps.findIndex((step) => step.kind === kind);
  return index < 0 ? steps.length : index;
}

/** Rules of the fields that expressions read; whether one is personal decides nothing. */
function fieldsOf(fields: readonly FieldRule[], expressions: Pipeline['record']['key']): unknown[] {
  const read = new Set(expressions.flatMap((expression) => expression.uses.fields.map((field) => field.name)));
  return fields.filter((field) => read.has(field.name)).map(({ personal: _decidesNothing, ...rule }) => rule);
}
