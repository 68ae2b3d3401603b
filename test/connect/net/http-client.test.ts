import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { defaultHttpLimits, openHttpClient, type HttpClient } from '../../../src/connect/net/index.ts';
import { startHttpServer, type RunningHttpServer } from '../../../src/sandbox/http/start-http-server.ts';

let server: RunningHttpServer;
let client: HttpClient;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const never = new AbortController().signal;

beforeAll(async () => {
  server = await startHttpServer(async (request, response) => answer(request, response));
  const hosts = { home: server.url, named: [] };
  client = await openHttpClient(hosts, { ...defaultHttpLimits, timeoutMs: 300, maxAnswerBytes: 1024 * 1024 });
});
afterAll(async () => {
  await client.close();
  await server.close();
});

const get = (path = '/', signal = never) =>
  client.exchange({ method: 'GET', url: new URL(path, server.url), headers: {}, credentials: {} }, signal);

it.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
])('an answer packed with %s is unpacked', async (encoding, pack) => {
  answer = (_request, response) => response.writeHead(200, { 'content-encoding': encoding }).end(pack('{"a":1}'));
  expect(await get()).toMatchObject({ answer: { kind: 'json', body: { a: 1 } } });
});

it('an answer that is too large is not read to its end, packed or not', async () => {
  const large = Buffer.alloc(3 * 1024 * 1024, ' ');
  answer = (_request, response) => response.end(large);
  await expect(get()).rejects.toMatchObject({
    code: 'HTTP_ANSWER_TOO_LARGE',
    message: expect.stringContaining('1 MB'),
  });
  answer = (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(large));
  await expect(get()).rejects.toMatchObject({ code: 'HTTP_ANSWER_TOO_LARGE' });
});

it('headers of an answer that are too large fail with a sentence', async () => {
  answer = (_request, response) => response.writeHead(200, { 'x-much': 'a'.repeat(200_000) }).end('[]');
  await expect(get()).rejects.toMatchObject({
    code: 'HTTP_ANSWER_TOO_LARGE',
    message: expect.stringMatching(/^The headers of an answer of 127\.0\.0\.1:\d+ are larger than 16 KB\.$/),
  });
});

it('a packed answer that is broken is no answer', async () => {
  answer = (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('not packed');
  expect(await get()).toMatchObject({ is: 'lost' });
});

it('texts come in their charset, plain text as a text', async () => {
  const bytes = Buffer.from([0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2]);
  answer = (_request, response) =>
    response.writeHead(200, { 'content-type': 'text/plain; charset=windows-1251' }).end(bytes);
  expect(await get()).toMatchObject({ answer: { kind: 'text', body: 'Привет' } });
  answer = (_request, response) =>
    response.writeHead(200, { 'content-type': 'text/plain; charset=none-such' }).end('a');
  expect(await get()).toMatchObject({ answer: { kind: 'text', body: 'a' } });
});

it('JSON without its media type is JSON all the same', async () => {
  answer = (_request, response) => response.end('[1]');
  expect(await get()).toMatchObject({ answer: { kind: 'json', body: [1] } });
});

it('an answer that stops in the middle is lost', async () => {
  answer = (_request, response) => response.writeHead(200, { 'content-length': 10 }).write('half');
  expect(await get()).toEqual({ is: 'lost', reason: 'the answer stopped in the middle' });
});

it('a request that is cancelled ends with the reason', async () => {
  const abort = new AbortController();
  answer = () => abort.abort(new Error('cancelled'));
  await expect(get('/', abort.signal)).rejects.toThrow('cancelled');
});

it('a host name that does not exist is known not to have been reached', async () => {
  const lost = await openHttpClient({ home: 'http://none.invalid', named: [] }, defaultHttpLimits);
  const url = new URL('http://none.invalid/');
  expect(await lost.exchange({ method: 'GET', url, headers: {}, credentials: {} }, never)).toMatchObject({
    is: 'notSent',
  });
  await lost.close();
});

it('connections are kept for the next request', async () => {
  const kept = await openHttpClient({ home: server.url, named: [] }, defaultHttpLimits);
  const ports = new Set<number | undefined>();
  answer = (request, response) => {
    ports.add(request.socket.remotePort);
    response.end('{}');
  };
  const url = new URL(server.url);
  for (let times = 0; times < 10; times += 1)
    await kept.exchange({ method: 'GET', url, headers: {}, credentials: {} }, never);
  await kept.close();
  // The pool may open a second one while the first is being put back.
  expect(ports.size).toBeLessThanOrEqual(2);
});

it('a certificate that nobody vouches for is refused before anything is sent', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const making = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
  execFileSync('openssl', [...making, '-subj', '/CN=127.0.0.1', '-keyout', key, '-out', cert], { stdio: 'ignore' });
  let requests = 0;
  const secure = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_request, response) => {
    requests += 1;
    response.end();
  });
  await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
  const url = new URL(`https://127.0.0.1:${(secure.address() as AddressInfo).port}/`);
  const strict = await openHttpClient({ home: url.origin, named: [] }, defaultHttpLimits);
  try {
    const going = strict.exchange({ method: 'POST', url, headers: {}, credentials: { authorization: 'x' } }, never);
    await expect(going).rejects.toMatchObject({ code: 'HTTP_CERTIFICATE', class: 'fatal' });
    expect(requests).toBe(0);
  } finally {
    await strict.close();
    await new Promise((resolve) => secure.close(resolve));
    rmSync(folder, { recursive: true });
  }
});
