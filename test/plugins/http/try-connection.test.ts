import { afterEach, expect, it } from 'vitest';
import { startHttpServer } from '../../../src/sandbox/http/start-http-server.ts';
import { bench } from '../../store/workbench.ts';
import { connectionTo, rotatingDocument, startRotatingApi } from './auth/rotating-api.ts';
import { openRead, readAll, tryConnection } from './workbench.ts';

const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function answering(status: number, body: string, type = 'application/json') {
  const seen: string[] = [];
  const server = await startHttpServer(async (request, response) => {
    seen.push(`${request.method} ${request.url}`);
    response.writeHead(status, { 'content-type': type }).end(body);
  });
  opened.push(() => server.close());
  return { url: server.url, seen };
}

const document = (test: string) => `
connector: other
connection: { properties: { url: { type: string } } }
http: { baseUrl: '{{$connection.url}}', errors: [{ when: code = 'CLOSED', is: fail, reason: text }] }
${test}
read: { all: { request: { get: /all } } }
`;
const asked = document(
  "test: { request: { get: '/me', query: { full: =1 } }, show: name & ' of ' & $string($status) }",
);

it('`test` is asked once, and shows what it says', async () => {
  const { url, seen } = await answering(200, '{"name":"Robot"}');
  expect(await tryConnection(asked, { url })).toEqual({ shows: 'Robot of 200' });
  expect(seen).toEqual(['GET /me?full=1']);
});

it.each([
  [403, '{"message":"no rights"}', 'HTTP_REJECTED', 'it answered 403: no rights'],
  [404, '{}', 'HTTP_REJECTED', 'it answered 404'],
  [503, '{}', 'HTTP_UNAVAILABLE', expect.stringContaining("can't serve the request")],
  [
    200,
    '{"code":"CLOSED","text":"closed for the night"}',
    'HTTP_REFUSED',
    expect.stringContaining('closed for the night'),
  ],
] as const)('an answer %i %s is what it is for a run, asked once', async (status, body, code, message) => {
  const { url, seen } = await answering(status, body);
  await expect(tryConnection(asked, { url })).rejects.toMatchObject({ code, message: message as string });
  expect(seen.length).toBe(1);
});

it('a web page is no API', async () => {
  const { url } = await answering(200, '<!doctype html><title>Login</title>', 'text/html');
  await expect(tryConnection(asked, { url })).rejects.toMatchObject({ code: 'HTTP_NOT_JSON' });
});

it('without `test` and without a login nothing is asked', async () => {
  const { url, seen } = await answering(200, '{}');
  expect(await tryConnection(document(''), { url })).toBeUndefined();
  expect(seen).toEqual([]);
});

it('without `test` a login is made anew, whatever is remembered', async () => {
  const api = await startRotatingApi();
  const made = bench();
  const sessions = await made.open();
  opened.push(
    () => api.close(),
    () => made.remove(),
  );
  await readAll(await openRead(rotatingDocument(), 'people', connectionTo(api), { sessions }));
  expect(await tryConnection(rotatingDocument(), connectionTo(api), { sessions })).toEqual({});
  expect(api.ledger).toMatchObject({ logins: 2, calls: 1 });
  api.revokeRefresh();
  await expect(tryConnection(rotatingDocument(), connectionTo(api), { sessions })).rejects.toMatchObject({
    code: 'LOGIN_FAILED',
  });
});
