import type { Fields } from '../../model/record.ts';
import { field, type TypeOf } from './field.ts';

/** An event that waits. */
export interface InboxEvent {
  /** Counts up in order of arrival. */
  place: number;
  /** UTC ms. */
  receivedAt: number;
  /** As the door that took it gave it. */
  content: Fields;
}

/** What waits for one pipeline. */
export interface Inbox {
  /** Place of the newest event; 0 where none waits. */
  newest(): Promise<number>;
  /** Events behind `after` up to `upTo`, at most so many and perhaps fewer; in order of arrival, or the latest first. */
  events(range: { after: number; upTo: number; limit: number; latestFirst: boolean }): Promise<InboxEvent[]>;
  /** Everything that was settled may go, as far as other readers have settled it too. */
  settled(): Promise<void>;
}

/** A request that came in. */
export interface InboundRequest {
  method: string;
  path: string;
  /** As it stands in the address, without `?`. */
  query: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: Uint8Array;
}

/**
 * `accepted`: `id` is what a repeat is recognised by, `content` is to be stored. `refused`: nobody knows who sent it.
 * `unreadable`: the body is not what it is said to be.
 */
export type Judgement = { is: 'accepted'; id: string; content: Fields } | { is: 'refused' } | { is: 'unreadable' };

/** The door for one kind of events, opened with a connection. Never throws for what a request holds. */
export interface OpenReceive {
  /** Of a body. */
  maxBytes: number;
  judge(request: InboundRequest): Promise<Judgement>;
}

const size = 500;
const within = '10s';

/** Options of a source of events. */
export const inboundField = field.object(
  {
    batch: field.object(
      {
        size: field.integer({
          about: 'A run begins when so many events wait; one read takes so many at once.',
          minimum: 1,
          maximum: 10_000,
          default: size,
          optional: true,
        }),
        within: field.duration({
          about: 'A run begins at the latest so long after an event came.',
          default: within,
          optional: true,
        }),
      },
      { about: 'When `portolan serve` runs the pipeline. `portolan run` takes whatever waits.', optional: true },
    ),
  },
  { about: 'Events that came in.' },
);

/** When a pipeline of events runs, with what is left out. */
export function batchRule(options: unknown): { size: number; withinMs: number } {
  const { batch } = (options ?? {}) as TypeOf<typeof inboundField>;
  return { size: batch?.size ?? size, withinMs: batch?.within ?? 10_000 };
}
