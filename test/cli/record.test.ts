import type { IncomingMessage } from 'node:http';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { startHttpServer, type RunningHttpServer } from '../../src/sandbox/http/start-http-server.ts';
import { openStore, openVault } from '../../src/store/index.ts';
import { bodyOf } from '../connectors/harness.ts';
import { newWorkspace, portolan, put } from './harness.ts';

const secret = 's3cret-of-the-client';
const people = [
  {
    id: 4711,
    login: 'petrova',
    name: 'Анна Петрова',
    mail: 'anna.petrova@client.ru',
    born: '1984-03-08',
    kind: 'staff',
  },
  { id: 4712, login: 'sidorov', name: 'Иван Сидоров', mail: 'ivan@client.ru', born: '1979-12-31', kind: 'staff' },
  { id: 4713, login: 'guest77', name: 'Пётр Гость', mail: 'guest77@client.ru', born: '1990-01-15', kind: 'visitor' },
];
const real = [
  ...people.flatMap(({ login, name, mail, born }) => [login, ...name.split(' '), mail, born]),
  '4711',
  '4712',
  '4713',
  secret,
  'client.ru',
  'token-of-',
];

interface Asked {
  method: string;
  url: string;
  body: string;
}
const ledger: Asked[] = [];
let server: RunningHttpServer;
let address = '';
let logins = 0;
/** Happens before each answer. */
let meanwhile: () => Promise<void>;
beforeEach(() => {
  meanwhile = () => Promise.resolve();
});

beforeAll(async () => {
  server = await startHttpServer(async (request, response) => {
    const body = await bodyOf(request);
    await meanwhile();
    const url = new URL(request.url ?? '/', address);
    ledger.push({ method: request.method ?? '', url: `${url.pathname}${url.search}`, body });
    const [status, answer, headers] = answerTo(request, url, body);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
  address = server.url;
});
afterEach(() => vi.unstubAllEnvs());
afterAll(() => server.close());

type Given = [status: number, answer: unknown, headers?: Record<string, string>];

function answerTo(request: IncomingMessage, url: URL, body: string): Given {
  if (url.pathname === '/api/login') {
    const { token } = JSON.parse(body) as { token: string };
    logins += 1;
    return [secret, 'visitors'].includes(token)
      ? [200, { access: `token-of-${logins}` }]
      : [403, { message: 'who are you' }];
  }
  if (request.headers.authorization !== `Bearer token-of-${logins}`) return [401, {}];
  if (request.method === 'POST') {
    const { login } = JSON.parse(body) as { login: string };
    if (login === 'sidorov') return [422, { code: 'TAKEN', message: `ivan@client.ru is taken by ${login}` }];
    return [201, { id: 4711, login }];
  }
  if (url.pathname === '/api/table')
    return [200, 'id,name\n4711,Petrova\n4712,Sidorov\n', { 'content-type': 'text/csv' }];
  if (url.pathname === '/api/endless') {
    const page = Number(url.searchParams.get('page') ?? 1);
    return [200, { items: [{ id: page }], next: page + 1 }];
  }
  const found = people.filter(({ kind }) => (url.searchParams.get('kind') ?? kind) === kind);
  const after = url.searchParams.get('after');
  const at = after === null ? 0 : found.findIndex(({ login }) => login === after) + 1;
  const page = found.slice(at, at + 1);
  const next =
    at + 1 < found.length
      ? {
          next: `${address}/api/people?after=${page[0]?.login}&size=1${url.searchParams.has('kind') ? `&kind=${url.searchParams.get('kind')}` : ''}`,
        }
      : {};
  return [200, { items: page, total: found.length, links: next }, { 'x-served-by': 'node-of-the-client' }];
}

const connector = `
connector: acme
connection: { required: [url, token], properties: { url: { type: string }, token: { type: string, secret: true } } }
http:
  baseUrl: '{{$connection.url}}'
  auth:
    login:
      request: { post: /login, json: { token: =$connection.token } }
      session: $
      use: { bearer: '{{$session.access}}' }
  errors: [{ when: code = 'TAKEN', is: reject, reason: message }]
read:
  people:
    feed: full
    key: id
    with: { properties: { kind: { type: string } } }
    request: { get: /people, query: { size: 1, kind: =$with.kind } }
    records: items
    total: total
    next: { url: =links.next }
  table: { key: id, request: { get: /table }, format: csv }
  endless: { key: id, request: { get: /endless }, records: items, next: { query: { page: =next } } }
  visitors: { key: id, feed: full, request: { get: /people }, records: 'items[$substring(kind, 0, 3) = "vis"]', next: { url: =links.next } }
write:
  people:
    key: login
    keep: { id: id }
    create: { repeat: safe, request: { post: /people, json: { login: =login, name: =name } } }
call:
  person.get: { with: { properties: { after: { type: string } } }, request: { get: /people, query: { after: =$with.after } }, records: items }
`;

const workspace = (more: Record<string, string> = {}): Promise<string> =>
  newWorkspace({
    'portolan.yaml': `workspace: a\nkey: '\${file:workspace.key}'\ntimezone: Europe/Moscow\nconnections:\n  lms: { acme: { url: '${address}/api', token: '\${TOKEN}' } }\n`,
    'connectors/acme.yaml': connector,
    ...more,
  });
const record = (folder: string, args: string[], env: Record<string, string> = { TOKEN: secret }) =>
  portolan(folder, ['record', ...args], { env });
const written = (folder: string): string =>
  [
    join(folder, 'connectors', 'acme.check.yaml'),
    ...readdirSync(join(folder, 'connectors', 'fixtures')).map((name) => join(folder, 'connectors', 'fixtures', name)),
  ]
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');

describe('recording a read', () => {
  test('writes a case that passes, with nothing of the people and no secret in it', async () => {
    const folder = await workspace();
    const { code, out, err } = await record(folder, ['acme.people', '--case', 'all people']);
    expect(err).toBe('');
    expect(out).toContain('recorded all people: 4 exchanges, which came out the same again.');
    expect(code).toBe(0);
    const text = written(folder);
    for (const value of real) expect(text).not.toContain(value);
    expect(text).toContain('https://acme.example/api/people?');
    expect(text).toContain('read: 3');
    expect(text).not.toContain('node-of-the-client');
    expect(await portolan(folder, ['test', 'acme'])).toMatchObject({ code: 0 });
  });

  test('has the same made-up value wherever the same stood, and of the same shape', async () => {
    const folder = await workspace();
    await record(folder, ['acme.people', '--case', 'all people']);
    const read = JSON.parse(readFileSync(join(folder, 'connectors/fixtures/all-people.sent.json'), 'utf8')) as {
      record: (typeof people)[number];
    }[];
    const made = read.map(({ record }) => record);
    expect(new Set(made.map(({ login }) => login)).size).toBe(3);
    expect(made[0]?.mail).toMatch(/^[a-z]{4}\.[a-z]{7}@[a-z]{6}\.[a-z]{2}$/);
    expect(made[0]?.name).toMatch(/^[А-Я][а-я]{3} [А-Я][а-я]{6}$/);
    expect(made[0]?.born).toMatch(/^(19|20)\d\d-\d\d-\d\d$/);
    expect(String(made[0]?.id)).toMatch(/^\d{4}$/);
    expect(made[2]?.mail.split('@')[0]).toBe(made[2]?.login);
    expect(made[0]?.mail.split('@')[1]).toBe(made[1]?.mail.split('@')[1]);
  });

  test('takes parameters by --with, and adds to a check that is there without touching its comments', async () => {
    const folder = await workspace({
      'connectors/acme.check.yaml': `# of our own\ncheck: acme\nnow: 2026-11-24T02:30\nconnection: { url: https://lms.example/api, token: made-up } # made up\ncases:\n  - name: one by one\n    read: people\n    exchanges: one.json\n    expect: { read: 0 }\n`,
      'connectors/one.json': JSON.stringify([
        {
          request: { method: 'POST', url: 'https://lms.example/api/login', json: { token: 'made-up' } },
          answer: { json: { access: 'a' } },
        },
        {
          request: { method: 'GET', url: 'https://lms.example/api/people?size=1' },
          answer: { json: { items: [], total: 0 } },
        },
      ]),
    });
    const { code, out } = await record(folder, ['acme.people', '--with', 'kind=staff', '--keep', 'kind', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ format: 1, case: 'people as recorded', exchanges: 3, expect: { read: 2 } });
    const text = readFileSync(join(folder, 'connectors/acme.check.yaml'), 'utf8');
    expect(text).toContain('# of our own\n');
    expect(text).toContain('# made up\n');
    expect(written(folder)).toContain('https://lms.example/api/people?size=1&kind=staff');
    expect(await portolan(folder, ['test', 'acme'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('2 cases') as string,
    });
  });

  test('says what comes out otherwise with made-up values, and --keep mends it', async () => {
    const folder = await workspace();
    const bad = await record(folder, ['acme.visitors']);
    expect(bad.code).toBe(2);
    expect(bad.err).toContain('RECORD_DIFFERS');
    expect(bad.err).toContain('read was 1, is 0');
    expect(existsSync(join(folder, 'connectors/acme.check.yaml'))).toBe(false);
    expect(await record(folder, ['acme.visitors', '--keep', 'kind'])).toMatchObject({ code: 0 });
    expect(written(folder)).toContain('"kind": "visitor"');
  });

  test('writes over nothing, and asks nobody before it knows', async () => {
    const folder = await workspace();
    await record(folder, ['acme.people', '--case', 'all people']);
    const before = written(folder);
    const asked = ledger.length;
    const again = await record(folder, ['acme.people', '--case', 'all people']);
    expect(again).toMatchObject({ code: 2, err: expect.stringContaining('RECORD_EXISTS') as string });
    const file = await record(folder, ['acme.people', '--case', 'All  People']);
    expect(file.err).toContain('all-people.exchanges.json is there already');
    expect(ledger.length).toBe(asked);
    expect(written(folder)).toBe(before);
  });

  test('writes nothing where the other side refuses', async () => {
    const folder = await workspace();
    const { code, err } = await record(folder, ['acme.people'], { TOKEN: 'wrong-one' });
    expect(code).toBe(1);
    expect(err).toContain('RECORD_FAILED');
    expect(err).not.toContain('wrong-one');
    expect(existsSync(join(folder, 'connectors/acme.check.yaml'))).toBe(false);
  });

  test('takes answers in any format of text, which are read as they are in a run', async () => {
    const folder = await workspace();
    expect(await record(folder, ['acme.table'])).toMatchObject({ code: 0 });
    const text = written(folder);
    expect(text).toContain('id,name');
    expect(text).toContain('read: 2');
    expect(text).not.toMatch(/Petrova|4711/);
  });

  test('makes up what is passed by --with, unless it is to be kept', async () => {
    const folder = await workspace();
    expect(await record(folder, ['acme.people', '--with', 'kind=visitor'])).toMatchObject({ code: 0 });
    expect(written(folder)).not.toContain('visitor');
    expect(written(folder)).toMatch(/kind: [a-z]{7}\n/);
  });

  test('seals what it sees under a key that nobody knows', async () => {
    const folder = await workspace();
    const opened: unknown[] = [];
    meanwhile = async () => {
      for (const name of readdirSync(folder).filter((name) => name.startsWith('portolan-check-'))) {
        const url = `sqlite:${join(folder, name, 'state.db')}`;
        const vault = openVault(`portolan-key-1:${'check'.repeat(9).slice(0, 43)}`);
        opened.push(
          await openStore({ url, vault }).then(
            () => 'opened',
            (error: { code?: string }) => error.code,
          ),
        );
      }
    };
    vi.stubEnv('TMPDIR', folder);
    expect(await record(folder, ['acme.people'])).toMatchObject({ code: 0 });
    expect([...new Set(opened)]).toEqual(['STORE_KEY_WRONG']);
  });

  test('makes up a secret that looks like a word of the connector', async () => {
    const folder = await workspace();
    expect(await record(folder, ['acme.people'], { TOKEN: 'visitors' })).toMatchObject({ code: 0 });
    expect(written(folder)).not.toContain('visitors');
  });

  test('gives up where more comes than anybody would read', async () => {
    const folder = await workspace();
    const { code, err } = await record(folder, ['acme.endless']);
    expect(code).toBe(1);
    expect(err).toContain('more than 200 exchanges');
    expect(existsSync(join(folder, 'connectors/acme.check.yaml'))).toBe(false);
  });

  test('renews a login that is remembered, and remembers the new one for runs', async () => {
    const folder = await workspace();
    await record(folder, ['acme.people', '--case', 'first']);
    const before = logins;
    expect(await record(folder, ['acme.people', '--case', 'second'])).toMatchObject({ code: 0 });
    expect(logins).toBe(before + 1);
    expect(await portolan(folder, ['connections', 'test'], { env: { TOKEN: secret } })).toMatchObject({ code: 0 });
  });
});

describe('recording what writes', () => {
  const source = JSON.stringify(people.slice(0, 2).map(({ login, name }) => ({ login, name })));

  test('needs to be told so, and its records', async () => {
    const folder = await workspace({
      'new.json': source,
      'connectors/acme.yaml': connector.replace(/^ {2}people:\n {4}feed[\s\S]*?(?= {2}visitors)/m, ''),
    });
    const asked = ledger.length;
    const silent = await record(folder, ['acme.people', '--source', 'new.json']);
    expect(silent).toMatchObject({ code: 2, err: expect.stringContaining('RECORD_WRITES') as string });
    expect((await record(folder, ['acme.people', '--write'])).err).toContain('--source FILE');
    expect((await record(folder, ['acme.visitors', '--write', '--source', 'new.json'])).err).toContain('is only read');
    expect(ledger.length).toBe(asked);
  });

  test('keeps each record’s fate, and blanks the reasons', async () => {
    const folder = await workspace({ 'new.json': source });
    const before = ledger.length;
    const { code, out } = await record(folder, ['acme.people', '--write', '--source', 'new.json', '--case', 'two']);
    expect(out).toContain('recorded two');
    expect(code).toBe(0);
    expect(ledger.slice(before).filter(({ method, url }) => method === 'POST' && url === '/api/people')).toHaveLength(
      2,
    );
    const text = written(folder);
    for (const value of real) expect(text).not.toContain(value);
    expect(text).toContain('"code": "TAKEN"');
    expect(text).toContain('create: 1');
    expect(text).toContain('rejected: 1');
    expect(await portolan(folder, ['test', 'acme'])).toMatchObject({ code: 0 });
  });

  test('what the target had before is blanked alike', async () => {
    const known = [
      { key: 'petrova', record: { login: 'petrova', name: 'Анна Петрова' }, kept: { 'acme.people': { id: 4711 } } },
    ];
    const folder = await workspace({ 'new.json': source, 'known.json': JSON.stringify(known) });
    const { code } = await record(folder, [
      'acme.people',
      '--write',
      '--source',
      'new.json',
      '--known',
      'known.json',
      '--case',
      'one known',
    ]);
    expect(code).toBe(0);
    const text = written(folder);
    for (const value of real) expect(text).not.toContain(value);
    expect(text).toContain('unchanged: 1');
    expect(await portolan(folder, ['test', 'acme'])).toMatchObject({ code: 0 });
  });

  test('what the target had before must be a list of that', async () => {
    const folder = await workspace({ 'new.json': source, 'known.json': '{}' });
    const asked = ledger.length;
    const args = ['acme.people', '--write', '--source', 'new.json', '--known', 'known.json'];
    expect(await record(folder, args)).toMatchObject({
      code: 2,
      err: expect.stringContaining('is not a list of what is known') as string,
    });
    expect(ledger.length).toBe(asked);
  });

  test('an operation is recorded with what it answers', async () => {
    const folder = await workspace({ 'ask.json': JSON.stringify([{ login: 'petrova' }]) });
    const { code } = await record(folder, [
      'acme.person.get',
      '--write',
      '--source',
      'ask.json',
      '--with',
      'after==login',
    ]);
    expect(code).toBe(0);
    expect(await portolan(folder, ['test', 'acme'])).toMatchObject({ code: 0 });
  });
});

describe('what is to be recorded', () => {
  test('is a part of a connector of the workspace', async () => {
    const folder = await workspace();
    expect((await record(folder, ['acme.poeple'])).err).toContain('RECORD_UNKNOWN');
    expect((await record(folder, ['other.people'])).err).toContain('The connectors of the workspace are: acme.');
  });

  test('goes over one connection, named where there are several', async () => {
    const folder = await workspace();
    const text = readFileSync(join(folder, 'portolan.yaml'), 'utf8');
    writeFileSync(
      join(folder, 'portolan.yaml'),
      `${text}  other: { acme: { url: 'https://api.acme.example', token: '\${TOKEN}' } }\n`,
    );
    expect((await record(folder, ['acme.people'])).err).toContain('Choose by --connection: lms, other.');
    expect(await record(folder, ['acme.people', '--connection', 'lms'])).toMatchObject({ code: 0 });
    put(folder, { 'portolan.yaml': text.replace(/connections:[\s\S]*/, '') });
    expect((await record(folder, ['acme.people'])).err).toContain('has no connection of acme');
  });
});
