import { field, type TypeOf } from '../sdk/field.ts';

/** What a limit says of requests. */
export const limitWords = {
  rate: field.rate({ about: 'So many requests in so long.', examples: ['10/s'], optional: true }),
  burst: field.integer({ about: 'So many at once after a pause, refilled at `rate`.', minimum: 1, optional: true }),
  concurrency: field.integer({ about: 'So many in flight at once.', minimum: 1, optional: true }),
};

/** One limit of an account, as a workspace writes it. */
export const limitField = field.object(limitWords, { about: 'One limit.' });

/** A compiled limit; `rate` is per second. */
export type Limit = TypeOf<typeof limitField>;
