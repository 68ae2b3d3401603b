import { createHash } from 'node:crypto';
import {
  batchRule,
  isProblem,
  type CursorMove,
  type Fields,
  type Inbox,
  type InboxEvent,
  type OpenSource,
  type ReadBatch,
  type Scope,
  type SourceContext,
  type Unreadable,
} from '#sdk';
import type { ReceiveRule } from '../schema/receive.ts';
import { bodyOf, type StoredBody } from './inbound-body.ts';
import { scopeOf } from './scope-of.ts';

/**
 * What waits in an inbox, as a source: everything that was there when the run began, from where this pipeline has
 * settled. A pipeline that streams settles with each batch, any other at its end.
 */
export async function openEvents(
  rule: ReceiveRule,
  origin: string,
  context: SourceContext<unknown, unknown>,
): Promise<OpenSource> {
  const { inbox, options, cursor, latestFirst = false } = context;
  if (!inbox || !cursor) throw new TypeError('a source of events is opened with an inbox');
  const reading = { rule, origin, scope: scopeOf(context), context };
  const settled = Number(cursor.position?.place ?? 0);
  const upTo = await inbox.newest();
  const content = createHash('sha256');
  let place = settled;
  let isRead = false;
  const limit = batchRule(options).size;

  async function* read(): AsyncGenerator<ReadBatch> {
    let line = 0;
    let part = 0;
    for await (const events of pagesOf(inbox as Inbox, { after: settled, upTo, limit, latestFirst })) {
      // Of a key that comes twice the later event holds: each is a part of its own, and the latest is read first.
      for (const group of latestFirst ? events.map((event) => [event]) : [events]) {
        const batch = await batchOf(reading, group, () => (line += 1));
        for (const event of group) content.update(`${event.place}\n`);
        if (!latestFirst) place = (group.at(-1) as InboxEvent).place;
        yield latestFirst ? { ...batch, part: part++ } : batch;
      }
    }
    place = Math.max(settled, upTo);
    isRead = true;
  }

  return {
    read,
    end: () => ({
      complete: false,
      reason: isRead ? 'events tell of changes only' : 'the read was ended early',
      contentHash: content.copy().digest('hex'),
    }),
    consumptions: () => [],
    cursors: (): CursorMove[] => (place > settled ? [{ source: cursor.source, position: { place } }] : []),
    settled: () => inbox.settled(),
    close: () => Promise.resolve(),
  };
}

type Range = Parameters<Inbox['events']>[0];

/** Page after page of a range, in either order. */
async function* pagesOf(inbox: Inbox, range: Range): AsyncGenerator<InboxEvent[]> {
  let { after, upTo } = range;
  while (after < upTo) {
    const events = await inbox.events({ ...range, after, upTo });
    const last = events.at(-1);
    if (!last) return;
    yield events;
    if (range.latestFirst) upTo = last.place - 1;
    else after = last.place;
  }
}

interface Reading {
  rule: ReceiveRule;
  origin: string;
  scope: Scope;
  context: SourceContext<unknown, unknown>;
}

async function batchOf(reading: Reading, events: readonly InboxEvent[], nextLine: () => number): Promise<ReadBatch> {
  const records: Fields[] = [];
  const lines: number[] = [];
  const unreadable: Unreadable[] = [];
  for (const event of events) {
    const found = await recordsOf(reading, event);
    for (const record of found.records) {
      records.push(record);
      lines.push(nextLine());
    }
    if (found.fault) unreadable.push({ line: nextLine(), ...found.fault });
  }
  return { origin: reading.origin, records, lines: Uint32Array.from(lines), unreadable };
}

/** An event that can't be read is a reject: it stands in nobody's way, and a person finds it there whole. */
async function recordsOf(
  { rule, scope, context, origin }: Reading,
  { content }: InboxEvent,
): Promise<{ records: Fields[]; fault?: Omit<Unreadable, 'line'> }> {
  const stored = content as unknown as StoredBody;
  const body = bodyOf(stored);
  const fault = (code: string, message: string) => ({ records: [], fault: { code, message, raw: stored.text } });
  if (body === undefined) return fault('EVENT_UNREADABLE', `The body of an event of ${origin} is no ${stored.type}.`);
  try {
    const found = rule.records ? await rule.records.evaluate(body, scope, context.env) : body;
    const records: unknown[] = found === undefined ? [] : Array.isArray(found) ? found : [found];
    if (records.every(isMap)) return { records };
    return fault('EVENT_UNREADABLE', `An event of ${origin} has what is no map where its records should be.`);
  } catch (error) {
    if (!isProblem(error) || error.class !== 'data') throw error;
    return fault(error.code, error.message);
  }
}

const isMap = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
