import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { startHttpServer } from '../../../src/sandbox/http/start-http-server.ts';
import { makeCertificates } from '../../connect/net/certificates.ts';
import { item, jumpingClock, never, openRead, openTarget, readAll } from './workbench.ts';

const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

const document = (http = '') => `
connector: other
connection: { properties: { url: { type: string } } }
http: { baseUrl: '{{$connection.url}}', retry: { attempts: 1 }${http} }
read:
  people: { request: { get: /people, query: { route: =$connection.http.proxy } }, records: people }
write:
  people: { create: { request: { post: /people, json: =$item } } }
`;

async function start(answer: () => unknown) {
  const urls: string[] = [];
  const server = await startHttpServer(async (request, response) => {
    urls.push(String(request.url));
    const body = answer();
    if (body !== undefined) response.end(JSON.stringify(body));
  });
  opened.push(() => server.close());
  return { url: server.url, urls };
}

it('a silent server is given up after the timeout of the connection, not of the connector', async () => {
  const { url } = await start(() => undefined);
  const source = await openRead(document(', timeout: 1h'), 'people', { url, http: { timeout: 200 } });
  await expect(readAll(source)).rejects.toMatchObject({
    code: 'HTTP_UNREACHABLE',
    class: 'transient',
    message: expect.stringContaining('no answer came in time'),
  });
});

it('expressions of a connector see nothing of how its connection is reached', async () => {
  const { url, urls } = await start(() => ({ people: [] }));
  await readAll(await openRead(document(), 'people', { url, http: { proxy: '', timeout: 5000 } }));
  expect(urls).toEqual(['/people']);
});

it.each([
  [', limit: [{ rate: 1/s }]', { rate: 10 }],
  [', limit: [{ rate: 10/s }]', { rate: 1 }],
])('of the limits of connector (%s) and connection the stricter holds', async (http, limit) => {
  const { url } = await start(() => ({ people: [] }));
  const clock = jumpingClock();
  const began = clock.monotonic();
  const target = await openTarget(document(http), 'people', { url, http: { limit } }, { clock });
  for (const once of ['1', '2', '3']) {
    const batch = { once, operation: 'create' as const, items: [item({ code: once })] };
    expect(await target.write(batch, never)).toMatchObject({ outcomes: [{ is: 'delivered' }] });
  }
  await target.close();
  expect(clock.monotonic() - began).toBe(2000);
});

it('a limit of the connection bounds what a target has in flight', async () => {
  const { url } = await start(() => ({}));
  const both = { concurrency: 2 };
  const loose = await openTarget(document(', limit: [{ concurrency: 8 }]'), 'people', { url, http: { limit: both } });
  expect(loose.concurrency).toBe(2);
  await loose.close();
});

it('a declared read reaches a server of an own authority, which demands a certificate with a locked key', async () => {
  const made = makeCertificates();
  const server = createServer({ ...made.server, ca: made.ca, requestCert: true }, (_request, response) =>
    response.end('{"people":[{"code":"c1"}]}'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const http = { ca: made.ca, cert: made.client.cert, key: made.lockedKey, passphrase: 'sesame' };
  const { records } = await readAll(await openRead(document(), 'people', { url, http }));
  expect(records).toEqual([{ code: 'c1' }]);
  const unknown = await openRead(document(), 'people', { url, http: { ca: made.ca } });
  await expect(readAll(unknown)).rejects.toMatchObject({ code: 'HTTP_UNREACHABLE' });
  const refused = await openRead(document(), 'people', { url });
  await expect(readAll(refused)).rejects.toMatchObject({ code: 'HTTP_CERTIFICATE' });
});
