import type { Clock } from '../../model/clock.ts';
import { isProblem, type Problem } from '../../model/problem.ts';
import type { RetryRule } from '../sdk/declare.ts';
import { nextAttempt } from './backoff.ts';

export interface Patience {
  retry: RetryRule;
  clock: Clock;
  signal: AbortSignal;
  /** Told of each wait, for the run's log. */
  waiting?(failure: Problem, delayMs: number): void;
  random?: () => number;
}

/**
 * Repeats an attempt that fails with a transient problem, by the rule; the last problem is thrown when attempts or time
 * are used up. Anything else that is thrown goes through at once.
 */
export async function withPatience<T>(patience: Patience, attempt: () => Promise<T>): Promise<T> {
  const { retry, clock, signal, random = Math.random } = patience;
  const beganMs = clock.monotonic();
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isProblem(error) || error.class !== 'transient') throw error;
      const { afterMs } = error;
      const elapsedMs = clock.monotonic() - beganMs;
      const delayMs = nextAttempt(retry, { attempts, elapsedMs, random: random(), ...(afterMs ? { afterMs } : {}) });
      if (delayMs === undefined) throw error;
      patience.waiting?.(error, delayMs);
      await clock.sleep(delayMs, signal);
    }
  }
}
