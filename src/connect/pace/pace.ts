import type { Clock } from '../../model/clock.ts';
import type { Allowances } from './allowances.ts';
import { newSemaphore } from './semaphore.ts';
import { fullBucket, takeToken, type BucketRule } from './token-bucket.ts';

/** One rule of `limit:`. Without `burst` one request at a time is let through at `ratePerSecond`. */
export interface LimitRule {
  ratePerSecond?: number;
  burst?: number;
  concurrency?: number;
}

/** Keeps requests to an account within its limits. */
export interface Pace {
  /** Waits for its turn; resolves with what must be called when the request has ended. */
  enter(signal: AbortSignal): Promise<() => Promise<void>>;
  /** The other side asked everybody to wait: nobody enters for so long. */
  holdOff(delayMs: number): Promise<void>;
  /** The other side lets so many more requests begin, until so long from now. Those in flight may not be among them. */
  leaves(requests: number, resetMs: number): Promise<void>;
}

/** The part of {@link Allowances} that is meant: an account with one of its rules. */
export interface SharedAllowance {
  name: string;
  allowances: Allowances;
}

/** Every rule holds; with `shared` it holds over all processes, otherwise over all who use this pace. */
export function newPace(rules: readonly LimitRule[], clock: Clock, shared?: SharedAllowance): Pace {
  const named = (index: number): SharedAllowance | undefined =>
    shared && { ...shared, name: `${shared.name} ${index}` };
  const places = rules.flatMap(({ concurrency }, index) =>
    concurrency ? [placesOf(concurrency, clock, named(index))] : [],
  );
  const turns = rules.flatMap(({ ratePerSecond, burst = 1 }, index) =>
    ratePerSecond ? [turnsOf({ ratePerSecond, burst }, clock, named(index))] : [],
  );
  let closedUntilMs = 0;
  let inFlight = 0;

  async function untilOpen(signal: AbortSignal): Promise<void> {
    for (;;) {
      const sharedUntil = shared ? await shared.allowances.closedUntil(shared.name) : 0;
      const waitMs = Math.max(closedUntilMs - clock.monotonic(), sharedUntil - clock.now());
      if (waitMs <= 0) return;
      await clock.sleep(waitMs, signal);
    }
  }

  const pace: Pace = {
    async enter(signal) {
      const exits: (() => Promise<void> | void)[] = [];
      const leave = async (): Promise<void> => {
        for (const exit of exits.splice(0).reverse()) await exit();
      };
      try {
        for (const place of places) exits.push(await place(signal));
        await untilOpen(signal);
        for (const turn of turns) {
          const waitMs = await turn();
          if (waitMs > 0) await clock.sleep(waitMs, signal);
        }
        // It may have been closed while this one waited for its turn.
        await untilOpen(signal);
        inFlight += 1;
        exits.push(() => void (inFlight -= 1));
        return leave;
      } catch (error) {
        await leave();
        throw error;
      }
    },
    async holdOff(delayMs) {
      closedUntilMs = Math.max(closedUntilMs, clock.monotonic() + delayMs);
      await shared?.allowances.closeUntil(shared.name, clock.now() + delayMs);
    },
    async leaves(requests, resetMs) {
      if (requests < Math.max(1, inFlight)) await pace.holdOff(resetMs);
    },
  };
  return pace;
}

/** Tokens that are taken from a store at once last so long: it is not asked for each request. */
const TAKEN_AHEAD_S = 0.25;
/** A token that lay unused for so long is not added to those that others take meanwhile. */
const STALE_MS = 1000;

/** Gives the wait before the next request, ms. Who asks first goes first. */
function turnsOf(rule: BucketRule, clock: Clock, shared?: SharedAllowance): () => Promise<number> {
  if (!shared) {
    let bucket = fullBucket(rule, clock.monotonic());
    return async () => {
      const taken = takeToken(rule, bucket, clock.monotonic());
      bucket = taken.bucket;
      return taken.waitMs;
    };
  }
  const atOnce = Math.max(1, Math.min(rule.burst, Math.ceil(rule.ratePerSecond * TAKEN_AHEAD_S)));
  let taken: number[] = [];
  let last: Promise<unknown> = Promise.resolve();
  const next = async (): Promise<number> => {
    taken = taken.filter((moment) => moment > clock.now() - STALE_MS);
    if (taken.length === 0) taken = await shared.allowances.takeTurns(shared.name, rule, atOnce);
    return (taken.shift() ?? 0) - clock.now();
  };
  return () => {
    const turn = last.then(next);
    last = turn.catch(() => {});
    return turn;
  };
}

/** How often a place that others hold is asked for. */
const ASK_AGAIN_MS = 100;

function placesOf(places: number, clock: Clock, shared?: SharedAllowance) {
  const own = newSemaphore(places);
  return async (signal: AbortSignal): Promise<() => Promise<void>> => {
    const leave = await own.enter(signal);
    try {
      for (;;) {
        const giveBack = shared ? await shared.allowances.takePlace(shared.name, places) : async () => {};
        if (giveBack)
          return async () => {
            await giveBack();
            leave();
          };
        await clock.sleep(ASK_AGAIN_MS, signal);
      }
    } catch (error) {
      leave();
      throw error;
    }
  };
}
