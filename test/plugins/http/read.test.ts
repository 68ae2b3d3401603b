import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startHttpServer } from '../../../src/sandbox/http/start-http-server.ts';
import { compileShape } from '../../../src/expression/index.ts';
import { jumpingClock, openRead, readAll } from './workbench.ts';
import { startOtherApi, type OtherApi } from './other-api.ts';

let api: OtherApi;
beforeAll(async () => {
  api = await startOtherApi();
});
beforeEach(() => {
  api.people.clear();
  api.nextId = 1;
  api.received.length = 0;
  for (let index = 0; index < 25; index += 1) api.people.set(index, { code: `c${index}`, no: index });
});
afterEach(() => {
  api.intercept = undefined;
});
afterAll(() => api.close());

const connection = () => ({ url: api.url, secret: 's3cret-token' });

/** A document with one read, `people`. */
const withRead = (read: string, http = '') => `
connector: other
connection: { properties: { url: { type: string }, secret: { type: string, secret: true } } }
http:
  baseUrl: '{{$connection.url}}'
${http.replace(/^/gm, '  ')}
read:
  people:
${read.replace(/^/gm, '    ')}
`;

const paged = `
key: code
request: { get: /people, query: { offset: =$offset } }
records: people
next: { while: $offset < count }
total: count
`;

async function read(
  document: string,
  options: { clock?: ReturnType<typeof jumpingClock>; options?: unknown; notes?: string[] } = {},
) {
  const source = await openRead(document, 'people', connection(), options);
  const { records, batches } = await readAll(source);
  return { records, batches, end: source.end() };
}

describe('pages', () => {
  it('by offset come until the count is reached', async () => {
    const { records, end, batches } = await read(withRead(paged));
    expect(records).toHaveLength(25);
    expect(batches.map(({ lines }) => lines[0])).toEqual([1, 11, 21]);
    expect(batches[0]?.origin).toBe('test.people');
    expect(end.complete).toBe(true);
  });

  it('by number come while a condition holds', async () => {
    api.intercept = ({ query }) => ({ body: { list: [{ id: query.get('page') }], pages: 3 } });
    const { records } = await read(
      withRead(`
request: { get: /any, query: { page: =$page } }
records: list
next: { while: $page < pages }`),
    );
    expect(records).toEqual([{ id: '1' }, { id: '2' }, { id: '3' }]);
  });

  it('by the last record end with an empty page', async () => {
    api.intercept = ({ query }) => {
      const after = Number(query.get('after') ?? 0);
      return { body: after < 4 ? [{ id: after + 1 }, { id: after + 2 }] : [] };
    };
    const { records, end } = await read(
      withRead(`
request: { get: /any, query: { after: =$last.id } }
next: { while: 'true' }`),
    );
    expect(records).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }]);
    expect(end.complete).toBe(true);
  });

  it('follow the Link header', async () => {
    api.intercept = ({ query }) =>
      query.get('p') ? { body: [{ id: 2 }] } : { body: [{ id: 1 }], headers: { link: '</any?p=2>; rel="next"' } };
    const { records } = await read(
      withRead(`
request: { get: /any, query: { size: 5 } }
next: { url: =$links.next }`),
    );
    expect(records).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it('can be asked for in the JSON body, over what it says already', async () => {
    api.intercept = ({ body }) => {
      const { page } = JSON.parse(body) as { page: { from: number; size: number } };
      expect(page.size).toBe(2);
      return { body: page.from > 0 ? { rows: [{ id: 2 }] } : { rows: [{ id: 1 }], next: 7 } };
    };
    const { records } = await read(
      withRead(`
request: { post: /search, json: { page: { size: 2, from: 0 } } }
records: rows
next: { json: { page: { from: =next } } }`),
    );
    expect(records).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it('with an empty text as cursor are the last', async () => {
    api.intercept = () => ({ body: { rows: [{ id: 1 }], next: '' } });
    const { end } = await read(
      withRead(`
request: { get: /any }
records: rows
next: { query: { cursor: =next } }`),
    );
    expect(end.complete).toBe(true);
  });
});

describe('a read is not complete', () => {
  it('when another number came than the API counts', async () => {
    api.intercept = ({ query }) => ({ body: { people: query.get('offset') === '0' ? [{ code: 'a' }] : [], count: 3 } });
    expect((await read(withRead(paged))).end).toMatchObject({
      complete: false,
      reason: '1 record came, the API counts 3',
    });
  });

  it('when the promised total is missing', async () => {
    api.intercept = () => ({ body: { people: [{ code: 'a' }] } });
    const { end } = await read(withRead(paged));
    expect(end).toMatchObject({ complete: false, reason: 'an answer lacks the total that the connector promises' });
  });

  it('when a key comes twice', async () => {
    api.intercept = () => ({
      body: {
        people: [
          { code: 'a', v: 1 },
          { code: 'a', v: 2 },
        ],
        count: 2,
      },
    });
    expect((await read(withRead(paged))).end).toMatchObject({ complete: false, reason: '1 record came twice' });
  });

  it('when a page comes twice, and it ends there', async () => {
    api.intercept = () => ({ body: { people: [{ id: 1 }], next: String(api.received.length) } });
    const document = withRead(`
request: { get: /any }
records: people
next: { query: { cursor: =next } }`);
    expect((await read(document)).end).toMatchObject({ complete: false, reason: 'a page came twice' });
    expect(api.received).toHaveLength(2);
  });

  it('when the pages go in a circle', async () => {
    api.intercept = ({ query }) => ({
      body: { people: [{ id: api.received.length }], next: query.get('cursor') === 'b' ? 'a' : 'b' },
    });
    const document = withRead(`
request: { get: /any, query: { cursor: a } }
records: people
next: { query: { cursor: =next } }`);
    expect((await read(document)).end).toMatchObject({ complete: false, reason: 'the pages go in a circle' });
    expect(api.received).toHaveLength(2);
  });

  it('when nobody read it to its end', async () => {
    const source = await openRead(withRead(paged), 'people', connection());
    for await (const _batch of source.read()) break;
    await source.close();
    expect(source.end()).toMatchObject({ complete: false, reason: 'the read was ended early' });
  });
});

describe('records', () => {
  it('have no nulls, and numbers that can not be held come as text', async () => {
    api.intercept = () => ({ body: '[{"id":9007199254740993,"price":0.1,"none":null,"deep":{"x":null,"y":1}}]' });
    const { records } = await read(withRead('request: { get: /any }'));
    expect(records).toEqual([{ id: '9007199254740993', price: 0.1, deep: { y: 1 } }]);
  });

  it('are given the names of `item`; one whose expressions err is unreadable, and the rest goes on', async () => {
    api.intercept = () => ({
      body: [
        { id: 1, n: '5' },
        { id: 2, n: 'x' },
      ],
    });
    const { records, batches } = await read(
      withRead(`
request: { get: /any }
item: { code: =id, double: =$number(n) * 2 }`),
    );
    expect(records).toEqual([{ code: 1, double: 10 }]);
    expect(batches[0]?.unreadable).toMatchObject([{ line: 2, code: 'EXPRESSION_FAILED', raw: '{"id":2,"n":"x"}' }]);
  });

  it('of two feeds with the same content have the same hash', async () => {
    const [one, two] = [await read(withRead(paged)), await read(withRead(paged))];
    api.people.set(3, { code: 'c3', no: 99 });
    const three = await read(withRead(paged));
    expect(one.end.contentHash).toBe(two.end.contentHash);
    expect(three.end.contentHash).not.toBe(one.end.contentHash);
  });

  it('are asked for with the parameters of the pipeline, expressions in them included', async () => {
    api.intercept = ({ query }) => ({ body: [{ group: query.get('group') }] });
    const document = withRead(
      'with: { properties: { group: { type: string } } }\nrequest: { get: /any, query: { group: =$with.group } }',
    );
    const { records } = await read(document, { options: compileShape({ group: "='h' & 'r'" }) });
    expect(records).toEqual([{ group: 'hr' }]);
  });

  it('may be none: an empty body, an empty list, or what a rule calls empty', async () => {
    api.intercept = () => ({ status: 204 });
    expect((await read(withRead('request: { get: /any }\nrecords: items'))).end.complete).toBe(true);
    api.intercept = () => ({ body: { items: [] } });
    expect((await read(withRead('request: { get: /any }\nrecords: items'))).records).toEqual([]);
    api.intercept = () => ({ status: 404, body: { message: 'none' } });
    const document = withRead('request: { get: /any }\nerrors: [{ when: $status = 404, is: empty }]');
    expect(await read(document)).toMatchObject({ records: [], end: { complete: true } });
  });

  it('that are missing fail the run, as nobody must be missing by that', async () => {
    api.intercept = () => ({ body: { oops: true } });
    await expect(read(withRead('request: { get: /any }\nrecords: data.items'))).rejects.toMatchObject({
      code: 'READ_NO_LIST',
      message: expect.stringContaining('has nothing at data.items'),
    });
    expect((await read(withRead('request: { get: /any }\nrecords: data.items ?? []'))).records).toEqual([]);
  });
});

describe('when a page fails', () => {
  it('it is asked for again after a wait, as long as the server says', async () => {
    const clock = jumpingClock();
    const notes: string[] = [];
    api.intercept = () =>
      api.received.length < 3 ? { status: 503, headers: { 'retry-after': '9' }, body: {} } : undefined;
    const { records } = await read(withRead(paged), { clock, notes });
    expect(records).toHaveLength(25);
    expect(clock.waits.filter((ms) => ms >= 9000)).toHaveLength(2);
    expect(notes).toHaveLength(2);
  });

  it('again and again, the run fails with a transient problem', async () => {
    const clock = jumpingClock();
    api.intercept = ({ query }) =>
      query.get('offset') === '20' ? { status: 500, body: { message: 'out of order' } } : undefined;
    const document = withRead(paged, 'retry: { attempts: 3, backoff: { from: 100ms, to: 1s } }');
    const source = await openRead(document, 'people', connection(), { clock });
    await expect(readAll(source)).rejects.toMatchObject({
      code: 'HTTP_UNAVAILABLE',
      class: 'transient',
      message: expect.stringMatching(/: it answered 500\.$/),
    });
    expect(source.end().complete).toBe(false);
    expect(api.received.filter(({ query }) => query.get('offset') === '20')).toHaveLength(3);
    expect(clock.waits).toHaveLength(2);
  });

  it('because a rule says so, it is tried again', async () => {
    const clock = jumpingClock();
    api.intercept = () => (api.received.length < 2 ? { body: { code: 'BUSY', retryIn: 4 } } : { body: [{ id: 1 }] });
    const document = withRead('request: { get: /any }', "errors: [{ when: code = 'BUSY', is: retry, after: retryIn }]");
    expect((await read(document, { clock })).records).toEqual([{ id: 1 }]);
    expect(clock.waits[0]).toBeGreaterThanOrEqual(4000);
  });

  it('because nobody listens, the run fails with a transient problem', async () => {
    const gone = await startHttpServer(async () => {});
    await gone.close();
    const document = withRead('request: { get: /any }', 'retry: { attempts: 2 }');
    const source = await openRead(document, 'people', { url: gone.url });
    await expect(readAll(source)).rejects.toMatchObject({
      code: 'HTTP_UNREACHABLE',
      class: 'transient',
      message: expect.stringContaining('the connection was refused'),
    });
  });

  it.each([
    ['a wrong login', { status: 401 }, 'HTTP_UNAUTHORIZED', 'does not accept the login of connection lms'],
    ['a refusal', { status: 403, body: { message: 'no rights' } }, 'HTTP_STATUS', 'it answered 403.'],
    [
      'a web page',
      { headers: { 'content-type': 'text/html' }, body: '<html>Login</html>' },
      'HTTP_NOT_JSON',
      'a web page',
    ],
    [
      'broken JSON',
      { headers: { 'content-type': 'application/json' }, body: '{"people": [' },
      'HTTP_NOT_JSON',
      'broken JSON',
    ],
  ])('%s fails the run with a sentence, and is not tried again', async (_what, answer, code, words) => {
    api.intercept = () => answer;
    await expect(read(withRead(paged))).rejects.toMatchObject({
      code,
      class: 'fatal',
      message: expect.stringContaining(words),
    });
    expect(api.received).toHaveLength(1);
  });

  it('by a declared error, the run fails with its reason, without secrets', async () => {
    api.intercept = () => ({ status: 402, body: { said: 'pay for s3cret-token' } });
    const document = withRead(paged, 'errors: [{ when: $status = 402, is: fail, reason: said }]');
    await expect(read(document)).rejects.toMatchObject({
      code: 'HTTP_REFUSED',
      message: expect.stringContaining('pay for …'),
    });
  });

  it('because an expression errs, the run fails', async () => {
    api.intercept = () => ({ body: { people: 'x', count: {} } });
    await expect(read(withRead('request: { get: /any }\nrecords: people + 1'))).rejects.toMatchObject({
      code: 'EXPRESSION_FAILED',
    });
    const document = withRead('request: { get: /any }', 'errors: [{ when: count > 1, is: fail }]');
    await expect(read(document)).rejects.toMatchObject({ code: 'EXPRESSION_FAILED', class: 'fatal' });
  });
});

describe('logins and hosts', () => {
  it.each([
    ["auth: { bearer: '{{$connection.secret}}' }", 'authorization', 'Bearer s3cret-token'],
    [
      "auth: { basic: { username: me, password: '{{$connection.secret}}' } }",
      'authorization',
      `Basic ${Buffer.from('me:s3cret-token').toString('base64')}`,
    ],
    ["auth: { header: { X-Key: '{{$connection.secret}}' } }", 'x-key', 's3cret-token'],
    ['auth: none', 'authorization', undefined],
  ])('%s', async (http, header, value) => {
    await read(withRead(paged, http));
    expect(api.received[0]?.headers[header]).toBe(value);
  });

  it('headers and parameters stand on every request, those of the request over them', async () => {
    const document = withRead(
      'request: { get: /people, query: { offset: =$offset, tags: [a, b] }, headers: { X-Own: own } }\nrecords: people',
      'headers: { X-All: all, X-Own: all, Accept: application/vnd.other+json }\nquery: { company: 7 }',
    );
    await read(document);
    expect(api.received[0]?.headers).toMatchObject({
      'x-all': 'all',
      'x-own': 'own',
      accept: 'application/vnd.other+json',
    });
    expect(api.received[0]?.query.toString()).toBe('company=7&offset=0&tags=a&tags=b');
  });

  const foreign = async (
    http: string,
    answer: (url: string) => { status?: number; headers?: Record<string, string>; body?: unknown },
  ) => {
    const other = await startOtherApi();
    other.intercept = () => ({ body: { people: [{ id: 2 }] } });
    api.intercept = () => answer(other.url);
    try {
      const document = withRead(
        'request: { get: /any }\nrecords: people\nnext: { url: next }',
        `auth: { bearer: '{{$connection.secret}}' }\nquery: { token: =$connection.secret }\n${http.replace('OTHER', new URL(other.url).host)}`,
      );
      const { records } = await read(document);
      return { records, received: other.received };
    } finally {
      await other.close();
    }
  };

  it('a next page on a host that nobody named is refused', async () => {
    const leading = foreign('', (url) => ({ body: { people: [{ id: 1 }], next: `${url}/2` } }));
    await expect(leading).rejects.toMatchObject({
      code: 'HTTP_HOST_REFUSED',
      fix: expect.stringContaining('http.hosts'),
    });
  });

  it('a redirect to a host that nobody named is refused', async () => {
    const leading = foreign('', (url) => ({ status: 302, headers: { location: `${url}/2` } }));
    await expect(leading).rejects.toMatchObject({ code: 'HTTP_HOST_REFUSED' });
  });

  it.each([
    ['page', (url: string) => ({ body: { people: [{ id: 1 }], next: `${url}/2` } })],
    ['redirect', (url: string) => ({ status: 307, headers: { location: `${url}/2` } })],
  ])('a named host may be led to by a %s, and gets neither login nor parameters', async (_what, answer) => {
    const { records, received } = await foreign('hosts: [OTHER]', answer);
    expect(records).toContainEqual({ id: 2 });
    expect(received).toHaveLength(1);
    expect(received[0]?.headers.authorization).toBeUndefined();
    expect(received[0]?.query.toString()).toBe('');
  });

  it('a host that stands in a request is named by that, and gets no login', async () => {
    const other = await startOtherApi();
    other.intercept = () => ({ body: [{ id: 3 }] });
    const document = withRead(`request: { get: '${other.url}/list' }`, "auth: { bearer: '{{$connection.secret}}' }");
    const { records } = await read(document);
    await other.close();
    expect(records).toEqual([{ id: 3 }]);
    expect(other.received[0]?.headers.authorization).toBeUndefined();
  });

  it('redirects on the own host are followed with the login, but not for ever', async () => {
    api.intercept = ({ path }) =>
      path === '/any' ? { status: 301, headers: { location: '/there' } } : { body: [{ id: 4 }] };
    const document = withRead('request: { get: /any }', "auth: { bearer: '{{$connection.secret}}' }");
    expect((await read(document)).records).toEqual([{ id: 4 }]);
    expect(api.received[1]?.headers.authorization).toBe('Bearer s3cret-token');
    api.intercept = () => ({ status: 302, headers: { location: '/any' } });
    await expect(read(document)).rejects.toMatchObject({ code: 'HTTP_REDIRECTS' });
  });

  it('a base URL that is none is said before anything is sent', async () => {
    const opening = openRead(withRead(paged), 'people', { url: 'lms.example' });
    await expect(opening).rejects.toMatchObject({ code: 'HTTP_URL_INVALID', class: 'config' });
  });

  it('a next page that is no address is said', async () => {
    api.intercept = () => ({ body: { people: [{ id: 1 }], next: 'http://[' } });
    const document = withRead('request: { get: /any }\nrecords: people\nnext: { url: next }');
    await expect(read(document)).rejects.toMatchObject({ code: 'HTTP_URL_INVALID' });
  });
});

describe('pace', () => {
  it('requests wait for their turn by the rate, over all sessions of an account', async () => {
    const clock = jumpingClock();
    const document = withRead(paged, 'limit: [{ rate: 2/s, burst: 2, concurrency: 1 }]');
    const other = await openRead(document, 'people', connection(), { clock });
    await read(document, { clock });
    await readAll(other);
    expect(clock.waits).toEqual([500, 500, 500, 500]);
  });

  it('a cancelled run stops waiting', async () => {
    const abort = new AbortController();
    abort.abort(new Error('cancelled'));
    const source = await openRead(withRead(paged), 'people', connection(), { signal: abort.signal });
    await expect(readAll(source)).rejects.toThrow('cancelled');
    expect(api.received).toHaveLength(0);
  });

  it('a server that never answers is given up', async () => {
    const silent = await startHttpServer(() => new Promise(() => {}));
    const document = withRead('request: { get: /any }', 'timeout: 200ms\nretry: { attempts: 1 }');
    const source = await openRead(document, 'people', { url: silent.url });
    await expect(readAll(source)).rejects.toMatchObject({
      code: 'HTTP_UNREACHABLE',
      message: expect.stringContaining('no answer came in time'),
    });
    await silent.close();
  });
});
