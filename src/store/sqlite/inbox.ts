import type { Clock } from '../../model/clock.ts';
import type { Fields } from '../../model/record.ts';
import type { InboxReader, InboxStore } from '../inbox.ts';
import type { Vault } from '../ports.ts';
import type { Connection } from './connection.ts';
import { readCursor } from './cursors.ts';
import type { Sealing } from './sealing.ts';
import { statement } from './statement.ts';

/** What a row takes beside its sealed content: names, hashes and their places in indexes. */
const ROW_BYTES = 200;

const findId = statement<{ inbox: string; id: Uint8Array; since: number }>()((query, arg) =>
  query
    .selectFrom('event_ids')
    .select('seen_at')
    .where('inbox', '=', arg('inbox'))
    .where('id', '=', arg('id'))
    .where('seen_at', '>=', arg('since')),
);
const dropOldIds = statement<{ since: number }>()((query, arg) =>
  query.deleteFrom('event_ids').where('seen_at', '<', arg('since')),
);
const saveId = statement<{ inbox: string; id: Uint8Array; now: number }>()((query, arg) =>
  query.insertInto('event_ids').values({ inbox: arg('inbox'), id: arg('id'), seen_at: arg('now') }),
);
const saveEvent = statement<{ inbox: string; sealed: Uint8Array; size: number; now: number }>()((query, arg) =>
  query
    .insertInto('events')
    .values({ inbox: arg('inbox'), sealed: arg('sealed'), size_bytes: arg('size'), received_at: arg('now') }),
);
const held = statement<{ inbox: string }>()((query, arg) =>
  query.selectFrom('inboxes').select('size_bytes').where('inbox', '=', arg('inbox')),
);
const saveHeld = statement<{ inbox: string; size: number }>()((query, arg) =>
  query
    .insertInto('inboxes')
    .values({ inbox: arg('inbox'), size_bytes: arg('size') })
    .onConflict((conflict) => conflict.column('inbox').doUpdateSet({ size_bytes: arg('size') })),
);
/** What one answer holds of events, as long as they are; one alone may be longer. */
const PAGE_BYTES = 16 * 1024 * 1024;

type Range = { inbox: string; after: number; upTo: number; limit: number };
const inRange = <C extends 'sealed' | 'size_bytes'>(column: C, order: 'asc' | 'desc') =>
  statement<Range>()((query, arg) =>
    query
      .selectFrom('events')
      .select(['place', column, 'received_at'])
      .where('inbox', '=', arg('inbox'))
      .where('place', '>', arg('after'))
      .where('place', '<=', arg('upTo'))
      .orderBy('place', order)
      .limit(arg('limit')),
  );
const sizes = { earliest: inRange('size_bytes', 'asc'), latest: inRange('size_bytes', 'desc') };
const contents = { earliest: inRange('sealed', 'asc'), latest: inRange('sealed', 'desc') };
const newest = statement<{ inbox: string }>()((query, arg) =>
  query
    .selectFrom('events')
    .select((of) => of.fn.max('place').as('place'))
    .where('inbox', '=', arg('inbox')),
);
const behind = statement<{ inbox: string; after: number }>()((query, arg) =>
  query
    .selectFrom('events')
    .select((of) => [of.fn.countAll<number>().as('waiting'), of.fn.min('received_at').as('oldest')])
    .where('inbox', '=', arg('inbox'))
    .where('place', '>', arg('after')),
);
const sizeUpTo = statement<{ inbox: string; place: number }>()((query, arg) =>
  query
    .selectFrom('events')
    .select((of) => of.fn.sum<number | null>('size_bytes').as('size'))
    .where('inbox', '=', arg('inbox'))
    .where('place', '<=', arg('place')),
);
const dropUpTo = statement<{ inbox: string; place: number }>()((query, arg) =>
  query.deleteFrom('events').where('inbox', '=', arg('inbox')).where('place', '<=', arg('place')),
);

/** Events by inbox, in order of arrival. */
export function inboxes(connection: Connection, clock: Pick<Clock, 'now'>, vault: Vault, sealing: Sealing): InboxStore {
  const context = (inbox: string): string => `events ${inbox}`;
  const settledBy = ({ pipeline, source }: InboxReader): number =>
    Number(readCursor(connection, sealing, pipeline, source)?.place ?? 0);
  return {
    async receiveEvent(inbox, { id, content }, { maxBytes, rememberMs }) {
      const hash = vault.derive('event id', `${inbox}\n${id}`);
      const sealed = sealing.seal(content, context(inbox));
      const size = sealed.byteLength + ROW_BYTES;
      return connection.writeDurably(() => {
        const now = clock.now();
        const since = now - rememberMs;
        connection.run(dropOldIds, { since });
        if (connection.get(findId, { inbox, id: hash, since })) return 'seen';
        const before = connection.get(held, { inbox })?.size_bytes ?? 0;
        if (before + size > maxBytes) return 'full';
        connection.run(saveEvent, { inbox, sealed, size, now });
        connection.run(saveId, { inbox, id: hash, now });
        connection.run(saveHeld, { inbox, size: before + size });
        return 'stored';
      });
    },
    async events(inbox, { latestFirst, ...range }) {
      const end = latestFirst ? 'latest' : 'earliest';
      const rows = connection.read(() => {
        const count = pageOf(connection.all(sizes[end], { inbox, ...range }));
        return connection.all(contents[end], { inbox, ...range, limit: count });
      });
      return rows.map(({ place, sealed, received_at }) => ({
        place,
        receivedAt: received_at,
        content: sealing.open<Fields>(sealed, context(inbox)),
      }));
    },
    newestEvent: async (inbox) => Number(connection.get(newest, { inbox })?.place ?? 0),
    async waitingFor(inbox, reader) {
      const row = connection.get(behind, { inbox, after: settledBy(reader) });
      const count = Number(row?.waiting ?? 0);
      return count === 0 ? { count } : { count, oldestAt: Number(row?.oldest) };
    },
    async forgetEvents(inbox, readers) {
      if (readers.length === 0) return;
      connection.write(() => {
        const place = Math.min(...readers.map(settledBy));
        const size = Number(connection.get(sizeUpTo, { inbox, place })?.size ?? 0);
        if (size === 0) return;
        connection.run(dropUpTo, { inbox, place });
        const before = connection.get(held, { inbox })?.size_bytes ?? 0;
        connection.run(saveHeld, { inbox, size: Math.max(0, before - size) });
      });
    },
  };
}

/** How many of these rows fit into one answer: one at least. */
function pageOf(rows: readonly { size_bytes: number }[]): number {
  let bytes = 0;
  const tooMany = rows.findIndex(({ size_bytes }, index) => (bytes += size_bytes) > PAGE_BYTES && index > 0);
  return tooMany < 0 ? rows.length : tooMany;
}
