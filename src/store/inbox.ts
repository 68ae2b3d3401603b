import type { InboxEvent } from '../connect/sdk/index.ts';
import type { Fields } from '../model/record.ts';

/** Names a reader of an inbox by its cursor: the pipeline, and the source as it is remembered there. */
export interface InboxReader {
  pipeline: string;
  source: string;
}

/** What became of an event at the door. `full`: the inbox holds as much as it may, and nothing was stored. */
export type Reception = 'stored' | 'seen' | 'full';

/** What waits in an inbox. */
export interface Waiting {
  count: number;
  /** UTC ms of the one that waits longest; absent where none waits. */
  oldestAt?: number;
}

/** Events that came from outside, sealed, until every pipeline that reads them has settled them. */
export interface InboxStore {
  /**
   * Stores an event durably: it is on the disk when this returns (S21). One whose id came within `rememberMs` is only
   * recognised. Sizes are in bytes, of what is stored. Throws STORE_FULL, STORE_BUSY.
   */
  receiveEvent(
    inbox: string,
    event: { id: string; content: Fields },
    bounds: { maxBytes: number; rememberMs: number },
  ): Promise<Reception>;
  /**
   * Events behind a place, in order of arrival or the latest first: at most `limit`, and no more than memory should hold at
   * once.
   */
  events(
    inbox: string,
    range: { after: number; upTo: number; limit: number; latestFirst: boolean },
  ): Promise<InboxEvent[]>;
  /** Place of the newest event; 0 where none waits. */
  newestEvent(inbox: string): Promise<number>;
  /** What a reader has not settled yet. */
  waitingFor(inbox: string, reader: InboxReader): Promise<Waiting>;
  /** Forgets what every one of these readers has settled. */
  forgetEvents(inbox: string, readers: readonly InboxReader[]): Promise<void>;
}
