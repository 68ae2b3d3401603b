import { ApiFailure } from './failure.ts';

/** At most so many requests in each window of time. */
export interface RateLimit {
  requests: number;
  perMs: number;
}

/** A check to be made for each request. Throws 429 `rate_limited` with the whole seconds to wait in `Retry-After`. */
export function newRateLimit(limit: RateLimit | undefined, now: () => Date): () => void {
  let windowStart = 0;
  let used = 0;
  return () => {
    if (!limit) return;
    const at = now().getTime();
    if (at >= windowStart + limit.perMs) {
      windowStart = at;
      used = 0;
    }
    used += 1;
    if (used <= limit.requests) return;
    const seconds = Math.max(1, Math.ceil((windowStart + limit.perMs - at) / 1000));
    throw new ApiFailure(429, 'rate_limited', 'Too many requests.', { headers: { 'Retry-After': String(seconds) } });
  };
}
