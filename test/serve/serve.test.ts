import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { problem } from '../../src/model/problem.ts';
import type { Store } from '../../src/store/ports.ts';
import { openScene, served, token, until, type Scene, type Served } from './scene.ts';

const scenes: Scene[] = [];
const running: Served[] = [];
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop().catch(() => {});
  for (const each of scenes.splice(0)) await each.close();
});

async function scene(names: readonly string[], settings?: string): Promise<Scene> {
  const opened = await openScene(names, settings);
  scenes.push(opened);
  return opened;
}
async function start(of: Scene, options?: Parameters<typeof served>[1]): Promise<Served> {
  const it = await served(of, options);
  running.push(it);
  return it;
}

const orders = (...ids: (number | string)[]): string => JSON.stringify({ orders: ids.map((id) => ({ id })) });
const known = (delivery?: string): Record<string, string> => ({
  'content-type': 'application/json',
  'x-key': token,
  ...(delivery === undefined ? {} : { 'x-delivery': delivery }),
});
const path = '/receive/main/orders';
/** What waits in the inbox of orders, as text. */
const waiting = async ({ workspace }: Served, inbox = 'main/orders'): Promise<string[]> => {
  const events = await workspace.store.events(inbox, { after: 0, upTo: 1e9, limit: 100, latestFirst: false });
  return events.map(({ content }) => String(content.text));
};
const quiet = `{ batch: { size: 1000, within: 1h } }`;
const held = (it: Scene): void =>
  it.put(
    'orders.yaml',
    `pipeline: orders\nsource: { shop.orders: ${quiet} }\nrecord: { key: id }\nsink: shop.orders\n`,
  );

test('an event is stored, then answered 200, and its pipeline runs within the time', async () => {
  const of = await scene(['orders']);
  const it = await start(of);
  expect(it.lines).toEqual([`${it.base}/receive/main/orders → orders`]);
  expect(await it.post(path, orders(1, 2), known('d1'))).toBe(200);
  expect(await waiting(it)).toEqual([orders(1, 2)]);
  await until(() => it.lines.length > 1);
  expect(of.target.ledger.toSorted()).toEqual(['PUT 1 {"id":1}', 'PUT 2 {"id":2}']);
  expect(it.lines[1]).toBe('orders: done, 2 read, 2 delivered, 0 rejected');
  expect(await waiting(it)).toEqual([]);
});

test('a full batch runs at once, and what comes meanwhile runs after it', async () => {
  const of = await scene([]);
  of.put(
    'orders.yaml',
    `pipeline: orders\nsource: { shop.orders: { batch: { size: 3, within: 1h } } }\nrecord: { key: id }\nsink: shop.orders\n`,
  );
  const it = await start(of);
  for (const id of [1, 2]) await it.post(path, orders(id), known(`d${id}`));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(of.target.ledger).toEqual([]);
  let open = (): void => {};
  of.target.gate = new Promise((resolve) => (open = resolve));
  await it.post(path, orders(3), known('d3'));
  await until(() => of.target.asked > 0);
  for (const id of [4, 5, 6]) await it.post(path, orders(id), known(`d${id}`));
  open();
  await until(() => of.target.ledger.length === 6);
  await until(() => it.lines.length >= 3);
  expect(of.target.ledger.toSorted()).toEqual([1, 2, 3, 4, 5, 6].map((id) => `PUT ${id} {"id":${id}}`));
});

test('what an earlier process left is run when the next begins', async () => {
  const of = await scene(['orders']);
  const first = await start(of, { wrapStore: (store) => ({ ...store, waitingFor: async () => ({ count: 0 }) }) });
  await first.post(path, orders(1), known('d1'));
  await running.pop()?.stop();
  expect(of.target.ledger).toEqual([]);
  await start(of);
  await until(() => of.target.ledger.length === 1);
});

test('what can not be verified is answered 401 and leaves nothing, whatever is wrong with it', async () => {
  const it = await start(await scene(['orders', 'signed', 'open']));
  expect(await it.post(path, orders(1), { 'content-type': 'application/json' })).toBe(401);
  expect(await it.post(path, orders(1), { 'x-key': 'other' })).toBe(401);
  expect(await it.post(path, orders(1), { 'x-key': '' })).toBe(401);
  const sign = (body: string, key = token) => ({ 'x-sign': createHmac('sha256', key).update(body).digest('hex') });
  const signed = '/receive/main/signed';
  expect(await it.post(signed, '{ "id": "ж" }', sign('{ "id": "ж" }'))).toBe(200);
  expect(await it.post(signed, '{ "id": "ж" } ', sign('{ "id": "ж" }'))).toBe(401);
  expect(await it.post(signed, '{ "id": 2 }', sign('{ "id": 2 }', 'other'))).toBe(401);
  expect(await waiting(it)).toEqual([]);
  expect(await waiting(it, 'main/signed')).toEqual(['{ "id": "ж" }']);
  const response = await fetch(`${it.base}${path}`, { method: 'POST', body: orders(1) });
  expect(await response.text()).toBe('');
  expect([...response.headers.keys()].toSorted()).toEqual(['connection', 'content-length', 'date', 'keep-alive']);
  // `verify: none` takes from everybody.
  expect(await it.post('/receive/main/open', '{"id":1}')).toBe(200);
  expect(await waiting(it, 'main/open')).toEqual(['{"id":1}']);
});

test('what is not as it should be is told by its status alone, and leaves nothing', async () => {
  const it = await start(await scene(['orders']));
  const asked = async (at: string, options: RequestInit = {}): Promise<number> =>
    (await fetch(`${it.base}${at}`, { method: 'POST', body: orders(1), headers: known('d'), ...options })).status;
  expect({
    'a path that is none': await asked('/receive/main/others'),
    'a connection that is none': await asked('/receive/other/orders'),
    'an event that no pipeline reads': await asked('/receive/main/open'),
    'a path that goes on': await asked(`${path}/1`),
    'another method': await asked(path, { method: 'PUT' }),
    'a packed body': await asked(path, { headers: { ...known('d'), 'content-encoding': 'gzip' } }),
    'a body that is no JSON': await asked(path, { body: '{ "orders": [' }),
    'bytes that are no text': await asked(path, { body: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) }),
    'a body of parts': await asked(path, {
      headers: { ...known('d'), 'content-type': 'multipart/form-data; boundary=b' },
    }),
    'a body that is too long': await asked(path, { body: 'x'.repeat(5000) }),
  }).toEqual({
    'a path that is none': 404,
    'a connection that is none': 404,
    'an event that no pipeline reads': 404,
    'a path that goes on': 404,
    'another method': 405,
    'a packed body': 415,
    'a body that is no JSON': 400,
    'bytes that are no text': 400,
    'a body of parts': 400,
    'a body that is too long': 413,
  });
  expect(await waiting(it)).toEqual([]);
});

test('a GET is no way in; a body is cut at its limit, also one of unknown length, and one that says so before it comes', async () => {
  const it = await start(await scene(['orders']));
  const asked405 = await fetch(`${it.base}${path}`);
  expect([asked405.status, asked405.headers.get('allow')]).toEqual([405, 'POST']);
  const socket = connect(Number(new URL(it.base).port), '127.0.0.1');
  socket.write(`POST ${path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n`);
  for (let sent = 0; sent < 8; sent++) socket.write(`400\r\n${'x'.repeat(1024)}\r\n`);
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  expect(chunk.toString()).toMatch(/^HTTP\/1\.1 413 /);
  // Who goes on sending is not cut off before it has read that.
  for (let sent = 0; sent < 64; sent++) socket.write(`400\r\n${'x'.repeat(1024)}\r\n`);
  socket.write('0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  const [next] = (await once(socket, 'data')) as [Buffer];
  expect(next.toString()).toMatch(/^HTTP\/1\.1 404 /);
  await once(socket, 'close');
  const early = connect(Number(new URL(it.base).port), '127.0.0.1');
  early.write(`POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n{`);
  const [refused] = (await once(early, 'data')) as [Buffer];
  expect(refused.toString()).toMatch(/^HTTP\/1\.1 413 /);
  early.destroy();
  expect(await waiting(it)).toEqual([]);
});

test('a repeat is answered 200 and dropped, also while the first is on its way and after it was settled', async () => {
  const of = await scene(['orders']);
  const it = await start(of);
  const statuses = await Promise.all(Array.from({ length: 8 }, () => it.post(path, orders(1), known('d1'))));
  expect(statuses).toEqual(Array(8).fill(200));
  await until(() => it.lines.length > 1);
  expect(await it.post(path, orders(9), known('d1'))).toBe(200);
  expect(await waiting(it)).toEqual([]);
  expect(of.target.ledger).toEqual(['PUT 1 {"id":1}']);
});

test('without an id, or where it has no value, the body is what a repeat is known by', async () => {
  const of = await scene([]);
  held(of);
  const it = await start(of);
  for (const body of [orders(1), orders(1), orders(2)]) await it.post(path, body, known());
  expect(await waiting(it)).toEqual([orders(1), orders(2)]);
});

test('a form with nested brackets is a map of maps and lists; the token may stand in the address', async () => {
  const of = await scene(['forms']);
  const it = await start(of);
  const form = new URLSearchParams([
    ['event', 'ADD'],
    ['data[fields][id]', '7'],
    ['data[fields][tags][]', 'a'],
    ['data[fields][tags][]', 'b'],
    ['data[fields][__proto__][x]', 'y'],
    ['data[ts]', '1'],
    ['auth[token]', token],
  ]).toString();
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  expect(await it.post('/receive/main/forms', form, type)).toBe(200);
  expect(await it.post('/receive/main/forms', form.replace(token, 'other'), type)).toBe(401);
  const open = `/receive/main/forms?token=${token}`;
  expect(await it.post(open, 'data[fields][id]=8&data[ts]=2', type)).toBe(200);
  expect(await it.post(open, 'a=1&a[b]=2', type)).toBe(400);
  const result = await it.workspace.run('forms');
  expect(result.counts).toMatchObject({ read: 2, delivered: { upsert: 2 } });
  expect(of.target.ledger.toSorted()).toEqual(['PUT 7 {"id":"7","tags":["a","b"]}', 'PUT 8 {"id":"8"}']);
  expect(({} as { x?: string }).x).toBeUndefined();
  expect(it.lines.join('\n')).not.toContain(token);
});

test('an inbox that is full asks senders to wait, and takes again what was asked to', async () => {
  const of = await scene([], 'limits: { inbox: 3KB }\n');
  held(of);
  const it = await start(of);
  const long = (id: number): string => JSON.stringify({ orders: [{ id, text: 'x'.repeat(700) }] });
  const statuses: number[] = [];
  for (const id of [1, 2, 3, 4, 5]) statuses.push(await it.post(path, long(id), known(`d${id}`)));
  expect(statuses).toEqual([200, 200, 200, 503, 503]);
  expect(it.lines.filter((line) => line.includes('the inbox is full'))).toHaveLength(1);
  expect((await it.workspace.run('orders')).status).toBe('done');
  expect(await it.post(path, long(4), known('d4'))).toBe(200);
});

test('a disk that is full is answered 503, never 200, and nothing is lost of what was taken', async () => {
  const of = await scene([]);
  held(of);
  let isFull = false;
  const wrapStore = (store: Store): Store => ({
    ...store,
    receiveEvent(...args) {
      if (isFull) return Promise.reject(problem('STORE_FULL', 'The disk is full.'));
      return store.receiveEvent(...args);
    },
  });
  const it = await start(of, { wrapStore });
  expect(await it.post(path, orders(1), known('d1'))).toBe(200);
  isFull = true;
  const response = await fetch(`${it.base}${path}`, { method: 'POST', body: orders(2), headers: known('d2') });
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '60']);
  isFull = false;
  expect(await it.post(path, orders(2), known('d2'))).toBe(200);
  expect(await waiting(it)).toEqual([orders(1), orders(2)]);
});

test('who sends its headers or its body by drips is cut off', async () => {
  const timeouts = { headersMs: 150, requestMs: 300, idleMs: 100 };
  const it = await start(await scene(['orders']), { timeouts });
  const { port } = new URL(it.base);
  const answerTo = (text: string) =>
    new Promise<string>((resolve) => {
      let came = '';
      const socket = connect(Number(port), '127.0.0.1', () => socket.write(text));
      socket.on('data', (chunk: Buffer) => (came += chunk.toString()));
      socket.on('error', () => {});
      socket.on('close', () => resolve(came));
    });
  expect(await answerTo('POST /receive/main/orders HTTP/1.1\r\nHost: a\r\nX-')).toMatch(/^HTTP\/1.1 408/);
  const head = `POST ${path} HTTP/1.1\r\nHost: a\r\nX-Key: ${token}\r\nContent-Length: 100\r\n\r\n{`;
  expect(await answerTo(head)).toMatch(/^(HTTP\/1.1 408|$)/);
  expect(await waiting(it)).toEqual([]);
});

test('more bodies at once than it holds are asked to come again', async () => {
  const it = await start(await scene(['orders']));
  const { port } = new URL(it.base);
  const head = `POST ${path} HTTP/1.1\r\nHost: a\r\nX-Key: ${token}\r\nContent-Length: 100\r\n\r\n{`;
  const sockets = Array.from({ length: 32 }, () => connect(Number(port), '127.0.0.1'));
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.write(head, resolve))));
  await until(async () => (await it.post(path, orders(1), known('d1'))) === 429);
  for (const socket of sockets) socket.destroy();
  await until(async () => (await it.post(path, orders(1), known('d1'))) === 200);
});

test('a stop answers what is in flight, takes nothing new, and leaves the rest for the next process', async () => {
  const of = await scene([]);
  held(of);
  let stored = (): void => {};
  const gate = new Promise<void>((resolve) => (stored = resolve));
  let isIn = false;
  const it = await start(of, {
    wrapStore: (store) => ({
      ...store,
      async receiveEvent(...args) {
        isIn = true;
        await gate;
        return store.receiveEvent(...args);
      },
    }),
  });
  const answer = fetch(`${it.base}${path}`, { method: 'POST', body: orders(1), headers: known('d1') });
  await until(() => isIn);
  const stopped = it.stop();
  running.length = 0;
  await until(() =>
    fetch(it.base).then(
      () => false,
      () => true,
    ),
  );
  stored();
  const response = await answer;
  expect([response.status, response.headers.get('connection')]).toEqual([200, 'close']);
  await stopped;
  const next = await start(of);
  expect(await waiting(next)).toEqual([orders(1)]);
});

test('a run that fails leaves its events, is told, and waits before the next', async () => {
  const of = await scene(['orders']);
  of.target.statuses = [500];
  const it = await start(of);
  await it.post(path, orders(1), known('d1'));
  await until(() => it.lines.length > 1);
  expect(it.lines[1]).toMatch(/^orders: failed, 1 read, 0 delivered, 0 rejected\. [A-Z_]+: /);
  await it.post(path, orders(2), known('d2'));
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(it.lines).toHaveLength(2);
  expect(await waiting(it)).toEqual([orders(1), orders(2)]);
  expect((await it.workspace.run('orders')).counts).toMatchObject({ read: 2, delivered: { upsert: 2 } });
});

test('`url` is where the other system is told to post to; its path may be there or taken off', async () => {
  const of = await scene(['orders'], 'url: https://portolan.acme.example/hooks/\n');
  const it = await start(of);
  expect(it.lines).toEqual(['https://portolan.acme.example/hooks/receive/main/orders → orders']);
  expect(await it.post(`/hooks${path}`, orders(1), known('d1'))).toBe(200);
  expect(await it.post(path, orders(2), known('d2'))).toBe(200);
});

test('nothing of an event stands unsealed on the disk or in a line of the log', async () => {
  const of = await scene([]);
  held(of);
  const it = await start(of);
  await it.post(`${path}?key=${token}`, JSON.stringify({ orders: [{ id: 1, name: 'Anna Orlova' }] }), known('d-anna'));
  await it.post(`${path}?key=${token}`, 'Anna Orlova', {});
  const store = join(of.folder, '.portolan');
  const bytes = readdirSync(store)
    .filter((name) => name.startsWith('state.db'))
    .map((name) => readFileSync(join(store, name)).toString('latin1'));
  expect(bytes.length).toBeGreaterThan(0);
  expect([...bytes, ...it.lines].join('\n')).not.toMatch(new RegExp(`Anna|Orlova|d-anna|${token}`));
});
