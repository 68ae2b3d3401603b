import { retryAfterMs } from './retry-after.ts';

/**
 * Milliseconds until a moment that an API tells of its limits: seconds from now (a small number), seconds or
 * milliseconds since 1970 (a large one), or a date. Undefined for anything else; 0 for a moment that has passed.
 */
export function resetAfterMs(value: unknown, nowMs: number): number | undefined {
  const number = typeof value === 'string' && /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value;
  if (typeof number !== 'number' || number < FIRST_SECONDS) return retryAfterMs(number, nowMs);
  return Math.max(0, (number < FIRST_MILLISECONDS ? number * 1000 : number) - nowMs);
}

/** 2001 in seconds, and 1973 in milliseconds: no API counts 30 years of seconds from now. */
const FIRST_SECONDS = 1e9;
const FIRST_MILLISECONDS = 1e11;
