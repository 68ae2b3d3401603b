import { createServer, type Server, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import {
  defaultHttpLimits,
  openHttpClient,
  type ConnectionTransport,
  type Exchange,
} from '../../../src/connect/net/index.ts';
import { startHttpServer } from '../../../src/sandbox/http/start-http-server.ts';
import { makeCertificates, type Certificates } from './certificates.ts';
import { startConnectProxy } from './connect-proxy.ts';
import { startOpensslServer } from './openssl-server.ts';

let made: Certificates;
let secure: { url: string; server: Server; seen: string[] };
let demanding: typeof secure;
const opened: { close(): unknown }[] = [];
const never = new AbortController().signal;

beforeAll(async () => {
  made = makeCertificates();
  secure = await startSecure({});
  demanding = await startSecure({ requestCert: true, rejectUnauthorized: true, ca: made.ca });
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});
afterAll(async () => {
  for (const { server } of [secure, demanding]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function startSecure(options: ServerOptions): Promise<typeof secure> {
  const seen: string[] = [];
  const server = createServer({ ...made.server, ...options }, (request, response) => {
    seen.push(String((request.socket as TLSSocket).getPeerCertificate().subject?.CN ?? 'nobody'));
    response.end('{"ok":true}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, server, seen };
}

async function ask(
  url: string,
  transport: ConnectionTransport,
  { home = url, limits = {} }: { home?: string; limits?: Partial<typeof defaultHttpLimits> } = {},
): Promise<Exchange> {
  const hosts = { home, named: [new URL(url).host] };
  const client = await openHttpClient(hosts, { ...defaultHttpLimits, ...limits }, { transport, connectionName: 'lms' });
  opened.push(client);
  return client.exchange({ method: 'GET', url: new URL(url), headers: {}, credentials: {} }, never);
}

const good = { is: 'answered', answer: { status: 200, body: { ok: true } } };

it('a server of an own authority is refused without that authority, and reached with it', async () => {
  await expect(ask(secure.url, {})).rejects.toMatchObject({ code: 'HTTP_CERTIFICATE' });
  expect(await ask(secure.url, { ca: made.ca })).toMatchObject(good);
});

it('an own authority does not vouch for another host name', async () => {
  const other = secure.url.replace('127.0.0.1', 'localhost');
  await expect(ask(other, { ca: made.ca })).rejects.toMatchObject({ code: 'HTTP_CERTIFICATE' });
});

it('a server that demands a client certificate is reached with it and not without', async () => {
  expect(await ask(demanding.url, { ca: made.ca })).toMatchObject({ is: 'lost' });
  expect(await ask(demanding.url, { ca: made.ca, ...made.client })).toMatchObject(good);
  expect(demanding.seen).toEqual(['client']);
});

it('a server that tells why it closes is understood, and knows nothing of the request', async () => {
  const strict = await startOpensslServer(made);
  opened.push(strict);
  expect(await ask(strict.url, { ca: made.ca })).toEqual({
    is: 'notSent',
    reason: 'TLS could not be agreed on; the server may demand a client certificate',
  });
  expect(await ask(strict.url, { ca: made.ca, ...made.client })).toMatchObject({ answer: { status: 200 } });
});

it('an encrypted key is opened by its passphrase, and by no other', async () => {
  const { cert } = made.client;
  const locked = { ca: made.ca, cert, key: made.lockedKey };
  expect(await ask(demanding.url, { ...locked, passphrase: 'sesame' })).toMatchObject(good);
  const wrong = ask(demanding.url, { ...locked, passphrase: 'barley' });
  await expect(wrong).rejects.toMatchObject({
    code: 'HTTP_TLS_MATERIAL',
    message: "The certificates of connection lms can't be used: the passphrase does not open the key.",
  });
});

it.each([
  ['cert without key', () => ({ cert: made.client.cert }), 'cert and key belong together'],
  ['a foreign key', () => ({ cert: made.client.cert, key: made.server.key }), 'do not belong to each other'],
  ['a path instead of a text', () => ({ ca: 'certs/ca.pem' }), 'no PEM text'],
])('%s is told before anything is sent', async (_what, transport, reason) => {
  await expect(ask(demanding.url, transport())).rejects.toMatchObject({
    code: 'HTTP_TLS_MATERIAL',
    class: 'config',
    message: expect.stringContaining(reason),
  });
});

it('the client certificate is shown to the home alone, as credentials are', async () => {
  const asking = await startSecure({ requestCert: true, rejectUnauthorized: false, ca: made.ca });
  try {
    const transport = { ca: made.ca, ...made.client };
    await ask(asking.url, transport);
    await ask(asking.url, transport, { home: secure.url });
    expect(asking.seen).toEqual(['client', 'nobody']);
  } finally {
    asking.server.closeAllConnections();
    await new Promise((resolve) => asking.server.close(resolve));
  }
});

it('a proxy is asked for a tunnel to the server and sees nothing of what passes', async () => {
  const proxy = await startConnectProxy();
  opened.push(proxy);
  const { host } = new URL(secure.url);
  expect(await ask(secure.url, { ca: made.ca, proxy: proxy.url })).toMatchObject(good);
  expect(proxy.asked).toEqual([{ target: host, authorization: undefined }]);
  expect(proxy.passed()).not.toContain('GET /');
  await expect(ask(secure.url, { proxy: proxy.url })).rejects.toMatchObject({ code: 'HTTP_CERTIFICATE' });
});

it('a proxy has its own account, also for a server without TLS', async () => {
  const proxy = await startConnectProxy();
  const server = await startHttpServer(async (_request, response) => void response.end('{"ok":true}'));
  opened.push(proxy, server);
  const withAccount = proxy.url.replace('//', '//guest:s%3Acret@');
  expect(await ask(server.url, { proxy: withAccount })).toMatchObject(good);
  const authorization = `Basic ${Buffer.from('guest:s:cret').toString('base64')}`;
  expect(proxy.asked).toEqual([{ target: new URL(server.url).host, authorization }]);
});

it('a proxy that refuses is told from a server that does, and an empty proxy is none', async () => {
  const proxy = await startConnectProxy(403);
  opened.push(proxy);
  const transport = { ca: made.ca, proxy: proxy.url };
  expect(await ask(secure.url, transport)).toEqual({
    is: 'notSent',
    reason: 'the proxy lets nothing through (403)',
  });
  expect(await ask(secure.url, { ca: made.ca, proxy: '' })).toMatchObject(good);
  await expect(ask(secure.url, { proxy: 'proxy:3128' })).rejects.toMatchObject({ code: 'HTTP_URL_INVALID' });
});

it('a proxy that says nothing is given up after the time-out', async () => {
  const proxy = await startConnectProxy('silent');
  opened.push(proxy);
  const exchange = await ask(secure.url, { ca: made.ca, proxy: proxy.url }, { limits: { timeoutMs: 200 } });
  expect(exchange).toEqual({ is: 'lost', reason: 'no answer came in time' });
});

it('an answer that drips without an end is given up when the time of the whole is over', async () => {
  const timers: NodeJS.Timeout[] = [];
  const server = await startHttpServer(async (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    timers.push(setInterval(() => response.write(' '), 20));
  });
  try {
    const limits = { timeoutMs: 5_000, totalMs: 300 };
    expect(await ask(server.url, {}, { limits })).toEqual({
      is: 'lost',
      reason: 'the answer was not whole after 0.3 s',
    });
  } finally {
    timers.forEach(clearInterval);
    await server.close();
  }
});
