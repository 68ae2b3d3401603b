export { nextAttempt, type Attempted } from './backoff.ts';
export { limitField, type Limit } from './limit-field.ts';
export { newPace, type LimitRule, type Pace } from './pace.ts';
export { withPatience, type Patience } from './patience.ts';
export { retryAfterMs } from './retry-after.ts';
export { newSemaphore, type Semaphore } from './semaphore.ts';
export { fullBucket, takeToken, type Bucket, type BucketRule } from './token-bucket.ts';
