import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fullBucket,
  newPace,
  newSemaphore,
  nextAttempt,
  retryAfterMs,
  takeToken,
  withPatience,
} from '../../../src/connect/pace/index.ts';
import { problem } from '../../../src/model/problem.ts';
import { jumpingClock } from '../../plugins/http/workbench.ts';

const never = new AbortController().signal;
const retry = { attempts: 4, fromMs: 100, toMs: 1000, withinMs: 60_000 };

describe('a token bucket', () => {
  it('lets a burst through at once, and then one request at a time', () => {
    const rule = { ratePerSecond: 10, burst: 3 };
    let bucket = fullBucket(rule, 0);
    const waits = Array.from({ length: 5 }, () => {
      const taken = takeToken(rule, bucket, 0);
      bucket = taken.bucket;
      return taken.waitMs;
    });
    expect(waits).toEqual([0, 0, 0, 100, 200]);
  });

  it('never lets more through in any stretch of time than burst and rate allow', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 2, maxLength: 60 });
    fc.assert(
      fc.property(
        gaps,
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 10 }),
        (waits, ratePerSecond, burst) => {
          const rule = { ratePerSecond, burst };
          let bucket = fullBucket(rule, 0);
          let now = 0;
          const acted = waits.map((gap) => {
            now += gap;
            const taken = takeToken(rule, bucket, now);
            bucket = taken.bucket;
            return now + taken.waitMs;
          });
          for (let from = 0; from < acted.length; from += 1)
            for (let to = from; to < acted.length; to += 1) {
              const allowed = burst + ((acted[to]! - acted[from]!) * ratePerSecond) / 1000;
              expect(to - from + 1).toBeLessThanOrEqual(allowed + 1e-6);
            }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('holds no more than its burst after a long pause, and a clock that goes back gives nothing', () => {
    const rule = { ratePerSecond: 1, burst: 2 };
    const { bucket } = takeToken(rule, fullBucket(rule, 0), 3_600_000);
    expect(bucket.tokens).toBe(1);
    expect(takeToken(rule, bucket, 0).bucket.tokens).toBe(0);
  });
});

describe('a semaphore', () => {
  it('lets so many in, the others in their order, and a second leaving counts for nothing', async () => {
    const semaphore = newSemaphore(2);
    const order: string[] = [];
    const first = await semaphore.enter();
    const second = await semaphore.enter();
    const third = semaphore.enter().then((leave) => (order.push('third'), leave));
    const fourth = semaphore.enter().then((leave) => (order.push('fourth'), leave));
    expect(order).toEqual([]);
    first();
    first();
    await third;
    await Promise.resolve();
    expect(order).toEqual(['third']);
    second();
    await fourth;
    expect(order).toEqual(['third', 'fourth']);
  });

  it('forgets who gave up waiting', async () => {
    const semaphore = newSemaphore(1);
    const leave = await semaphore.enter();
    const abort = new AbortController();
    const given = semaphore.enter(abort.signal);
    const next = semaphore.enter();
    abort.abort(new Error('enough'));
    await expect(given).rejects.toThrow('enough');
    leave();
    (await next)();
    await expect(semaphore.enter(abort.signal)).rejects.toThrow('enough');
  });
});

describe('another attempt', () => {
  it('comes after a wait between the shortest and a bound that doubles', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempts, random) => {
          const delayMs = nextAttempt(retry, { attempts, elapsedMs: 0, random })!;
          expect(delayMs).toBeGreaterThanOrEqual(100);
          expect(delayMs).toBeLessThanOrEqual(Math.min(1000, 100 * 2 ** attempts));
        },
      ),
    );
  });

  it.each([
    ['after the last', { attempts: 4, elapsedMs: 0 }, undefined],
    ['when time is used up', { attempts: 1, elapsedMs: 59_950 }, undefined],
    ['when the other side asks for more than is left', { attempts: 1, elapsedMs: 0, afterMs: 60_001 }, undefined],
    ['as late as the other side asks', { attempts: 1, elapsedMs: 0, afterMs: 5000 }, 5000],
    ['not earlier than its own wait', { attempts: 1, elapsedMs: 0, afterMs: 1 }, 100],
  ])('%s', (_when, attempted, delayMs) => {
    expect(nextAttempt(retry, { ...attempted, random: 0 })).toBe(delayMs);
  });
});

describe('Retry-After', () => {
  const now = Date.UTC(2026, 10, 24, 2, 30);
  it.each([
    ['120', 120_000],
    [' 0.5 ', 500],
    [3, 3000],
    ['Tue, 24 Nov 2026 02:31:00 GMT', 60_000],
    ['2026-11-24T02:30:05Z', 5000],
    ['Tue, 24 Nov 2026 02:00:00 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
    [-5, undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s', (value, ms) => {
    expect(retryAfterMs(value, now)).toBe(ms);
  });
});

describe('patience', () => {
  const failing = (times: number, failure: unknown) => {
    let calls = 0;
    return Object.assign(
      async () => {
        calls += 1;
        if (calls <= times) throw failure;
        return calls;
      },
      { calls: () => calls },
    );
  };
  const busy = problem('HTTP_UNAVAILABLE', 'busy', { afterMs: 700 });

  it('repeats what is transient, and tells of each wait', async () => {
    const clock = jumpingClock();
    const told: number[] = [];
    const patience = {
      retry,
      clock,
      signal: never,
      random: () => 0,
      waiting: (_: unknown, ms: number) => told.push(ms),
    };
    expect(await withPatience(patience, failing(2, busy))).toBe(3);
    expect(clock.waits).toEqual([700, 700]);
    expect(told).toEqual([700, 700]);
  });

  it('ends with the last problem when attempts are used up', async () => {
    const attempt = failing(9, busy);
    await expect(withPatience({ retry, clock: jumpingClock(), signal: never }, attempt)).rejects.toBe(busy);
    expect(attempt.calls()).toBe(4);
  });

  it('does not repeat anything else', async () => {
    for (const failure of [problem('HTTP_STATUS', 'no'), new Error('a fault of ours')]) {
      const attempt = failing(1, failure);
      await expect(withPatience({ retry, clock: jumpingClock(), signal: never }, attempt)).rejects.toBe(failure);
      expect(attempt.calls()).toBe(1);
    }
  });
});

describe('a pace', () => {
  it('keeps every rule: rate and concurrency', async () => {
    const clock = jumpingClock();
    const pace = newPace([{ ratePerSecond: 10 }, { concurrency: 1 }], clock);
    const leave = await pace.enter(never);
    let entered = false;
    const second = pace.enter(never).then((leaveToo) => ((entered = true), leaveToo));
    await Promise.resolve();
    expect(entered).toBe(false);
    await leave();
    await (
      await second
    )();
    expect(clock.waits).toEqual([100]);
  });

  it('holds everybody off when the other side asks for it', async () => {
    const clock = jumpingClock();
    const pace = newPace([], clock);
    await pace.holdOff(4000);
    await pace.holdOff(1000);
    await (
      await pace.enter(never)
    )();
    await (
      await pace.enter(never)
    )();
    expect(clock.waits).toEqual([4000]);
  });

  it('gives its place back when it is cancelled while it waits', async () => {
    const clock = { ...jumpingClock(), sleep: () => Promise.reject(new Error('cancelled')) };
    const pace = newPace([{ concurrency: 1 }, { ratePerSecond: 1 }], clock);
    await (
      await pace.enter(never)
    )();
    await expect(pace.enter(never)).rejects.toThrow('cancelled');
    await expect(pace.enter(never)).rejects.toThrow('cancelled');
  });
});
