import { problem } from '../model/problem.ts';
import { isFunctionValue } from './failure.ts';

/**
 * A result as plain data: jsonata's sequences carry functions of their own, and its maps have no prototype. Whatever is
 * plain already is handed on as it is.
 */
export function plainResult(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw problem('EXPRESSION_FAILED', 'The expression divides by zero, or its number is too large.');
  }
  if (typeof value !== 'object' && typeof value !== 'function') return value;
  if (value === null) return null;
  if (isFunctionValue(value)) {
    throw problem('EXPRESSION_FAILED', 'The expression gives a function, not a value.', {
      fix: 'Call it with parentheses: $now(), not $now.',
    });
  }
  if (Array.isArray(value)) return plainList(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return value;
  return plainMap(value as Record<string, unknown>, prototype === null);
}

function plainList(list: unknown[]): unknown[] {
  let changed = Object.keys(list).length !== list.length;
  const items = list.map((item) => {
    const plain = plainResult(item);
    changed ||= plain !== item;
    return plain;
  });
  return changed ? items : list;
}

function plainMap(map: Record<string, unknown>, bare: boolean): Record<string, unknown> {
  let changed = bare;
  const entries: [string, unknown][] = [];
  for (const key of Object.keys(map)) {
    const plain = plainResult(map[key]);
    changed ||= plain !== map[key];
    entries.push([key, plain]);
  }
  return changed ? Object.fromEntries(entries) : map;
}
