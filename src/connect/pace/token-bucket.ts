/** So many requests a second, and so many at once after a pause. Both above 0. */
export interface BucketRule {
  ratePerSecond: number;
  burst: number;
}

/** What is left in a bucket; below 0 when requests are promised to the future. */
export interface Bucket {
  tokens: number;
  /** Monotonic milliseconds of the last look. */
  atMs: number;
}

export const fullBucket = (rule: BucketRule, nowMs: number): Bucket => ({ tokens: rule.burst, atMs: nowMs });

/**
 * Takes one token, now or from the future: `waitMs` is how long the taker waits before it acts. Takers who come in order
 * leave in order.
 */
export function takeToken(rule: BucketRule, bucket: Bucket, nowMs: number): { bucket: Bucket; waitMs: number } {
  const elapsedMs = Math.max(0, nowMs - bucket.atMs);
  const tokens = Math.min(rule.burst, bucket.tokens + (elapsedMs * rule.ratePerSecond) / 1000) - 1;
  const waitMs = tokens >= 0 ? 0 : (-tokens * 1000) / rule.ratePerSecond;
  return { bucket: { tokens, atMs: Math.max(nowMs, bucket.atMs) }, waitMs };
}
