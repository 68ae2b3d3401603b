import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Operation, WriteItem } from '../../../src/connect/sdk/index.ts';
import { startHttpServer } from '../../../src/sandbox/http/start-http-server.ts';
import { startOtherApi, type OtherApi } from './other-api.ts';
import { item, jumpingClock, never, openTarget, type Bench } from './workbench.ts';

let api: OtherApi;
beforeAll(async () => {
  api = await startOtherApi();
});
beforeEach(() => {
  api.received.length = 0;
});
afterEach(() => {
  api.intercept = undefined;
});
afterAll(() => api.close());

const document = (target: string, http = '') => `
connector: other
connection: { properties: { url: { type: string }, token: { type: string, secret: true } } }
http: { baseUrl: '{{$connection.url}}', auth: { bearer: '{{$connection.token}}' }${http} }
write:
  files:
${target.replace(/^/gm, '    ')}
`;
const connection = () => ({ url: api.url, token: 's3cret' });

async function write(text: string, items: WriteItem[], bench: Bench = {}, operation: Operation = 'create') {
  const sink = await openTarget(text, 'files', connection(), bench);
  try {
    return await sink.write({ once: 'once-1', operation, items }, never);
  } finally {
    await sink.close();
  }
}

type Answer = ReturnType<NonNullable<OtherApi['intercept']>>;
/** Answers by method and path, one after another; the last one stays. */
function answers(given: Record<string, Answer[]>): void {
  const left = Object.fromEntries(Object.entries(given).map(([name, list]) => [name, [...list]]));
  api.intercept = ({ method, path }) => {
    const list = left[`${method} ${path}`] ?? [{ status: 404, body: {} }];
    return list.length > 1 ? list.shift() : list[0];
  };
}
const asked = () => api.received.map(({ method, path }) => `${method} ${path}`);

const upload = `
create:
  do:
    - { post: /uploads, json: { size: =size }, as: open }
    - { put: '/uploads/{{$open.id}}', json: { content: =content } }
    - { get: '/uploads/{{$open.id}}', as: ready, until: state = 'done', every: 5s, timeout: 1m }
    - { post: '/files/{{$ready.fileId}}/grants', when: $exists(groups), json: { groups: [=groups] } }
  keep: { id: $ready.fileId, upload: $open.id }
`;
const good = (): Record<string, Answer[]> => ({
  'POST /uploads': [{ body: { id: 7 } }],
  'PUT /uploads/7': [{ status: 204 }],
  'GET /uploads/7': [
    { body: { state: 'busy' } },
    { body: { state: 'busy' } },
    { body: { state: 'done', fileId: 'f1' } },
  ],
  'POST /files/f1/grants': [{ body: {} }],
});

describe('a chain', () => {
  it('makes its requests in order, each seeing what those before it answered, and keeps what they named', async () => {
    answers(good());
    const clock = jumpingClock();
    const answer = await write(document(upload), [item({ size: 3, content: 'abc', groups: ['g'] })], { clock });
    expect(answer).toEqual({ is: 'answered', outcomes: [{ is: 'delivered', kept: { id: 'f1', upload: 7 } }] });
    expect(asked()).toEqual([
      'POST /uploads',
      'PUT /uploads/7',
      ...Array<string>(3).fill('GET /uploads/7'),
      'POST /files/f1/grants',
    ]);
    expect(clock.waits).toEqual([5000, 5000]);
    expect(api.received.at(-1)?.body).toBe('{"groups":["g"]}');
  });

  it('leaves out a step whose `when` is not true', async () => {
    answers(good());
    await write(document(upload), [item({ size: 3, content: 'abc' })]);
    expect(asked().at(-1)).toBe('GET /uploads/7');
  });

  it('of which every step is left out has nothing to do', async () => {
    const text = document('create: { do: [{ post: /x, when: $exists(nothing) }] }');
    const answer = await write(text, [item({ code: 'a' }, { kept: { id: 1 } })]);
    expect(answer).toEqual({ is: 'answered', outcomes: [{ is: 'delivered', kept: { id: 1 } }] });
    expect(api.received).toHaveLength(0);
  });

  it('waits no longer than its timeout, and then does not know what became of the record', async () => {
    answers({ ...good(), 'GET /uploads/7': [{ body: { state: 'busy' } }] });
    const clock = jumpingClock();
    const answer = await write(document(upload), [item({ size: 3, content: 'abc' })], { clock });
    expect(answer).toEqual({ is: 'unanswered', reason: '`until` did not come true within 60 s' });
    expect(clock.waits).toHaveLength(12);
  });

  it('waits 5 seconds at a time and 10 minutes in all where it does not say', async () => {
    answers({ 'POST /jobs': [{ body: {} }], 'GET /jobs/1': [{ body: {} }] });
    const clock = jumpingClock();
    const text = document("create: { do: [{ post: /jobs }, { get: /jobs/1, until: state = 'done' }] }");
    expect(await write(text, [item({})], { clock })).toMatchObject({ is: 'unanswered' });
    expect(clock.waits).toEqual(Array<number>(120).fill(5000));
  });

  it('is judged by the errors at each step', async () => {
    answers({ ...good(), 'PUT /uploads/7': [{ status: 422, body: { message: 'no such type' } }] });
    expect(await write(document(upload), [item({ size: 3, content: 'abc' })])).toEqual({
      is: 'answered',
      outcomes: [{ is: 'rejected', code: 'HTTP_REJECTED', reason: 'it answered 422: no such type' }],
    });
    expect(asked()).toEqual(['POST /uploads', 'PUT /uploads/7']);
    answers({ ...good(), 'GET /uploads/7': [{ body: { state: 'failed', why: 'virus' } }] });
    const errors = "  errors: [{ when: state = 'failed', is: reject, reason: why }]\n";
    expect(await write(document(upload + errors), [item({ size: 3, content: 'abc' })])).toMatchObject({
      outcomes: [{ is: 'rejected', reason: 'virus' }],
    });
  });

  it('goes on where an error of a step says that this is done', async () => {
    answers({ ...good(), 'PUT /uploads/7': [{ status: 409, body: {} }] });
    const text = document(`${upload}  errors: [{ when: $status = 409, is: done }]\n`);
    const answer = await write(text, [item({ size: 3, content: 'abc' })]);
    expect(answer).toMatchObject({ outcomes: [{ is: 'delivered', kept: { id: 'f1' } }] });
  });
});

describe('a chain that does not come through', () => {
  const one = [item({ size: 3, content: 'abc' })];

  it('at its first step has done nothing', async () => {
    answers({ ...good(), 'POST /uploads': [{ status: 429, headers: { 'retry-after': '3' } }] });
    expect(await write(document(upload), one)).toMatchObject({ is: 'notDone', afterMs: 3000 });
    answers({ 'GET /before': ['drop'] });
    const text = document('create: { do: [{ get: /before, as: seen }, { post: /x, json: { n: =$seen.n } }] }');
    expect(await write(text, one)).toMatchObject({ is: 'notDone' });
    answers({ ...good(), 'POST /uploads': ['drop'] });
    expect(await write(document(upload), one)).toMatchObject({ is: 'unanswered' });
  });

  it('behind a step that was done tries again by itself, so that the done one is not repeated', async () => {
    answers({
      ...good(),
      'PUT /uploads/7': [{ status: 429, headers: { 'retry-after': '9' } }, 'drop', { status: 204 }],
    });
    const clock = jumpingClock();
    expect(await write(document(upload), one, { clock })).toMatchObject({ outcomes: [{ is: 'delivered' }] });
    expect(asked().filter((request) => request === 'POST /uploads')).toHaveLength(1);
    expect(asked().filter((request) => request === 'PUT /uploads/7')).toHaveLength(3);
    expect(clock.waits).toContain(9000);
  });

  it('behind a step that was done leaves the outcome unknown when its attempts are used up', async () => {
    answers({ ...good(), 'PUT /uploads/7': [{ status: 429 }] });
    expect(await write(document(upload, ', retry: { attempts: 2 }'), one)).toMatchObject({ is: 'unanswered' });
    expect(asked()).toEqual(['POST /uploads', 'PUT /uploads/7', 'PUT /uploads/7']);
  });

  it('does not repeat a step by itself that may have been done and is not safe', async () => {
    answers({ ...good(), 'POST /files/f1/grants': ['drop'] });
    const answer = await write(document(upload), [item({ size: 3, content: 'abc', groups: ['g'] })]);
    expect(answer).toMatchObject({ is: 'unanswered' });
    expect(asked().filter((request) => request.endsWith('/grants'))).toHaveLength(1);
  });

  it('because a later step can not be made leaves the outcome unknown; the first one rejects its record', async () => {
    answers({ ...good(), 'POST /uploads': [{ body: {} }] });
    expect(await write(document(upload), one)).toMatchObject({ is: 'unanswered' });
    const text = document("create: { do: [{ post: '/x/{{id}}' }] }");
    expect(await write(text, [item({})])).toMatchObject({ outcomes: [{ is: 'rejected', code: 'TEMPLATE_VALUE' }] });
  });

  it('fails the run without saying that nothing was done', async () => {
    answers({ ...good(), 'PUT /uploads/7': [{ status: 401 }] });
    await expect(write(document(upload), one)).rejects.toMatchObject({ code: 'HTTP_UNAUTHORIZED', nothingDone: false });
  });
});

describe('a chain of a batch', () => {
  const job = `
key: code
keep: { id: id }
upsert:
  batch: { size: 10, by: team }
  repeat: safe
  item: { code: =code, name: =name }
  do:
    - { post: /jobs, json: { team: =team }, as: job }
    - { put: '/jobs/{{$job.id}}/rows', encode: csv }
    - { get: '/jobs/{{$job.id}}', until: state = 'done', every: 10s, as: end }
    - { get: '/jobs/{{$job.id}}/good', as: good }
    - { get: '/jobs/{{$job.id}}/bad', as: bad }
  results: { list: $good, refused: $bad, by: code, ref: code, reason: why & ' in job ' & $job.id, unnamed: retry }
`;

  it('reads the fate of each record out of the answers that it names', async () => {
    answers({
      'POST /jobs': [{ body: { id: 3 } }],
      'PUT /jobs/3/rows': [{ body: {} }],
      'GET /jobs/3': [{ body: { state: 'done' } }],
      'GET /jobs/3/good': [{ body: [{ code: 'a', id: 1 }] }],
      'GET /jobs/3/bad': [{ body: [{ code: 'b', why: 'no name' }] }],
    });
    const items = ['a', 'b', 'c'].map((code) => item({ code, name: code.toUpperCase(), team: 't1' }));
    const answer = await write(document(job), items, {}, 'upsert');
    expect(answer).toEqual({
      is: 'answered',
      outcomes: [
        { is: 'delivered', kept: { id: 1 } },
        { is: 'rejected', code: 'HTTP_REJECTED', reason: 'no name in job 3' },
        { is: 'retry', reason: 'the answer has no result for the record' },
      ],
    });
    expect(api.received[0]?.body).toBe('{"team":"t1"}');
    expect(api.received[1]?.body.replaceAll('\r', '')).toBe('code,name\na,A\nb,B\nc,C\n');
  });

  it('reads answers in a format as the list of their records; an empty one is an empty list', async () => {
    const csv = (body: string): Answer => ({ headers: { 'content-type': 'text/csv' }, body });
    const given = (good: Answer, bad: Answer) =>
      answers({
        'POST /jobs': [{ body: { id: 3 } }],
        'PUT /jobs/3/rows': [{ body: {} }],
        'GET /jobs/3': [{ body: { state: 'done' } }],
        'GET /jobs/3/good': [good],
        'GET /jobs/3/bad': [bad],
      });
    const text = document(
      job
        .replace('as: good', "as: good, format: { csv: { delimiter: ';' } }")
        .replace('as: bad', 'as: bad, format: csv'),
    );
    const items = ['a', 'b'].map((code) => item({ code, team: 't1' }));
    given(csv('code;id\na;1\nb;2\n'), csv(''));
    expect(await write(text, items, {}, 'upsert')).toMatchObject({
      outcomes: [
        { is: 'delivered', kept: { id: '1' } },
        { is: 'delivered', kept: { id: '2' } },
      ],
    });
    expect(api.received.at(-1)?.headers.accept).toBe('*/*');
    given(csv('code;id\n'), { body: [{ code: 'a', why: 'as JSON' }] });
    expect(await write(text, items, {}, 'upsert')).toMatchObject({
      outcomes: [{ is: 'rejected', reason: 'as JSON in job 3' }, { is: 'retry' }],
    });
  });

  it('is refused whole where a step refuses it', async () => {
    answers({ 'POST /jobs': [{ status: 400, body: { message: 'no such team' } }] });
    const items = ['a', 'b'].map((code) => item({ code, team: 't1' }));
    expect(await write(document(job), items, {}, 'upsert')).toEqual({
      is: 'refused',
      code: 'HTTP_REJECTED',
      reason: 'it answered 400: no such team',
    });
  });
});

describe('how a chain is repeated', () => {
  it.each([
    ['[{ put: /a }, { get: /b }, { delete: /c }]', 'safe'],
    ['[{ put: /a }, { post: /b }]', 'never'],
    ['[{ post: /a, headers: { Idempotency-Key: =$once } }, { put: /b }]', 'safe'],
  ])('%s is %s', async (steps, repeat) => {
    const sink = await openTarget(document(`create: { do: ${steps} }`), 'files', connection());
    await sink.close();
    expect(sink.rules.create?.repeat).toBe(repeat);
  });
});

describe('an address out of an answer', () => {
  it('is gone to where its host is named, without the login', async () => {
    const seen: Record<string, unknown>[] = [];
    const storage = await startHttpServer(async (request, response) => {
      seen.push({ method: request.method, url: request.url, ...request.headers });
      response.end('{}');
    });
    answers({ 'POST /uploads': [{ body: { url: `${storage.url}/slot/1?sig=x` } }] });
    const text = (hosts: string) =>
      document(
        "create: { do: [{ post: /uploads, as: open }, { put: '{{$open.url}}', headers: { X-Kind: blob }, text: '{{content}}' }] }",
        hosts,
      );
    const named = await write(text(`, hosts: ['${new URL(storage.url).host}']`), [item({ content: 'abc' })]);
    expect(named).toMatchObject({ outcomes: [{ is: 'delivered' }] });
    expect(seen).toMatchObject([{ method: 'PUT', url: '/slot/1?sig=x', 'x-kind': 'blob' }]);
    expect(seen[0]).not.toHaveProperty('authorization');
    await expect(write(text(''), [item({ content: 'abc' })])).rejects.toMatchObject({ code: 'HTTP_HOST_REFUSED' });
    await storage.close();
    expect(seen).toHaveLength(1);
  });
});

describe('begin and end', () => {
  const text = (http = '') =>
    document('begin: { delete: /inbox }\nend: { post: /inbox/close }\ncreate: { request: { post: /x } }', http);
  const opened = async (bench: Bench = {}, http = '') => openTarget(text(http), 'files', connection(), bench);

  it('are requests of their own, tried again while they were not done', async () => {
    answers({
      'DELETE /inbox': ['drop', { status: 503 }, { status: 204 }],
      'POST /inbox/close': [{ status: 429 }, { body: {} }],
    });
    const sink = await opened({ clock: jumpingClock() });
    await sink.begin?.(never);
    await sink.end?.(never);
    await sink.close();
    expect(asked()).toEqual([...Array<string>(3).fill('DELETE /inbox'), ...Array<string>(2).fill('POST /inbox/close')]);
  });

  it('fail the run where they are refused, or where nobody knows whether they were done', async () => {
    answers({ 'DELETE /inbox': [{ status: 403, body: { message: 'no right' } }], 'POST /inbox/close': ['drop'] });
    const sink = await opened();
    await expect(sink.begin?.(never)).rejects.toMatchObject({ code: 'HTTP_REFUSED', class: 'fatal' });
    await expect(sink.end?.(never)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN', class: 'fatal' });
    await sink.close();
    expect(asked()).toEqual(['DELETE /inbox', 'POST /inbox/close']);
  });

  it('may say by a declared error that there is nothing to do', async () => {
    answers({ 'DELETE /inbox': [{ status: 404, body: {} }] });
    const sink = await opened({}, ', errors: [{ when: $status = 404, is: done }]');
    await sink.begin?.(never);
    await sink.close();
  });
});
