import { afterEach, expect, test } from 'vitest';
import { takeAt, type Door, type DoorEvent } from '../../src/serve/doors.ts';
import { bench, type Bench } from '../store/workbench.ts';

const benches: Bench[] = [];
afterEach(async () => {
  for (const made of benches.splice(0)) await made.remove();
});

test('a store that is really full answers 503, and has every event that was answered 200', async () => {
  const made = bench();
  benches.push(made);
  await made.open().close();
  const store = made.open({ pragmas: ['max_page_count = 90'] });
  let id = 0;
  const door: Door = {
    name: 'crm/events',
    maxBytes: 1e6,
    judge: async () => ({ is: 'accepted', id: String(id++), content: { text: 'x'.repeat(8_000) } }),
    store: (event) => store.receiveEvent('crm/events', event, { maxBytes: 1e9, rememberMs: 1e9 }),
  };
  const request = { method: 'POST', path: '/', query: '', headers: {}, body: new Uint8Array() };
  const events: DoorEvent[] = [];
  const statuses: number[] = [];
  while (!statuses.includes(503) && statuses.length < 200)
    statuses.push((await takeAt(door, request, (event) => void events.push(event))).status);
  expect(statuses.at(-1)).toBe(503);
  expect(statuses.length).toBeGreaterThan(3);
  expect(events.at(-1)).toEqual({ failed: 'STORE_FULL' });
  const stored = await store.events('crm/events', { after: 0, upTo: 1e9, limit: 1000, latestFirst: false });
  expect(stored).toHaveLength(statuses.length - 1);
});
