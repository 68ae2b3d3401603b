import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { newWorkspace, portolan, put } from './harness.ts';
import { until } from '../serve/scene.ts';

const documents = {
  'connectors/shop.yaml':
    "connector: shop\nhttp: { baseUrl: 'https://shop.example' }\nreceive:\n  orders: { verify: none }\n",
  'pipelines/orders.yaml':
    'pipeline: orders\nsource: shop.orders\nrecord: { key: id }\nsink: { file: { path: orders.csv }, format: csv }\n',
};

test('`serve` listens until SIGTERM, stores what comes in, and ends with 0', async () => {
  const folder = await newWorkspace(documents);
  let said = '';
  let stop = (): void => {};
  const ended = portolan(folder, ['serve', '--listen', '127.0.0.1:0'], {
    err: (text) => (said += text),
    onSignal: (listener) => {
      stop = listener;
      return () => {};
    },
  });
  await until(() => said.includes('→ orders'));
  const address = /http:\S+/.exec(said)?.[0] ?? '';
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/receive\/shop\/orders$/);
  expect((await fetch(address, { method: 'POST', body: '{"id":"7"}' })).status).toBe(200);
  stop();
  expect((await ended).code).toBe(0);
  const { out } = await portolan(folder, ['run', 'orders', '--json']);
  expect(JSON.parse(out)).toMatchObject({ counts: { read: 1, delivered: { upsert: 1 } } });
});

test('without a pipeline that reads events there is nothing to serve', async () => {
  const { code, err } = await portolan(await newWorkspace(), ['serve']);
  expect(code).toBe(2);
  expect(err).toContain('SERVE_NOTHING');
});

test('an address that is taken, or is none, is told', async () => {
  const folder = await newWorkspace(documents);
  const taken = createServer().listen(0, '127.0.0.1');
  await until(() => taken.listening);
  const { port } = taken.address() as AddressInfo;
  const { code, err } = await portolan(folder, ['serve', '--listen', `127.0.0.1:${port}`]);
  taken.close();
  expect([code, err]).toEqual([2, expect.stringContaining('SERVE_CANNOT_LISTEN')]);
  for (const wrong of ['8080', ':8080', '127.0.0.1:99999', 'a:b:1'])
    expect((await portolan(folder, ['serve', '--listen', wrong])).code).toBe(2);
});

test('a connection whose secret is not there is told before anything is listened for', async () => {
  const folder = await newWorkspace();
  put(folder, {
    'connectors/shop.yaml':
      "connector: shop\nconnection: { required: [token], properties: { token: { type: string, secret: true } } }\nhttp: { baseUrl: 'https://shop.example' }\nreceive:\n  orders: { verify: '$same($headers.`x-key`, $connection.token)' }\n",
    'pipelines/orders.yaml': documents['pipelines/orders.yaml'],
    'portolan.yaml':
      "workspace: a\nkey: '${file:workspace.key}'\nconnections: { main: { shop: { token: '${SHOP_TOKEN}' } } }\n",
  });
  const { code, err } = await portolan(folder, ['serve', '--listen', '127.0.0.1:0']);
  expect(code).toBe(2);
  expect(err).toContain('SHOP_TOKEN');
});
