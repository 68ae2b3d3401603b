import { isFunctionValue } from './failure.ts';

/** Whether a value counts as true, by the rules of JSONata's `$boolean`; no value is false. */
export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isTrue);
  if (typeof value === 'object' && value !== null) return !isFunctionValue(value) && Object.keys(value).length > 0;
  if (typeof value === 'number') return value !== 0 && !Number.isNaN(value);
  if (typeof value === 'string') return value.length > 0;
  return value === true;
}
