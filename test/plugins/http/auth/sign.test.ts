import { createHash, createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startHttpServer, type RunningHttpServer } from '../../../../src/sandbox/http/start-http-server.ts';
import { item, jumpingClock, never, openRead, openTarget, readAll } from '../workbench.ts';

interface Arrived {
  method: string;
  url: string;
  body: Buffer;
  headers: Record<string, unknown>;
}

let server: RunningHttpServer;
let arrived: Arrived[] = [];
let statuses: number[] = [];
beforeAll(async () => {
  server = await startHttpServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const { method = '', url = '', headers } = request;
    arrived.push({ method, url, body: Buffer.concat(chunks), headers });
    response.writeHead(statuses.shift() ?? 200, { 'content-type': 'application/json' });
    response.end('[]');
  });
});
beforeEach(() => void ([arrived, statuses] = [[], []]));
afterAll(() => server.close());

const key = 'key-of-the-signature';
const documentOf = (http: string, request = '{ post: /people, query: { b: "1 2", a: é }, json: { name: =name } }') => `
connector: signed
connection: { properties: { url: { type: string }, key: { type: string, secret: true }, account: { type: string } } }
http:
  baseUrl: '{{$connection.url}}'
  query: { v: 1 }
  ${http}
read:
  people: { request: { get: /people } }
write:
  people: { create: { request: ${request} } }
`;

const byKey = `sign: { headers: { X-Sign: "=$hmac('sha256', $connection.key, $request.method & $request.url & $request.body)" } }`;
const connection = () => ({ url: server.url, key });

async function write(document: string, given: unknown = connection()) {
  const target = await openTarget(document, 'people', given, { clock: jumpingClock() });
  try {
    return await target.write({ once: '1', operation: 'create', items: [item({ name: 'Анна "A"' })] }, never);
  } finally {
    await target.close();
  }
}

describe('sign', () => {
  it('signs the very bytes that go out, with the address as it goes out', async () => {
    await write(documentOf(`auth: { query: { token: =$connection.key } }\n  ${byKey}`));
    const [{ method, url, body, headers } = {} as Arrived] = arrived;
    expect(url).toBe(`/people?v=1&b=1+2&a=%C3%A9&token=${key}`);
    const text = Buffer.concat([Buffer.from(`${method}${server.url}${url}`), body]);
    expect(headers['x-sign']).toBe(createHmac('sha256', key).update(text).digest('hex'));
  });

  it('puts a signature into the query behind all else, and sees path, query, headers, hash and time', async () => {
    const seen =
      '$string([$request.path, $request.query, $request.headers.host, $request.headers.accept, $request.bodySha256, $request.time])';
    await write(documentOf(`sign: { query: { sig: "=${seen}" } }`));
    const [{ url, body, headers } = {} as Arrived] = arrived;
    const query = new URL(url, server.url).searchParams;
    expect([...query.keys()]).toEqual(['v', 'b', 'a', 'sig']);
    expect(JSON.parse(query.get('sig') ?? '')).toEqual([
      '/people',
      'v=1&b=1+2&a=%C3%A9',
      headers.host,
      headers.accept,
      createHash('sha256').update(body).digest('hex'),
      Date.UTC(2026, 10, 24, 2, 30),
    ]);
  });

  it('signs a request without a body too', async () => {
    await readAll(await openRead(documentOf(byKey), 'people', connection()));
    const text = `GET${server.url}/people?v=1`;
    expect(arrived[0]?.headers['x-sign']).toBe(createHmac('sha256', key).update(text).digest('hex'));
  });

  it('is made anew for each attempt', async () => {
    statuses = [503, 503];
    await readAll(await openRead(documentOf('sign: { headers: { X-Time: =$request.time } }'), 'people', connection()));
    expect(new Set(arrived.map(({ headers }) => headers['x-time'])).size).toBe(3);
  });

  it('leaves out what goes without the login', async () => {
    await write(documentOf(byKey, '{ post: /people, auth: none, json: { name: =name } }'));
    expect(arrived[0]?.headers).not.toHaveProperty('x-sign');
  });

  it('leaves out what goes to another host', async () => {
    const urls: string[] = [];
    const other = await startHttpServer(async (request, response) => {
      urls.push(`${request.url} ${String(request.headers['x-sign'])}`);
      response.end();
    });
    const signs = 'sign: { query: { sig: =$request.bodySha256 }, headers: { X-Sign: =$connection.key } }';
    await write(documentOf(signs, `{ put: '${other.url}/upload', json: { name: =name } }`)).finally(() =>
      other.close(),
    );
    expect(urls).toEqual(['/upload undefined']);
  });

  it('fails the run, and no record, where an expression makes no value; nothing is sent', async () => {
    await expect(write(documentOf('sign: { headers: { X-Sign: =$request.bdy } }'))).rejects.toMatchObject({
      code: 'SIGNATURE_EMPTY',
      class: 'fatal',
      nothingDone: true,
    });
    await expect(write(documentOf(`sign: { headers: { X-Sign: "=$hmac('md4', 'k', 'x')" } }`))).rejects.toMatchObject({
      class: 'fatal',
      message: expect.stringContaining('could not be signed'),
    });
    expect(arrived).toEqual([]);
  });
});

describe('a list of ways to log in', () => {
  const list = `auth:
    - { bearer: '{{$connection.key}}', when: $exists($connection.key) and $connection.account = 'robot' }
    - { basic: { username: '{{$connection.account}}', password: '{{$connection.key}}' }, when: $exists($connection.account) }`;

  it.each([
    ['the first', { account: 'robot' }, `Bearer ${key}`],
    ['the next', { account: 'ann' }, `Basic ${Buffer.from(`ann:${key}`).toString('base64')}`],
  ])('takes %s whose condition is true of the connection', async (_name, given, authorization) => {
    await write(documentOf(list), { ...connection(), ...given });
    expect(arrived[0]?.headers.authorization).toBe(authorization);
  });

  it('may end with none', async () => {
    await write(documentOf(`${list}\n    - none`), connection());
    expect(arrived[0]?.headers).not.toHaveProperty('authorization');
  });

  it('of which none holds sends nothing without a login', async () => {
    await expect(write(documentOf(list), connection())).rejects.toMatchObject({ code: 'AUTH_UNDECIDED' });
    expect(arrived).toEqual([]);
  });
});
