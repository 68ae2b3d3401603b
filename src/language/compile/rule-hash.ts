import type { Pipeline } from './pipeline.ts';
import { hashOf } from './hash.ts';
import type { WrittenStep } from './steps.ts';

/**
 * Hashes of what decides who is in (S6): `key` and `gone` with the fields they are read from; `filter` of every filter
 * before the diff, and of the steps before such a filter, which make what it looks at.
 */
export function ruleHashes(record: Pipeline['record'], steps: readonly WrittenStep[]): Pipeline['rule'] {
  const beforeDiff = steps.slice(0, endOf(steps, 'diff'));
  const lastFilter = beforeDiff.findLastIndex((step) => step.kind === 'filter');
  const deciding = beforeDiff
    .slice(0, lastFilter + 1)
    .filter((step) => ['filter', 'map', 'set', 'call', 'lookup', 'mask', 'split'].includes(step.kind))
    .map(({ kind, options, words }) => ({ kind, options, words }));
  const split = steps.find((step) => step.kind === 'split');
  return Object.freeze({
    filter: hashOf(deciding),
    key: hashOf(split ? [reading(record, record.key), split.options] : reading(record, record.key)),
    gone: hashOf(reading(record, record.gone ? [record.gone] : [])),
  });
}

function endOf(steps: readonly WrittenStep[], kind: string): number {
  const index = steps.findIndex((step) => step.kind === kind);
  return index < 0 ? steps.length : index;
}

/** Expressions, and the rules of the fields that they read; whether one is personal decides nothing. */
function reading({ fields }: Pipeline['record'], expressions: Pipeline['record']['key']): unknown {
  const read = new Set(expressions.flatMap((expression) => expression.uses.fields.map((field) => field.name)));
  const rules = fields.filter((field) => read.has(field.name)).map(({ personal: _decidesNothing, ...rule }) => rule);
  return { expressions: expressions.map(({ text }) => text), rules };
}
