import type { Clock } from '../../model/clock.ts';
import { newSemaphore } from './semaphore.ts';
import { fullBucket, takeToken, type Bucket, type BucketRule } from './token-bucket.ts';

/** One rule of `limit:`. Without `burst` one request at a time is let through at `ratePerSecond`. */
export interface LimitRule {
  ratePerSecond?: number;
  burst?: number;
  concurrency?: number;
}

/** Keeps requests to an account within its limits. */
export interface Pace {
  /** Waits for its turn; resolves with what must be called when the request has ended. */
  enter(signal: AbortSignal): Promise<() => void>;
  /** The other side asked everybody to wait: nobody enters for so long. */
  holdOff(delayMs: number): void;
}

/** Every rule holds. */
export function newPace(rules: readonly LimitRule[], clock: Clock): Pace {
  const semaphores = rules.flatMap(({ concurrency }) => (concurrency ? [newSemaphore(concurrency)] : []));
  const buckets = rules.flatMap(({ ratePerSecond, burst = 1 }): { rule: BucketRule; bucket: Bucket }[] => {
    if (!ratePerSecond) return [];
    const rule = { ratePerSecond, burst };
    return [{ rule, bucket: fullBucket(rule, clock.monotonic()) }];
  });
  let closedUntilMs = 0;

  const turnMs = (): number => {
    const nowMs = clock.monotonic();
    let waitMs = closedUntilMs - nowMs;
    for (const entry of buckets) {
      const taken = takeToken(entry.rule, entry.bucket, nowMs);
      entry.bucket = taken.bucket;
      waitMs = Math.max(waitMs, taken.waitMs);
    }
    return Math.max(0, waitMs);
  };

  return {
    async enter(signal) {
      const exits: (() => void)[] = [];
      const leave = (): void => exits.forEach((exit) => exit());
      try {
        for (const semaphore of semaphores) exits.push(await semaphore.enter(signal));
        const waitMs = turnMs();
        if (waitMs > 0) await clock.sleep(waitMs, signal);
        return leave;
      } catch (error) {
        leave();
        throw error;
      }
    },
    holdOff(delayMs) {
      closedUntilMs = Math.max(closedUntilMs, clock.monotonic() + delayMs);
    },
  };
}
