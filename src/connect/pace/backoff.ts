import type { RetryRule } from '../sdk/declare.ts';

/** What is known before another attempt. */
export interface Attempted {
  /** Attempts made, from 1. */
  attempts: number;
  /** Since the first attempt began. */
  elapsedMs: number;
  /** The other side asked to wait so long. */
  afterMs?: number;
  /** 0 ≤ random < 1. */
  random: number;
}

/**
 * Decides on another attempt: how long to wait before it, or undefined to give up. The wait is anywhere between
 * `fromMs` and a bound that doubles up to `toMs`, so that many who failed together don't come back together; it is never
 * shorter than what the other side asked for. Whoever asks for more than is left of `withinMs` is given up at once.
 */
export function nextAttempt(rule: RetryRule, attempted: Attempted): number | undefined {
  if (attempted.attempts >= rule.attempts) return undefined;
  const bound = Math.min(rule.toMs, rule.fromMs * 2 ** attempted.attempts);
  const jittered = rule.fromMs + attempted.random * Math.max(0, bound - rule.fromMs);
  const delayMs = Math.max(jittered, attempted.afterMs ?? 0);
  return attempted.elapsedMs + delayMs > rule.withinMs ? undefined : delayMs;
}
