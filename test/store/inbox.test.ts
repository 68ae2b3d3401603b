import Database from 'libsql';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Lease, Store } from '../../src/store/index.ts';
import { openConnection } from '../../src/store/sqlite/connection.ts';
import { inboxes } from '../../src/store/sqlite/inbox.ts';
import { sealing } from '../../src/store/sqlite/sealing.ts';
import { begin, bench, type Bench } from './workbench.ts';

let made: Bench;
let store: Store;
let lease: Lease;
beforeEach(async () => {
  made = bench();
  store = made.open();
  lease = await begin(store, 'r1');
});
afterEach(() => made.remove());

const bounds = { maxBytes: 1_000_000, rememberMs: 3 * 86_400_000 };
const receive = (id: string, text = id, inbox = 'crm/events') =>
  store.receiveEvent(inbox, { id, content: { text } }, bounds);
const all = { after: 0, upTo: 1e9, limit: 100, latestFirst: false };
const texts = async (range: Partial<typeof all> = {}, inbox = 'crm/events') =>
  (await store.events(inbox, { ...all, ...range })).map(({ content }) => content.text);
const reader = { pipeline: 'employees', source: 'events' };
const settle = (place: number, { pipeline, source } = reader) =>
  store.moveCursors(lease, 'r1', pipeline, [{ source, position: { place } }]);

test('events are kept by inbox in order of arrival, and read part by part from either end', async () => {
  for (const id of ['a', 'b', 'c', 'd']) expect(await receive(id)).toBe('stored');
  expect(await receive('a', 'other', 'shop/orders')).toBe('stored');
  expect(await texts()).toEqual(['a', 'b', 'c', 'd']);
  const [first] = await store.events('crm/events', all);
  expect(await texts({ after: first?.place ?? 0, limit: 2 })).toEqual(['b', 'c']);
  expect(await texts({ upTo: (first?.place ?? 0) + 2, limit: 2, latestFirst: true })).toEqual(['c', 'b']);
  expect(await texts({}, 'shop/orders')).toEqual(['other']);
});

test('long events come few at a time, and one alone however long it is', async () => {
  const lengths = [7e6, 7e6, 7e6, 30e6, 1];
  for (const [index, length] of lengths.entries()) {
    const event = { id: `long ${index}`, content: { text: 'x'.repeat(length) } };
    await store.receiveEvent('crm/events', event, { ...bounds, maxBytes: 1e9 });
  }
  const pages: number[][] = [];
  for (let after = 0; ;) {
    const page = await store.events('crm/events', { ...all, after });
    if (page.length === 0) break;
    pages.push(page.map(({ content }) => String(content.text).length));
    after = page.at(-1)?.place ?? 0;
  }
  expect(pages).toEqual([[7e6, 7e6], [7e6], [30e6], [1]]);
  const [first = []] = [await store.events('crm/events', { ...all, latestFirst: true })];
  expect(first.map(({ content }) => String(content.text).length)).toEqual([1]);
});

test('an id that came lately is only recognised, also when its event is gone; after the time it is new again', async () => {
  await receive('a');
  expect(await receive('a', 'again')).toBe('seen');
  await settle(await store.newestEvent('crm/events'));
  await store.forgetEvents('crm/events', [reader]);
  expect(await texts()).toEqual([]);
  expect(await receive('a', 'again')).toBe('seen');
  made.clock.move(bounds.rememberMs + 1);
  expect(await receive('a', 'later')).toBe('stored');
});

test('an event leaves only when each of its readers has settled it', async () => {
  for (const id of ['a', 'b', 'c']) await receive(id);
  const [, second] = await store.events('crm/events', all);
  const other = { pipeline: 'others', source: 'events' };
  await settle(await store.newestEvent('crm/events'));
  await store.forgetEvents('crm/events', [reader, other]);
  expect(await texts()).toEqual(['a', 'b', 'c']);
  await settle(second?.place ?? 0, other);
  await store.forgetEvents('crm/events', [reader, other]);
  expect(await texts()).toEqual(['c']);
  expect(await store.waitingFor('crm/events', reader)).toEqual({ count: 0 });
  expect(await store.waitingFor('crm/events', other)).toEqual({ count: 1, oldestAt: made.clock.now() });
  await store.forgetEvents('crm/events', []);
  expect(await texts()).toEqual(['c']);
});

test('a place is never given twice, so a reader that has settled everything sees what comes next', async () => {
  await receive('a');
  const place = await store.newestEvent('crm/events');
  await settle(place);
  await store.forgetEvents('crm/events', [reader]);
  await receive('b');
  expect(await store.newestEvent('crm/events')).toBeGreaterThan(place);
  expect(await store.waitingFor('crm/events', reader)).toMatchObject({ count: 1 });
});

test('an inbox takes no more than it may, and has room again for what was settled', async () => {
  const tight = { ...bounds, maxBytes: 2_000 };
  const put = (id: string) => store.receiveEvent('crm/events', { id, content: { text: 'x'.repeat(500) } }, tight);
  expect([await put('a'), await put('b'), await put('c')]).toEqual(['stored', 'stored', 'full']);
  expect(await put('a')).toBe('seen');
  await settle(await store.newestEvent('crm/events'));
  await store.forgetEvents('crm/events', [reader]);
  expect([await put('c'), await put('d'), await put('e')]).toEqual(['stored', 'stored', 'full']);
});

test('bodies are sealed and ids are hashed', async () => {
  await receive('mail:anna@acme.example', 'Anna Orlova');
  const plain = new Database(made.path);
  const rows = [plain.prepare('SELECT * FROM events').get(), plain.prepare('SELECT * FROM event_ids').get()];
  plain.close();
  const values = rows.flatMap((row) => Object.values(row as Record<string, Uint8Array | string | number>));
  const bytes = values.map((value) =>
    Buffer.from(value instanceof Uint8Array ? value : String(value)).toString('latin1'),
  );
  expect(bytes.join(' ')).not.toMatch(/anna|orlova/i);
});

test('the same id at the same time from several connections is stored once', async () => {
  const stores = [store, made.open(), made.open()];
  const event = { id: 'a', content: { text: 'a' } };
  const came = await Promise.all(stores.map((each) => each.receiveEvent('crm/events', event, bounds)));
  expect(came.toSorted()).toEqual(['seen', 'seen', 'stored']);
});

test('an event is stored in a transaction that is on the disk when it returns', async () => {
  const connection = openConnection(made.path);
  let durable = 0;
  const watched = {
    ...connection,
    write: () => {
      throw new Error('a power cut would forget this');
    },
    writeDurably: <T>(work: () => T) =>
      connection.writeDurably(() => {
        durable++;
        return work();
      }),
  };
  const inbox = inboxes(watched, made.clock, made.vault, sealing(made.vault));
  expect(await inbox.receiveEvent('crm/events', { id: 'a', content: {} }, bounds)).toBe('stored');
  connection.close();
  expect(durable).toBe(1);
});
