import { describe, expect, test } from 'vitest';
import { newWorkspace, portolan } from '../cli/harness.ts';

const connector = `
connector: acme
connection: { required: [url, token], properties: { url: { type: string }, token: { type: string, secret: true } } }
http:
  baseUrl: '{{$connection.url}}'
  auth: { bearer: '{{$connection.token}}' }
  errors: [{ when: $status = 422, is: reject, reason: message }]
read:
  users:
    feed: full
    key: id
    with: { properties: { group: { type: string } } }
    request: { get: /users, query: { group: =$with.group } }
    records: items
    next: { query: { cursor: =meta.next } }
write:
  users:
    key: id
    keep: { uid: uid }
    create: { repeat: safe, request: { post: /users, json: { id: =id, name: =name } } }
    update: { item: =$changed, request: { patch: '/users/{{$kept.uid}}', json: =$item } }
    missing: { request: { delete: '/users/{{$kept.uid}}' } }
call:
  access.get:
    with: { required: [id], properties: { id: { type: string } } }
    request: { get: '/access/{{$with.id}}' }
    records: access
`;
const address = 'https://api.acme.example';
const get = (path: string, json: unknown, status = 200): object => ({
  request: { method: 'GET', url: `${address}${path}` },
  answer: { status, json },
});
const page = (path: string, ids: number[], next?: string): object =>
  get(path, { items: ids.map((id) => ({ id: `u${id}` })), meta: next ? { next } : {} });

const workspace = (check: string, files: Record<string, unknown> = {}): Promise<string> =>
  newWorkspace({
    'connectors/acme.yaml': connector,
    'connectors/acme.check.yaml': check,
    ...Object.fromEntries(Object.entries(files).map(([name, value]) => [`connectors/${name}`, JSON.stringify(value)])),
  });
const tested = async (check: string, files: Record<string, unknown>): Promise<{ code: number; out: string }> =>
  portolan(await workspace(check, files), ['test', 'acme']);

const reads = `
check: acme
now: 2026-11-24T02:30
connection: { url: 'https://api.acme.example', token: made-up }
cases:
  - name: all pages of a group
    read: users
    with: { group: hr }
    exchanges: pages.json
    expect: { read: 3, sent: users.json }
`;
const sent = ['u1', 'u2', 'u3'].map((id) => ({ sink: 'file', operation: 'upsert', record: { id } }));
const pages = [page('/users?group=hr', [1, 2], 'c 2'), page('/users?cursor=c+2&group=hr', [3])];

describe('a check of a read', () => {
  test('passes where what is asked and what comes are as recorded', async () => {
    expect(await tested(reads, { 'pages.json': pages, 'users.json': sent })).toMatchObject({
      code: 0,
      out: expect.stringContaining('ok acme all pages of a group\n') as string,
    });
  });

  test('says which request nothing fits, in what it differs, and what nobody asked for', async () => {
    const other = [pages[0], page('/users?cursor=c3&group=hr', [3])];
    const { code, out } = await tested(reads, { 'pages.json': other, 'users.json': sent });
    expect(code).toBe(1);
    expect(out).toContain('FAILED acme all pages of a group\n');
    expect(out).toContain(
      'request GET https://api.acme.example/users?group=hr&cursor=c+2: not as in exchange 2: query[0]: expected "cursor=c3", was "cursor=c 2"',
    );
    expect(out).toContain('exchange 2: GET https://api.acme.example/users?cursor=c3&group=hr was not asked for');
  });

  test('fails where exchanges are left, and where one is lacking', async () => {
    const left = await tested(reads, { 'pages.json': [...pages, page('/users?group=it', [])], 'users.json': sent });
    expect(left).toMatchObject({ code: 1 });
    expect(left.out).toContain('exchange 3: GET https://api.acme.example/users?group=it was not asked for');
    const lacking = await tested(reads, { 'pages.json': pages.slice(0, 1), 'users.json': sent });
    expect(lacking.out).toContain('cursor=c+2: no exchange is left for it');
  });

  test('of the headers those that are written must be as they are', async () => {
    const signed = (token: string): object[] => [
      { ...pages[0], request: { method: 'GET', url: `${address}/users?group=hr`, headers: { Authorization: token } } },
      pages[1] as object,
    ];
    expect((await tested(reads, { 'pages.json': signed('Bearer made-up'), 'users.json': sent })).code).toBe(0);
    const { out } = await tested(reads, { 'pages.json': signed('Bearer other'), 'users.json': sent });
    expect(out).toContain('header Authorization: expected "Bearer other", was "Bearer made-up"');
  });

  test('waits for a busy API take no time', async () => {
    const busy = {
      request: { method: 'GET', url: `${address}/users?group=hr` },
      answer: { status: 429, headers: { 'retry-after': '600' } },
    };
    const began = performance.now();
    expect((await tested(reads, { 'pages.json': [busy, ...pages], 'users.json': sent })).code).toBe(0);
    expect(performance.now() - began).toBeLessThan(60_000);
  });
});

const writes = `
check: acme
now: 2026-11-24T02:30
connection: { url: 'https://api.acme.example', token: made-up }
cases:
  - name: who is new, who changed, who is gone, who is refused
    write: users
    source: people.json
    known: known.json
    exchanges: asked.json
    expect: { create: 1, update: 1, missing: 1, rejected: 1 }
`;
const asked = (name: string): object[] => [
  {
    request: { method: 'POST', url: `${address}/users`, json: { name: 'Anna', id: 'a' } },
    answer: { status: 201, json: { uid: 7 } },
  },
  {
    request: { method: 'POST', url: `${address}/users`, json: { id: 'x', name: 'X' } },
    answer: { status: 422, json: { message: 'taken' } },
  },
  { request: { method: 'PATCH', url: `${address}/users/8`, json: { name } }, answer: { json: {} } },
  { request: { method: 'DELETE', url: `${address}/users/9` }, answer: { status: 204 } },
];
const people = {
  'people.json': [
    { id: 'a', name: 'Anna' },
    { id: 'x', name: 'X' },
    { id: 'b', name: 'Boris' },
  ],
  'known.json': [
    { key: 'b', record: { id: 'b', name: 'B' }, kept: { 'acme.users': { uid: 8 } } },
    { key: 'c', record: { id: 'c', name: 'C' }, kept: { 'acme.users': { uid: 9 } } },
  ],
};

describe('a check of a target', () => {
  test('compares with what is known, and each has their own fate', async () => {
    expect((await tested(writes, { ...people, 'asked.json': asked('Boris') })).code).toBe(0);
  });

  test('names the first place of a body that differs', async () => {
    const { out } = await tested(writes, { ...people, 'asked.json': asked('Bob') });
    expect(out).toContain(
      'PATCH https://api.acme.example/users/8: not as in exchange 3: body.name: expected "Bob", was "Boris"',
    );
  });
});

test('a check of an operation compares what it answers', async () => {
  const calls = `
check: acme
now: 2026-11-24T02:30
connection: { url: 'https://api.acme.example', token: made-up }
cases:
  - name: an access is asked for
    call: access.get
    with: { id: =id }
    source: people.json
    exchanges: asked.json
    expect: { read: 1, sent: sent.json }
`;
  const files = {
    'people.json': [{ id: 'a' }],
    'asked.json': [get('/access/a', { access: { level: 4 } })],
    'sent.json': [{ sink: 'file', operation: 'upsert', record: { answer: { level: 4 } } }],
  };
  expect((await tested(calls, files)).code).toBe(0);
});

test('all checks of a workspace run, those of connectors too, and no connection is opened', async () => {
  const folder = await workspace(reads, { 'pages.json': pages, 'users.json': sent });
  const { code, out } = await portolan(folder, ['test', '--json']);
  expect(code).toBe(0);
  const { cases } = JSON.parse(out) as { cases: { check: string; passed: boolean }[] };
  expect(cases.map(({ check, passed }) => `${check} ${passed}`)).toContain('acme true');
});

test('fixtures that are no exchanges are told', async () => {
  const { code, out, err } = (await portolan(
    await workspace(reads, { 'pages.json': [{ get: 'x' }], 'users.json': sent }),
    ['test', 'acme'],
  )) as { code: number; out: string; err: string };
  expect(code).toBe(2);
  expect(out + err).toContain('is not a list of exchanges');
});

test('a login is answered out of the exchanges as well, and what it gave is used', async () => {
  const login = connector.replace(
    "  auth: { bearer: '{{$connection.token}}' }",
    `  auth:
    login:
      request: { post: /login, form: { token: =$connection.token } }
      session: $
      use: { bearer: '{{$session.access}}' }`,
  );
  const folder = await newWorkspace({
    'connectors/acme.yaml': login,
    'connectors/acme.check.yaml': reads,
    'connectors/users.json': JSON.stringify(sent),
    'connectors/pages.json': JSON.stringify([
      {
        request: { method: 'POST', url: `${address}/login`, form: { token: 'made-up' } },
        answer: { json: { access: 'of today' } },
      },
      {
        request: { method: 'GET', url: `${address}/users?group=hr`, headers: { Authorization: 'Bearer of today' } },
        answer: { json: { items: [{ id: 'u1' }, { id: 'u2' }, { id: 'u3' }], meta: {} } },
      },
    ]),
  });
  expect(await portolan(folder, ['test', 'acme'])).toMatchObject({ code: 0 });
});
