import type { Fields } from '../model/record.ts';
import type { Lease } from './ports.ts';

/** A record that waits for its moment (UTC ms), in its source form. */
export interface PostponedInput {
  key: string;
  until: number;
  origin: string;
  line: number;
  source: Fields;
}

/** Where a postponed record stands, without what is in it. */
export interface PostponedPlace {
  id: number;
  /** 16 hex digits. */
  keyHash: string;
  until: number;
}

/** Records that a `hold` postponed. They are written and replaced by `commit`. */
export interface PostponedStore {
  /** All of a pipeline that earlier runs postponed, earliest first. */
  postponed(pipeline: string): Promise<PostponedPlace[]>;
  /** By `id`, in the order asked for. */
  postponedRecords(ids: readonly number[]): Promise<PostponedInput[]>;
  /** They were taken up, or a newer feed has them no more. */
  dropPostponed(lease: Lease, ids: readonly number[]): Promise<void>;
}
