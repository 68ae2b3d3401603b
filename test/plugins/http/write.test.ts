import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Operation, WriteItem } from '../../../src/connect/sdk/index.ts';
import { startHttpServer } from '../../../src/sandbox/http/start-http-server.ts';
import { item, jumpingClock, never, openTarget, type Bench } from './workbench.ts';
import { startOtherApi, type OtherApi } from './other-api.ts';

let api: OtherApi;
beforeAll(async () => {
  api = await startOtherApi();
});
beforeEach(() => {
  api.people.clear();
  api.nextId = 1;
  api.received.length = 0;
});
afterEach(() => {
  api.intercept = undefined;
});
afterAll(() => api.close());

const document = (target: string, http = '') => `
connector: other
connection: { properties: { url: { type: string }, secret: { type: string, secret: true } } }
http:
  baseUrl: '{{$connection.url}}'
${http.replace(/^/gm, '  ')}
write:
  people:
${target.replace(/^/gm, '    ')}
`;

const connection = () => ({ url: `${api.url}/`, secret: 's3cret-token' });

async function write(text: string, operation: Operation, items: WriteItem[], bench: Bench = {}) {
  const sink = await openTarget(text, 'people', connection(), bench);
  try {
    return await sink.write({ once: 'once-1', operation, items }, never);
  } finally {
    await sink.close();
  }
}

async function find(text: string, items: WriteItem[]) {
  const sink = await openTarget(text, 'people', connection());
  try {
    return await sink.find?.(items, never);
  } finally {
    await sink.close();
  }
}

const rulesOf = async (text: string) => {
  const sink = await openTarget(text, 'people', connection());
  await sink.close();
  return sink.rules;
};

const asking = 'find: { request: { get: /people }, results: { list: items } }\n';

const single = `
key: code
keep: { no: no, etag: $headers.etag }
create: { request: { post: /people, json: =$item } }
update: { item: =$changed, request: { patch: '/people/{{$kept.no}}', headers: { If-Match: =$kept.etag }, json: =$item } }
missing: { request: { delete: '/people/{{$kept.no}}' } }
`;

describe('one record a request', () => {
  it('is created, and what is to be kept is read from answer and headers', async () => {
    const answer = await write(document(single), 'create', [item({ code: 'a', name: 'Anna' })]);
    expect(answer).toEqual({ is: 'answered', outcomes: [{ is: 'delivered', kept: { no: 1, etag: '"1"' } }] });
    expect(JSON.parse(api.received[0]?.body ?? '')).toEqual({ code: 'a', name: 'Anna' });
  });

  it('is changed under what was kept; what has no value in the answer leaves the old', async () => {
    api.people.set(5, { code: 'a', no: 5 });
    const update = item(
      { code: 'a' },
      { operation: 'update', changed: { name: 'Anna', mail: null }, kept: { no: 5, etag: '"4"' } },
    );
    expect(await write(document(single), 'update', [update])).toMatchObject({
      outcomes: [{ is: 'delivered', kept: { no: 5, etag: '"4"' } }],
    });
    expect(api.received[0]).toMatchObject({ method: 'PATCH', path: '/people/5', headers: { 'if-match': '"4"' } });
    expect(JSON.parse(api.received[0]?.body ?? '')).toEqual({ name: 'Anna', mail: null });
  });

  it.each([
    ["clear: ''", { name: 'A', mail: '' }],
    ['clear: omit', { name: 'A' }],
    ["clear: '#N/A'", { name: 'A', mail: '#N/A' }],
    ['clear: null', { name: 'A', mail: null }],
  ])('%s is how a field without a value is sent', async (clear, sent) => {
    api.people.set(5, { no: 5 });
    const update = item({}, { operation: 'update', changed: { name: 'A', mail: null }, kept: { no: 5 } });
    await write(document(`${clear}\n${single}`), 'update', [update]);
    expect(JSON.parse(api.received[0]?.body ?? '')).toEqual(sent);
  });

  it('an update of the whole record names the fields that lost their value', async () => {
    const target = 'update: { request: { put: "/people/{{$kept.no}}", json: =$item } }';
    const update = item(
      { code: 'a', name: 'A' },
      { operation: 'update', changed: { name: 'A', mail: null }, kept: { no: 5 } },
    );
    api.people.set(5, { no: 5 });
    await write(document(target), 'update', [update]);
    expect(JSON.parse(api.received[0]?.body ?? '')).toEqual({ code: 'a', name: 'A', mail: null });
  });

  it('a form has nested brackets', async () => {
    api.intercept = () => ({ body: {} });
    const target =
      'create: { request: { post: /form, query: { f: =code }, form: { users: [=$item], key: =$connection.secret } } }';
    await write(document(target), 'create', [item({ code: 'a b', tags: ['x', 'y'] })]);
    const [{ body, headers, query }] = api.received as [(typeof api.received)[0]];
    expect([...new URLSearchParams(body)]).toEqual([
      ['users[0][code]', 'a b'],
      ['users[0][tags][0]', 'x'],
      ['users[0][tags][1]', 'y'],
      ['key', 's3cret-token'],
    ]);
    expect(headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(query.get('f')).toBe('a b');
  });

  it('a key for repeats is the request’s own', async () => {
    api.intercept = () => ({ body: {} });
    const target = 'create: { request: { post: /any, headers: { Idempotency-Key: =$once }, json: =$item } }';
    await write(document(target), 'create', [item({ code: 'a' })]);
    expect(api.received[0]?.headers['idempotency-key']).toBe('once-1');
  });

  it('a value that can not stand in the address or a header rejects its record, and nothing is sent', async () => {
    const noId = item({ code: 'a' }, { operation: 'missing' });
    expect(await write(document(single), 'missing', [noId])).toMatchObject({
      outcomes: [{ is: 'rejected', code: 'TEMPLATE_VALUE' }],
    });
    const target = 'create: { request: { post: /any, headers: { X-Name: =name }, json: =$item } }';
    expect(await write(document(target), 'create', [item({ name: 'a\r\nX-Admin: yes' })])).toMatchObject({
      outcomes: [{ is: 'rejected', code: 'TEMPLATE_VALUE' }],
    });
    expect(api.received).toHaveLength(0);
  });

  it('an API that tells create from update itself takes both as upsert', async () => {
    const target = 'key: code\nupsert: { request: { put: "/people/{{code}}", json: =$item } }';
    api.intercept = () => ({ body: {} });
    expect(Object.keys(await rulesOf(document(target)))).toEqual(['create', 'update', 'upsert']);
    for (const operation of ['create', 'update', 'upsert'] as const)
      await write(document(target), operation, [item({ code: 'a/b' })]);
    expect(api.received.map(({ method, path }) => `${method} ${path}`)).toEqual(Array(3).fill('PUT /people/a%2Fb'));
  });
});

describe('how a repeat is recognised', () => {
  it.each([
    ['post: /x', 'never'],
    ['patch: /x', 'never'],
    ['put: /x', 'safe'],
    ['delete: /x', 'safe'],
    ['post: /x, headers: { idempotency-key: =$once }', 'safe'],
  ])('%s is %s by default', async (request, repeat) => {
    expect((await rulesOf(document(`create: { request: { ${request} } }`))).create).toEqual({
      size: 1,
      atomic: false,
      repeat,
    });
  });

  it('what the document says wins, and a batch has its size and nature', async () => {
    const rules = await rulesOf(
      document(
        `key: code\n${asking}create: { batch: { size: 50, atomic: true, by: group }, repeat: find, request: { put: /x } }`,
      ),
    );
    expect(rules.create).toMatchObject({ size: 50, atomic: true, repeat: 'find' });
    expect(rules.create?.by?.(item({ group: 'g1' }))).toBe('g1');
  });

  it('a target that says it can be asked, and can not, is refused before anything is sent', async () => {
    const unaskable = 'key: code\ncreate: { repeat: find, request: { post: /x } }';
    await expect(rulesOf(document(unaskable))).rejects.toMatchObject({
      code: 'TARGET_CANNOT_FIND',
      message: '`create` says `repeat: find`, and the target declares no `find`.',
    });
    await expect(rulesOf(document(`${asking}create: { request: { post: /x } }`))).rejects.toMatchObject({
      code: 'TARGET_KEY_MISSING',
    });
    await expect(rulesOf(document(`key: code\n${asking}create: { request: { post: /x } }`))).resolves.toBeDefined();
  });

  it('requests in flight are as many as the limits let through', async () => {
    const sink = await openTarget(
      document(single, 'limit: [{ concurrency: 3 }, { concurrency: 2 }]'),
      'people',
      connection(),
    );
    await sink.close();
    expect(sink.concurrency).toBe(2);
  });
});

describe('an answer without a good status', () => {
  const answered = (
    answer: ReturnType<NonNullable<OtherApi['intercept']>>,
    kept?: Record<string, unknown>,
    errors = '',
  ) => {
    api.intercept = () => answer;
    const text = document(`${single}`, errors);
    const one = item(
      { code: 'a', name: 'Annabel' },
      { ...(kept ? { kept, operation: 'update', changed: { name: 'B' } } : {}) },
    );
    return write(text, kept ? 'update' : 'create', [one]);
  };

  it.each([408, 429])('%i: not done, sent again after the time that was asked for', async (status) => {
    expect(await answered({ status, headers: { 'retry-after': '5' } })).toMatchObject({ is: 'notDone', afterMs: 5000 });
  });

  it.each([500, 502, 503, 504])('%i: perhaps done', async (status) => {
    expect(await answered({ status, headers: { 'content-type': 'text/html' }, body: '<html>down</html>' })).toEqual({
      is: 'unanswered',
      reason: `it answered ${status}`,
    });
  });

  const aboutOthers = { message: 'duplicate key: (email)=(ivan.petrov@corp.example)' };

  it('a failure of the server quotes nothing of its body, which may hold anybody’s data', async () => {
    const errors = 'errors: [{ when: $status = 503, is: retry }, { when: $status = 418, is: fail }]';
    for (const status of [429, 500, 503]) {
      expect(await answered({ status, body: aboutOthers }, undefined, errors)).toEqual({
        is: status === 429 ? 'notDone' : 'unanswered',
        reason: `it answered ${status}`,
      });
    }
    const failed = answered({ status: 418, body: aboutOthers }, undefined, errors);
    await expect(failed).rejects.toMatchObject({ message: expect.stringMatching(/ answered: it answered 418$/) });
  });

  it('a failure says what `reason` names of the body, without the values of the record', async () => {
    const errors = 'errors: [{ when: $status = 500, is: retry, reason: message }]';
    expect(await answered({ status: 500, body: { message: 'no way, Annabel' } }, undefined, errors)).toMatchObject({
      reason: 'no way, …',
    });
  });

  it.each([400, 403, 409, 412, 422])(
    '%i: the record is rejected with what the API says, without its values',
    async (status) => {
      expect(await answered({ status, body: { error: { message: 'ANNABEL is wrong' } } })).toEqual({
        is: 'answered',
        outcomes: [{ is: 'rejected', code: 'HTTP_REJECTED', reason: `it answered ${status}: … is wrong` }],
      });
    },
  );

  it.each([404, 410])('%i: gone where an id is kept, else a reject', async (status) => {
    expect(await answered({ status, body: {} }, { no: 1 })).toMatchObject({ outcomes: [{ is: 'gone' }] });
    expect(await answered({ status, body: {} })).toMatchObject({ outcomes: [{ is: 'rejected' }] });
  });

  it('a web page with 404 fails the run, so that a wrong address makes nobody gone', async () => {
    const page = { status: 404, headers: { 'content-type': 'text/html' }, body: '<html>nothing here</html>' };
    await expect(answered(page, { no: 1 })).rejects.toMatchObject({ code: 'HTTP_NOT_JSON' });
  });

  it('a wrong login fails the run, a redirect too', async () => {
    await expect(answered({ status: 401 })).rejects.toMatchObject({ code: 'HTTP_UNAUTHORIZED' });
    await expect(answered({ status: 302, headers: { location: '/x' } })).rejects.toMatchObject({ code: 'HTTP_STATUS' });
    expect(api.received).toHaveLength(2);
  });

  it('a connection that drops after the request: perhaps done', async () => {
    expect(await answered('drop')).toMatchObject({ is: 'unanswered' });
  });

  it('a connection that is refused: certainly not done', async () => {
    const gone = await startHttpServer(async () => {});
    await gone.close();
    const sink = await openTarget(document(single), 'people', { url: gone.url });
    const answer = await sink.write({ once: 'o', operation: 'create', items: [item({ code: 'a' })] }, never);
    await sink.close();
    expect(answer).toEqual({ is: 'notDone', reason: 'the connection was refused' });
  });

  const rule = (is: string) => `errors: [{ when: $status = 409, is: ${is}, reason: why, after: wait }]`;
  const taken = { status: 409, body: { why: 'taken', wait: 2 } };
  it.each([
    ['exists', { is: 'answered', outcomes: [{ is: 'exists', reason: 'taken' }] }],
    ['stale', { is: 'answered', outcomes: [{ is: 'stale', reason: 'taken' }] }],
    ['gone', { is: 'answered', outcomes: [{ is: 'gone', reason: 'taken' }] }],
    ['reject', { is: 'answered', outcomes: [{ is: 'rejected', code: 'HTTP_REJECTED', reason: 'taken' }] }],
    ['done', { is: 'answered', outcomes: [{ is: 'delivered', kept: {} }] }],
    ['retry', { is: 'notDone', reason: 'taken', afterMs: 2000 }],
  ])('a declared error can mean %s', async (is, answer) => {
    expect(await answered(taken, undefined, rule(is))).toEqual(answer);
  });

  it('a declared error can say which record is in the way, whole and for each record', async () => {
    const errors = 'errors: [{ when: $exists(why), is: exists, reason: why, other: takenBy }]';
    const whole = await answered({ status: 409, body: { why: 'taken', takenBy: 77 } }, undefined, errors);
    expect(whole).toEqual({ is: 'answered', outcomes: [{ is: 'exists', reason: 'taken', other: '77' }] });
    api.intercept = () => ({ body: { list: [{ why: 'taken', takenBy: 'u_9' }, { why: 'taken' }] } });
    const each = await write(document(batched('list: list, ok: ok, reason: why', errors)), 'create', [
      item({ code: 'k1' }),
      item({ code: 'k2' }),
    ]);
    expect(each).toEqual({
      is: 'answered',
      outcomes: [
        { is: 'exists', reason: 'taken', other: 'u_9' },
        { is: 'exists', reason: 'taken' },
      ],
    });
  });

  it('a declared error can fail the run', async () => {
    await expect(answered(taken, undefined, rule('fail'))).rejects.toMatchObject({ code: 'HTTP_REFUSED' });
  });

  it('a declared retry behind a 5xx is perhaps done all the same', async () => {
    const errors = 'errors: [{ when: $status = 503, is: retry }]';
    expect(await answered({ status: 503, body: {} }, undefined, errors)).toMatchObject({ is: 'unanswered' });
  });

  it('an operation’s own errors come before those of all', async () => {
    api.intercept = () => taken;
    const target =
      'create: { request: { post: /people, json: =$item }, errors: [{ when: $status = 409, is: exists }] }';
    expect(await write(document(target, rule('fail')), 'create', [item({ code: 'a' })])).toMatchObject({
      outcomes: [{ is: 'exists' }],
    });
  });
});

const batched = (results: string, more = '') => `
key: code
keep: { no: no }
create:
  batch: 10
  ${more}
  request: { post: /people/import, json: { rows: =$items } }
  results: { ${results} }
`;
const byName = "list: results, refused: errors, by: '$exists($key) and $not($exists(code)) ? $key : code', ref: code";

describe('a batch', () => {
  it('has an answer for each record by its key; refusals stand in a list of their own', async () => {
    const text = document(batched(`${byName}, retry: busy, after: wait, reason: why`));
    const answer = await write(text, 'create', [
      item({ code: 'k1', name: 'Anna' }),
      item({ code: 'k2', name: 'bad', mail: 'b@x.example' }),
      item({ code: 'k3', name: 'busy' }),
      item({ code: 'k4', name: 'skip' }),
    ]);
    expect(answer).toEqual({
      is: 'answered',
      outcomes: [
        { is: 'delivered', kept: { no: 1 } },
        { is: 'rejected', code: 'HTTP_REJECTED', reason: 'the name … of … is …' },
        { is: 'retry', reason: 'it answered 200', afterMs: 3000 },
        { is: 'unknown', reason: 'the answer has no result for the record' },
      ],
    });
  });

  it.each([
    ['retry', 'retry'],
    ['delivered', 'delivered'],
    ['refused', 'rejected'],
  ])('a record without an answer is what the document says: %s', async (unnamed, is) => {
    const text = document(batched(`${byName}, unnamed: ${unnamed}`));
    const answer = await write(text, 'create', [item({ code: 'k1', name: 'skip' })]);
    expect(answer).toMatchObject({ outcomes: [{ is }] });
  });

  it('of which one shape errs sends the others, numbered without it', async () => {
    api.intercept = ({ body }) => ({
      body: (JSON.parse(body) as { rows: { at: number }[] }).rows.map(({ at }) => ({ row: at, no: at })),
    });
    const text = document(batched('list: $, by: row', 'item: { at: =$index, n: =$number(n) }'));
    const answer = await write(text, 'create', [item({ n: '1' }), item({ n: 'x' }), item({ n: '3' })]);
    expect(answer).toMatchObject({
      outcomes: [
        { is: 'delivered', kept: { no: 0 } },
        { is: 'rejected', code: 'EXPRESSION_FAILED' },
        { is: 'delivered', kept: { no: 1 } },
      ],
    });
  });

  it('of which no record can be sent is not sent', async () => {
    const text = document(batched('list: $', 'item: { n: =$number(n) }'));
    expect(await write(text, 'create', [item({ n: 'x' })])).toMatchObject({ outcomes: [{ is: 'rejected' }] });
    expect(api.received).toHaveLength(0);
  });

  const inOrder = (body: unknown, results = 'list: list, ok: ok, reason: why') => {
    api.intercept = () => ({ body });
    return write(document(batched(results)), 'create', [item({ code: 'a' }), item({ code: 'b' })]);
  };

  it('is answered in order by default', async () => {
    expect(
      await inOrder({
        list: [
          { ok: true, no: 1 },
          { ok: false, why: 'no' },
        ],
      }),
    ).toMatchObject({
      outcomes: [{ is: 'delivered' }, { is: 'rejected', reason: 'no' }],
    });
  });

  it.each([
    ['fewer results than records', { list: [{ ok: true }] }],
    ['more results than records', { list: [{ ok: true }, { ok: true }, { ok: true }] }],
    ['no results', { done: true }],
    ['an expression that errs', { list: [{ ok: true }, { ok: true }] }, 'list: list, ok: \'$number("x") > 1\''],
  ])('with %s has no outcome that is known', async (_what, body, results?: string) => {
    expect(await inOrder(body, results)).toMatchObject({
      is: 'answered',
      outcomes: [{ is: 'unknown' }, { is: 'unknown' }],
    });
  });

  it('with two results for one record does not say which holds', async () => {
    const body = {
      list: [
        { row: 0, ok: true },
        { row: 0, ok: false },
        { row: 1, ok: true },
      ],
    };
    expect(await inOrder(body, 'list: list, by: row, ok: ok')).toMatchObject({
      outcomes: [{ is: 'unknown' }, { is: 'delivered' }],
    });
  });

  it('judges each refusal by the declared errors', async () => {
    api.intercept = () => ({
      body: { list: ['dup', 'gone', 'old', 'fine', 'later', 'bad'].map((why) => ({ why, wait: 1 })) },
    });
    const errors = [
      "errors: [{ when: why = 'dup', is: exists }, { when: why = 'gone', is: gone }, { when: why = 'old', is: stale },",
      "{ when: why = 'fine', is: done }, { when: why = 'later', is: retry, after: wait }]",
    ].join(' ');
    const text = document(batched("list: list, ok: why = 'never', reason: why", errors));
    const items = ['a', 'b', 'c', 'd', 'e', 'f'].map((code) => item({ code }));
    const answer = await write(text, 'create', items);
    expect(answer).toMatchObject({
      outcomes: [
        { is: 'exists' },
        { is: 'gone' },
        { is: 'stale' },
        { is: 'delivered' },
        { is: 'retry', afterMs: 1000 },
        { is: 'rejected', reason: 'bad' },
      ],
    });
  });

  it('fails the run where a result matches an error that says so', async () => {
    api.intercept = () => ({ body: { list: [{ why: 'licence' }, { ok: true }] } });
    const text = document(batched('list: list, ok: ok', "errors: [{ when: why = 'licence', is: fail }]"));
    await expect(write(text, 'create', [item({ code: 'a' }), item({ code: 'b' })])).rejects.toMatchObject({
      code: 'HTTP_REFUSED',
    });
  });

  it('that is refused whole is refused, whatever its status means for one record', async () => {
    for (const status of [400, 404, 409, 413]) {
      api.intercept = () => ({ status, body: { message: 'too much' } });
      const answer = await write(document(batched('list: list')), 'create', [item({ code: 'a' }), item({ code: 'b' })]);
      expect(answer).toEqual({ is: 'refused', code: 'HTTP_REJECTED', reason: `it answered ${status}: too much` });
    }
  });

  it('without results is delivered by its status, and sees the field that it shares', async () => {
    api.intercept = () => ({ status: 202 });
    const text = document(
      "create: { batch: { size: 10, by: group }, request: { post: '/groups/{{group}}', json: { n: =$count($items), name: =name } } }",
    );
    const answer = await write(text, 'create', [item({ group: 'g1', name: 'A' }), item({ group: 'g1', name: 'B' })]);
    expect(answer).toEqual({ is: 'answered', outcomes: [{ is: 'delivered' }, { is: 'delivered' }] });
    expect(api.received[0]).toMatchObject({ path: '/groups/g1', body: '{"n":2}' });
  });

  it('that names only whom it refused took the others', async () => {
    api.intercept = () => ({ body: { errors: [{ at: 1, why: 'no' }] } });
    const text = document(batched('refused: errors, by: at, reason: why, unnamed: delivered'));
    expect(await write(text, 'create', [item({ code: 'a' }), item({ code: 'b' })])).toMatchObject({
      outcomes: [{ is: 'delivered' }, { is: 'rejected', reason: 'no' }],
    });
  });
});

describe('find', () => {
  const one = `
key: code
keep: { no: no }
find: { request: { get: /people, query: { code: =code } }, results: { list: people } }
`;
  const many = `
key: [code, branch]
keep: { no: no }
find: { batch: 2, request: { post: /find, json: { codes: [=$items.code] } }, results: { list: hits, by: '[c, b]' } }
`;

  it('says who is there and who is not', async () => {
    api.people.set(7, { code: 'a', no: 7 });
    expect(await find(document(one), [item({ code: 'a' }), item({ code: 'b' })])).toEqual([
      { is: 'found', kept: { no: 7 } },
      { is: 'absent' },
    ]);
  });

  it('counts only what carries our key, however the target searched', async () => {
    api.intercept = () => ({ body: { people: [{ code: 'A', no: 1 }, { code: 'aa', no: 2 }, { no: 3 }] } });
    expect(await find(document(one), [item({ code: 'a' })])).toEqual([{ is: 'absent' }]);
  });

  it('calls two with our key ambiguous, and a record without a key too', async () => {
    api.intercept = () => ({ body: { people: [{ code: 'a' }, { code: 'a' }] } });
    const found = await find(document(one), [item({ code: 'a' }), item({ name: 'x' })]);
    expect(found).toMatchObject([
      { is: 'ambiguous' },
      {
        is: 'ambiguous',
        code: 'TARGET_KEY_EMPTY',
        reason: 'The record has no value in code, by which the target could be asked for it',
      },
    ]);
    expect(api.received).toHaveLength(1);
  });

  it('asks for several at once by a key of several fields', async () => {
    api.intercept = () => ({
      body: {
        hits: [
          { c: 'b', b: 2, no: 5 },
          { c: 'a', b: 9, no: 6 },
        ],
      },
    });
    const items = ['a', 'b', 'c'].map((code, index) => item({ code, branch: index + 1 }));
    expect(await find(document(many), items)).toEqual([
      { is: 'absent' },
      { is: 'found', kept: { no: 5 } },
      { is: 'absent' },
    ]);
    expect(api.received.map(({ body }) => body)).toEqual(['{"codes":["a","b"]}', '{"codes":["c"]}']);
  });

  it('takes no list for a failure, never for "not found"', async () => {
    api.intercept = () => ({ body: { error: 'maintenance' } });
    await expect(find(document(one), [item({ code: 'a' })])).rejects.toMatchObject({
      code: 'FIND_NO_LIST',
      class: 'fatal',
    });
  });

  it('takes a status for "not found" only where a rule says so', async () => {
    api.intercept = () => ({ status: 404, body: {} });
    await expect(find(document(one), [item({ code: 'a' })])).rejects.toMatchObject({ code: 'HTTP_STATUS' });
    const text = one.replace('list: people }', 'list: people }, errors: [{ when: $status = 404, is: empty }]');
    expect(await find(document(text), [item({ code: 'a' })])).toEqual([{ is: 'absent' }]);
  });

  it('that can not be asked is a transient problem, for the engine to try again', async () => {
    api.intercept = () => ({ status: 429, headers: { 'retry-after': '4' } });
    await expect(find(document(one), [item({ code: 'a' })])).rejects.toMatchObject({
      class: 'transient',
      afterMs: 4000,
    });
    expect(api.received).toHaveLength(1);
  });

  it('is absent where the document declares none', async () => {
    expect(await find(document(single), [item({ code: 'a' })])).toBeUndefined();
  });
});

describe('what is said', () => {
  it('holds neither secrets nor values of the record', async () => {
    api.intercept = () => ({
      status: 422,
      body: { message: 'Petrova (petrova@x.example, s3cret-token, 79161234567) is refused by rule 12' },
    });
    const record = { code: 'a', lastName: 'Petrova', mail: 'petrova@x.example', phone: 79161234567 };
    const answer = await write(document(single), 'create', [item(record)]);
    expect(answer).toMatchObject({ outcomes: [{ reason: 'it answered 422: … (…, …, …) is refused by rule 12' }] });
  });

  it('a server that asks everybody to wait holds the next request off', async () => {
    const clock = jumpingClock();
    api.intercept = () => (api.received.length === 1 ? { status: 429, headers: { 'retry-after': '8' } } : undefined);
    const sink = await openTarget(document(single), 'people', connection(), { clock });
    for (const code of ['a', 'b'])
      await sink.write({ once: code, operation: 'create', items: [item({ code })] }, never);
    await sink.close();
    expect(clock.waits).toEqual([8000]);
  });
});
