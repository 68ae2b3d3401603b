import { nextAttempt, type RetryRule } from '../../connect/sdk/index.ts';
import type { Clock } from '../../model/clock.ts';
import { problem } from '../../model/problem.ts';

/** A record is sent in other ways (found and updated, forgotten and created …) so often at most before it is given up. */
const TURNS = 6;

/** The attempts at a batch and at all that becomes of it: they are shared, so that nothing is tried for ever. */
export interface Attempts {
  /**
   * Waits before the next one; throws TARGET_UNAVAILABLE when attempts or time are used up. `nothingDone`: no attempt so
   * far can have done anything.
   */
  wait(reason: string, afterMs?: number, nothingDone?: boolean): Promise<void>;
  /** The same, answering false instead of throwing. */
  waitIfLeft(afterMs?: number): Promise<boolean>;
  /** Takes one of the turns; false when there is none left. */
  takeTurn(): boolean;
  /** Was this record looked up already as what was kept of it was out of date? It is, from now on: that is done once. */
  wasFoundAgain(key: string): boolean;
  /** The same so far, counted on by themselves: for a part that is sent alone. */
  fork(): Attempts;
}

/** Attempts by the target's own rule. `stopped` ends the waiting. */
export function newAttempts(
  name: string,
  rule: RetryRule,
  clock: Clock,
  stopped: AbortSignal,
  taken = { began: clock.monotonic(), attempts: 1, turns: 0, foundAgain: new Set<string>() },
): Attempts {
  const { began, foundAgain } = taken;
  let { attempts, turns } = taken;
  const waitIfLeft = async (afterMs?: number): Promise<boolean> => {
    const elapsedMs = clock.monotonic() - began;
    const asked = afterMs === undefined ? {} : { afterMs };
    const delayMs = nextAttempt(rule, { attempts, elapsedMs, random: Math.random(), ...asked });
    if (delayMs === undefined) return false;
    await clock.sleep(delayMs, stopped);
    attempts++;
    return true;
  };
  return {
    waitIfLeft,
    takeTurn: () => ++turns <= TURNS,
    wasFoundAgain(key) {
      const was = foundAgain.has(key);
      foundAgain.add(key);
      return was;
    },
    fork: () => newAttempts(name, rule, clock, stopped, { began, attempts, turns, foundAgain }),
    async wait(reason, afterMs, nothingDone = false) {
      if (await waitIfLeft(afterMs)) return;
      throw problem('TARGET_UNAVAILABLE', `${name} did not take the request in ${attempts} attempts: ${reason}`, {
        nothingDone,
        fix: 'Run again when the target is back; what was delivered is remembered, the rest is taken by the next run.',
      });
    },
  };
}
