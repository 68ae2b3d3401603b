import { afterEach, expect, test } from 'vitest';
import type { Workspace } from '../../src/workspace/index.ts';
import { portolan } from '../cli/harness.ts';
import { openScene, type Scene } from './scene.ts';

const scenes: Scene[] = [];
afterEach(async () => {
  for (const each of scenes.splice(0)) await each.close();
});

async function scene(...pipelines: string[]): Promise<Scene> {
  const opened = await openScene([]);
  scenes.push(opened);
  pipelines.forEach((text, index) => opened.put(`p${index}.yaml`, text));
  return opened;
}
const streaming = (more = '', options = ''): string =>
  `pipeline: orders\nsource: ${options === '' ? 'shop.orders' : `{ shop.orders: ${options} }`}\nrecord: { key: id }\n${more}sink: shop.orders\n`;

let deliveries = 0;
/** Puts events into the inbox as a door would: each is the orders of one body. */
async function arrive({ store }: Workspace, ...bodies: unknown[]): Promise<void> {
  for (const body of bodies) {
    const text = typeof body === 'string' ? body : JSON.stringify({ orders: body });
    const event = { id: `d${deliveries++}`, content: { type: 'json', text } };
    await store.receiveEvent('main/orders', event, { maxBytes: 1e9, rememberMs: 1e9 });
  }
}
const left = async ({ store }: Workspace): Promise<number> =>
  (await store.events('main/orders', { after: 0, upTo: 1e9, limit: 10_000, latestFirst: false })).length;

test('records come in the order of arrival: of one key the last one stands, whatever is in flight at once', async () => {
  const of = await scene(streaming());
  const bodies = Array.from({ length: 12 }, (_, turn) => [1, 2, 3].map((id) => ({ id, turn })));
  // Whoever is asked first answers last.
  of.target.delayMs = (asked) => (asked % 4 === 1 ? 20 : 0);
  await of.inWorkspace(async (workspace) => {
    await arrive(workspace, ...bodies);
    expect((await workspace.run('orders')).counts).toMatchObject({ read: 36, delivered: { upsert: 36 } });
  });
  for (const id of [1, 2, 3]) {
    const turns = of.target.ledger
      .filter((line) => line.startsWith(`PUT ${id} `))
      .map((line) => JSON.parse(line.slice(6)) as { turn: number });
    expect(turns.map(({ turn }) => turn)).toEqual(Array.from({ length: 12 }, (_, turn) => turn));
  }
});

test('an `operation` step says what an event means, in order with the others of its key', async () => {
  const of = await scene(
    streaming("steps:\n  - operation: \"event = 'deleted' ? 'missing' : 'upsert'\"\n  - map: { id: =id }\n"),
  );
  await of.inWorkspace(async (workspace) => {
    await arrive(
      workspace,
      [
        { id: 1, event: 'added' },
        { id: 2, event: 'added' },
      ],
      [{ id: 1, event: 'deleted' }],
    );
    await arrive(workspace, [{ id: 1, event: 'added' }]);
    expect((await workspace.run('orders')).counts).toMatchObject({ delivered: { upsert: 3, missing: 1 } });
  });
  expect(of.target.ledger.filter((line) => / 1\b/.test(line))).toEqual([
    'PUT 1 {"id":1}',
    'DELETE 1',
    'PUT 1 {"id":1}',
  ]);
});

test('a plan shows what would be done, and neither reads on nor forgets', async () => {
  const of = await scene(streaming());
  await of.inWorkspace((workspace) => arrive(workspace, [{ id: 1 }, { id: 2 }]));
  const plan = await portolan(of.folder, ['plan', 'orders', '--json'], { env: of.env });
  expect(JSON.parse(plan.out)).toMatchObject({ status: 'done', counts: { read: 2, delivered: { upsert: 2 } } });
  expect(of.target.ledger).toEqual([]);
  await of.inWorkspace(async (workspace) => {
    expect(await left(workspace)).toBe(1);
    expect((await workspace.run('orders', { limit: 1 })).counts).toMatchObject({ read: 1 });
    expect(await left(workspace)).toBe(1);
    expect((await workspace.run('orders')).counts).toMatchObject({ read: 2 });
    expect(await left(workspace)).toBe(0);
    expect((await workspace.run('orders')).counts).toMatchObject({ read: 0 });
  });
});

test('rejects are kept, the events of others settle, and what can not be read stands in nobody’s way', async () => {
  const of = await scene(streaming());
  const broken = '{ "orders": [7] }';
  await of.inWorkspace(async (workspace) => {
    await arrive(workspace, [{ id: 1 }], broken, [{ name: 'nobody' }], [], '{}', [{ id: 2 }]);
    const { status, counts } = await workspace.run('orders');
    expect({ status, counts }).toMatchObject({
      status: 'done',
      counts: { read: 4, rejected: 2, delivered: { upsert: 2 } },
    });
    const open = await workspace.store.rejects({ status: 'open' });
    expect(open.map(({ code, source }) => [code, source]).toSorted()).toEqual([
      ['EVENT_UNREADABLE', broken],
      ['KEY_UNREADABLE', { name: 'nobody' }],
    ]);
    expect(await left(workspace)).toBe(0);
  });
});

test('a stream settles batch by batch: what was settled before a failure is not sent again', async () => {
  const of = await scene(streaming('', '{ batch: { size: 2 } }'));
  of.target.statuses = [200, 200, 200, 500];
  await of.inWorkspace(async (workspace) => {
    await arrive(workspace, [{ id: 1 }], [{ id: 2 }], [{ id: 3 }], [{ id: 4 }]);
    expect((await workspace.run('orders')).status).toBe('failed');
    of.target.statuses = [];
    expect((await workspace.run('orders')).counts).toMatchObject({ read: 2 });
    expect(await left(workspace)).toBe(0);
  });
  expect(of.target.ledger.filter((line) => /^PUT [12] /.test(line))).toHaveLength(2);
  expect(of.target.ledger.some((line) => line.startsWith('PUT 4 '))).toBe(true);
});

test('two pipelines read the same events, each at its own pace, and other options begin nothing anew', async () => {
  const of = await scene(streaming(), streaming().replace('pipeline: orders', 'pipeline: copies'));
  await of.inWorkspace(async (workspace) => {
    await arrive(workspace, [{ id: 1 }]);
    expect((await workspace.run('orders')).counts.read).toBe(1);
    expect(await left(workspace)).toBe(1);
    expect((await workspace.run('orders')).counts.read).toBe(0);
  });
  of.put('p0.yaml', streaming('', '{ batch: { size: 7, within: 1m } }'));
  await of.inWorkspace(async (workspace) => {
    expect((await workspace.run('orders')).counts.read).toBe(0);
    expect((await workspace.run('copies')).counts.read).toBe(1);
    expect(await left(workspace)).toBe(0);
  });
});

test('several kinds of events are one feed, in the order of the list, and each settles', async () => {
  const of = await scene(streaming().replace('source: shop.orders', 'source: [shop.orders, shop.open]'));
  await of.inWorkspace(async (workspace) => {
    const content = { type: 'json', text: '{ "id": 2 }' };
    await workspace.store.receiveEvent('main/open', { id: 'a', content }, { maxBytes: 1e9, rememberMs: 1e9 });
    await arrive(workspace, [{ id: 1 }]);
    expect((await workspace.run('orders')).counts).toMatchObject({ read: 2, delivered: { upsert: 2 } });
    expect([await left(workspace), await workspace.store.newestEvent('main/open')]).toEqual([0, 0]);
  });
  expect(of.target.ledger).toEqual(['PUT 1 {"id":1}', 'PUT 2 {"id":2}']);
});

test('before a diff the latest event of a key stands, and the others are merged into it', async () => {
  const of = await scene(streaming('steps:\n  - map: { id: =id, turn: =turn }\n  - diff: { missing: ignore }\n'));
  of.put('connector.yaml', diffable);
  await of.inWorkspace(async (workspace) => {
    await arrive(
      workspace,
      [
        { id: 1, turn: 1 },
        { id: 2, turn: 1 },
      ],
      [{ id: 1, turn: 2 }],
      [{ id: 1, turn: 3 }],
    );
    expect((await workspace.run('orders')).counts).toMatchObject({
      read: 4,
      filtered: { merged: 2 },
      delivered: { create: 2 },
    });
    expect(await left(workspace)).toBe(0);
    await arrive(workspace, [{ id: 1, turn: 3 }]);
    expect((await workspace.run('orders')).counts).toMatchObject({ read: 1, unchanged: 1 });
  });
  expect(of.target.ledger.toSorted()).toEqual(['PUT 1 {"id":1,"turn":3}', 'PUT 2 {"id":2,"turn":1}']);
});

const diffable = `
connector: shop
connection: { required: [url, token], properties: { url: { type: string }, token: { type: string, secret: true } } }
http: { baseUrl: '{{$connection.url}}' }
write:
  orders:
    key: id
    create: { request: { put: '/orders/{{id}}', json: =$item } }
    update: { request: { put: '/orders/{{id}}', json: =$item } }
receive:
  orders: { verify: none, records: orders }
`;

test('a check has a fixture of records in the place of events', async () => {
  const of = await scene(streaming('steps:\n  - map: { id: =id, total: =$sum(prices) }\n'));
  of.put('checks/events.json', '[{ "id": 1, "prices": [2, 3] }, { "total": 7 }]');
  of.put(
    'checks/orders.yaml',
    'check: orders\nnow: 2026-11-24T02:30\ncases:\n  - name: two events\n    source: events.json\n    expect: { upsert: 1, rejected: 1, sent: sent.json }\n',
  );
  of.put('checks/sent.json', '[{ "sink": "shop.orders", "operation": "upsert", "record": { "id": 1, "total": 5 } }]');
  const { code, out, err } = await portolan(of.folder, ['test'], { env: {} });
  expect(err).toBe('');
  expect(out).toContain('1 case, all as expected');
  expect(code).toBe(0);
});

test('a pipeline that was renamed goes on where it was', async () => {
  const of = await scene(streaming());
  await of.inWorkspace(async (workspace) => {
    await arrive(workspace, [{ id: 1 }]);
    await workspace.run('orders');
    await arrive(workspace, [{ id: 2 }]);
  });
  of.put('p0.yaml', `${streaming().replace('pipeline: orders', 'pipeline: sales')}was: orders\n`);
  await of.inWorkspace(async (workspace) => {
    expect((await workspace.run('sales')).counts.read).toBe(1);
    expect(await left(workspace)).toBe(0);
  });
  expect(of.target.ledger).toEqual(['PUT 1 {"id":1}', 'PUT 2 {"id":2}']);
});
