import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../model/clock.ts';

/** The machine's own time. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms: number, signal?: AbortSignal) => {
    await sleep(ms, undefined, signal ? { signal } : {});
  },
});

/** Time that stands still at an instant, for `--as-of` in checks; durations and waiting are real. */
export const clockAt = (now: number): Clock => Object.freeze({ ...systemClock, now: () => now });
