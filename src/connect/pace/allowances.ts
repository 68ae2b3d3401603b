import type { BucketRule } from './token-bucket.ts';

/**
 * What accounts may still do, shared by everybody who keeps to it: processes share those of a store. Moments are UTC ms.
 * `name` says account and rule; a store keeps it as a keyed hash only.
 */
export interface Allowances {
  /** Takes so many tokens of a bucket: the moment of each, in order. What is taken and not used is lost. */
  takeTurns(name: string, rule: BucketRule, count: number): Promise<number[]>;
  /** A place among so many in flight; undefined while all are taken. Given back by calling what it resolves with. */
  takePlace(name: string, places: number): Promise<(() => Promise<void>) | undefined>;
  /** Nobody begins before this moment; of several the latest holds. */
  closeUntil(name: string, moment: number): Promise<void>;
  /** 0 where nothing is closed. */
  closedUntil(name: string): Promise<number>;
}
