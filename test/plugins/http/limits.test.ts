import { afterEach, describe, expect, it } from 'vitest';
import { startHttpServer } from '../../../src/sandbox/http/start-http-server.ts';
import { resetAfterMs } from '../../../src/connect/sdk/index.ts';
import { bench } from '../../store/workbench.ts';
import { item, jumpingClock, never, openCall, openRead, openTarget, readAll } from './workbench.ts';

const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

const document = (limit: string) => `
connector: other
connection: { properties: { url: { type: string } } }
http: { baseUrl: '{{$connection.url}}', limit: ${limit}, retry: { attempts: 1 } }
read: { people: { request: { get: /people } } }
write: { people: { create: { request: { post: /people, json: =$item } } } }
call: { people.search: { request: { get: /search } } }
`;

async function start(headers: () => Record<string, string> = () => ({})) {
  const seen: string[] = [];
  const server = await startHttpServer(async (request, response) => {
    seen.push(`${request.method} ${request.url}`);
    response.writeHead(200, headers()).end('{}');
  });
  opened.push(() => server.close());
  return { url: server.url, seen };
}

const create = { operation: 'create' as const, items: [item({ code: '1' })] };

describe('limits of an API', () => {
  it('`only` holds for the operations that it names, over all who use them', async () => {
    const { url } = await start();
    const clock = jumpingClock();
    const text = document('[{ rate: 1/s, only: [people.search] }]');
    const target = await openTarget(text, 'people', { url }, { clock });
    const search = await openCall(text, 'people.search', { url }, { clock });
    const again = await openCall(text, 'people.search', { url }, { clock });
    const began = clock.monotonic();
    for (const once of ['1', '2', '3']) await target.write({ ...create, once }, never);
    expect(clock.monotonic() - began).toBe(0);
    for (const call of [search, again, search]) await call.perform({}, 'x', never);
    expect(clock.monotonic() - began).toBe(2000);
    for (const it of [target, search, again]) await it.close();
  });

  it('`remaining` and `reset`: when nothing is left nobody asks before there is', async () => {
    const clock = jumpingClock();
    let left = 3;
    const { url, seen } = await start(() => ({
      'x-left': String((left -= 1)),
      'x-reset': String(Math.ceil(clock.now() / 1000) + 40),
    }));
    const text = document('[{ remaining: $headers.`x-left`, reset: $headers.`x-reset` }]');
    const target = await openTarget(text, 'people', { url }, { clock });
    const began = clock.monotonic();
    const waits: number[] = [];
    for (const once of ['1', '2', '3', '4']) {
      await target.write({ ...create, once }, never);
      waits.push(clock.monotonic() - began);
    }
    expect(waits).toEqual([0, 0, 0, 40_000]);
    expect(seen.length).toBe(4);
    await target.close();
  });

  it('an answer that says nothing of it limits nothing', async () => {
    const { url } = await start();
    const clock = jumpingClock();
    const text = document('[{ remaining: $headers.`x-left`, reset: $headers.`x-reset` }]');
    await readAll(await openRead(text, 'people', { url }, { clock }));
    await readAll(await openRead(text, 'people', { url }, { clock }));
    expect(clock.waits).toEqual([]);
  });

  it('is kept over processes by the store', async () => {
    const { url } = await start();
    const clock = jumpingClock();
    const made = bench();
    opened.push(() => made.remove());
    const text = document('[{ rate: 2/s, concurrency: 1 }]');
    const targets = await Promise.all(
      [made.open({ clock }), made.open({ clock })].map((allowances) =>
        openTarget(text, 'people', { url }, { clock, allowances }),
      ),
    );
    const began = clock.monotonic();
    for (const once of ['1', '2', '3', '4', '5', '6']) {
      await targets[Number(once) % 2]?.write({ ...create, once }, never);
    }
    expect(clock.monotonic() - began).toBe(2500);
    for (const target of targets) await target.close();
  });
});

it.each([
  [40, 40_000],
  ['40', 40_000],
  [0, 0],
  [1_764_037_800, 60_000],
  ['1764037800', 60_000],
  [1_764_037_800_000, 60_000],
  ['Tue, 25 Nov 2025 02:30:00 GMT', 60_000],
  ['2025-11-25T02:30:00Z', 60_000],
  ['2020-01-01T00:00:00Z', 0],
  ['soon', undefined],
  [undefined, undefined],
])('a reset of %s', (value, expected) => {
  expect(resetAfterMs(value, Date.UTC(2025, 10, 25, 2, 29))).toBe(expected);
});
