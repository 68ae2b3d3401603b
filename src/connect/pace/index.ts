export type { Allowances } from './allowances.ts';
export { nextAttempt, type Attempted } from './backoff.ts';
export { limitField, limitWords, type Limit } from './limit-field.ts';
export { newPace, type LimitRule, type Pace, type SharedAllowance } from './pace.ts';
export { withPatience, type Patience } from './patience.ts';
export { resetAfterMs } from './reset-after.ts';
export { retryAfterMs } from './retry-after.ts';
export { newSemaphore, type Semaphore } from './semaphore.ts';
export { fullBucket, takeToken, type Bucket, type BucketRule } from './token-bucket.ts';
