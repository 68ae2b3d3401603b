import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startOpenSsh, type OpenSsh } from '../servers/openssh.ts';
import { makeClient, type Client } from './client.ts';
import { startPeopleApi } from './people-api.ts';

const token = 'a-token-of-the-api';

const workspace = `workspace: outside
version: 1
timezone: Europe/Moscow
language: en
key: '\${file:workspace.key}'
connections:
  hr:
    sftp: { host: 127.0.0.1, port: '\${SSH_PORT}', username: '\${SSH_USER}', privateKey: '\${file:hr.key}', hostKey: '\${SSH_HOST_KEY}' }
  people:
    acme: { url: '\${API_URL}', token: '\${API_TOKEN}' }
`;

/** Written by hand from the manual alone. */
const connector = `connector: acme
title: Acme people
version: 1
connection:
  required: [url, token]
  properties:
    url: { type: string, format: uri }
    token: { type: string, secret: true }
http:
  baseUrl: '{{$connection.url}}'
  auth: { bearer: '{{$connection.token}}' }
  retry: { attempts: 2, backoff: { from: 10ms, to: 50ms }, within: 5s }
read:
  people:
    feed: full
    key: code
    request: { get: /people, query: { offset: =$offset, limit: 2 } }
    records: rows
    next: { while: $offset < count }
    total: count
write:
  people:
    key: code
    find:
      request: { get: /people, query: { code: =code } }
      results: { list: rows, by: code }
    keep: { id: id }
    create:
      batch: { size: 3, atomic: true }
      repeat: find
      errors:
        - { when: $status = 409, is: exists }
      request: { post: /people/bulk, json: { people: =$items } }
      results: { list: results, by: code, ref: code, ok: done, reason: error }
    update: { repeat: safe, item: =$changed, request: { patch: '/people/{{$kept.id}}', json: =$item } }
    missing: { request: { delete: '/people/{{$kept.id}}' } }
    returned: { request: { patch: '/people/{{$kept.id}}', json: { removed: false } }, repeat: safe }
`;

const pipeline = `pipeline: staff
source:
  sftp: { path: out/staff_*.csv, pick: newest, then: { move: done/ } }
  connection: hr
  format: { csv: { delimiter: ';', encoding: windows-1251 } }
  feed: full
record:
  key: code
  fields:
    code: { from: Код, text: 4 }
    name: { from: Имя, personal: true }
    mail: { from: Почта, personal: true, none: ['-'] }
steps:
  - map: { code: =code, name: =name, mail: =$lowercase(mail) }
  - diff: { missing: { after: 1 feed } }
sink: acme.people
report:
  - sftp: { path: 'reports/{{$pipeline}}-{{$run.id}}.csv' }
    connection: hr
    format: csv
`;

let ssh: OpenSsh;
let api: Awaited<ReturnType<typeof startPeopleApi>>;
let client: Client;
let night = Date.UTC(2026, 10, 24);

beforeAll(async () => {
  ssh = await startOpenSsh();
});
afterAll(() => ssh.close());
beforeEach(async () => {
  api = await startPeopleApi(token);
  client = await makeClient({
    'portolan.yaml': workspace,
    'connectors/acme.yaml': connector,
    'pipelines/staff.yaml': pipeline,
    'hr.key': ssh.privateKey,
  });
});
afterEach(async () => {
  await client.close();
  await api.close();
});

const env = (): Record<string, string> => ({
  SSH_PORT: String(ssh.port),
  SSH_USER: ssh.username,
  SSH_HOST_KEY: ssh.hostKey,
  API_URL: api.url,
  API_TOKEN: token,
});

const windows1251 = (text: string): Buffer => {
  const table = new Map(
    [...new TextDecoder('windows-1251').decode(Uint8Array.from({ length: 256 }, (_, byte) => byte))].map(
      (letter, byte) => [letter, byte],
    ),
  );
  return Buffer.from([...text].map((letter) => table.get(letter) ?? 63));
};

async function export_(rows: string[]): Promise<void> {
  night += 86_400_000;
  const csv = windows1251(['Код;Имя;Почта', ...rows, ''].join('\r\n'));
  for (const folder of ['reports', 'done']) await ssh.seed(`${folder}/.keep`, '');
  await ssh.seed(`out/staff_${night}.csv`, csv);
}

const run = async (...args: string[]) => client.portolan(['run', 'staff', '--json', ...args], env());

test('an outside OpenSSH server and an API unlike the sandbox are driven by a connector document written by hand', async () => {
  expect((await client.portolan(['validate'], {})).code).toBe(0);

  await export_([
    '7;Анна;ANNA@acme.example',
    '8;Борис;-',
    '9;;c@acme.example',
    '10;Вера;v@acme.example',
    '11;Глеб;g@acme.example',
  ]);
  const first = await run();
  expect(first.stderr).toBe('');
  expect(first.result).toMatchObject({ status: 'done', counts: { read: 5, rejected: 1, delivered: { create: 4 } } });
  expect(api.people.map(({ code, name, mail }) => [code, name, mail])).toEqual([
    ['0007', 'Анна', 'anna@acme.example'],
    ['0008', 'Борис', undefined],
    ['0010', 'Вера', 'v@acme.example'],
    ['0011', 'Глеб', 'g@acme.example'],
  ]);
  expect(await readdir(join(ssh.folder, 'out'))).toEqual([]);

  await export_([
    '7;Анна;anna@acme.example',
    '8;Борис Борисович;-',
    '9;Гена;c@acme.example',
    '11;Глеб;-',
    '12;Дина;d@acme.example',
  ]);
  const second = await run();
  expect(second.result.counts).toMatchObject({
    read: 5,
    absent: 1,
    unchanged: 1,
    delivered: { create: 2, update: 2, missing: 1 },
  });
  expect(api.ledger.slice(4).sort()).toEqual([
    'create 0009',
    'create 0012',
    'remove 0010',
    'update 0008',
    'update 0011',
  ]);
  expect(api.people.find(({ code }) => code === '0011')?.mail).toBeNull();

  const before = api.ledger.length;
  await export_([
    '7;Анна;anna@acme.example',
    '8;Борис Борисович;-',
    '9;Гена;c@acme.example',
    '11;Глеб;-',
    '12;Дина;d@acme.example',
  ]);
  const third = await run();
  expect(third.result.counts).toMatchObject({ unchanged: 5, absent: 0, delivered: {} });
  expect(api.ledger.length).toBe(before);
  expect((await readdir(join(ssh.folder, 'done'))).filter((name) => name.endsWith('.csv')).length).toBe(3);
});

test('who is in the target already is adopted by a look-up and not created twice', async () => {
  api.people.push({ id: 1, code: '0007', name: 'Old name', removed: false });
  await export_(['7;Анна;a@acme.example']);
  const guarded = await run();
  expect(guarded.result).toMatchObject({ status: 'guarded', guards: [{ operation: 'first' }] });
  expect(guarded.code).toBe(3);
  expect(api.ledger).toEqual([]);
  const accepted = await run('--accept', guarded.result.accept as string);
  expect(accepted.result).toMatchObject({ status: 'done', counts: { delivered: { create: 1 } } });
  expect(api.people).toMatchObject([{ id: 1, code: '0007', name: 'Анна', mail: 'a@acme.example' }]);
});

const sentences: [what: string, code: string, breakIt: () => Promise<Record<string, string>>][] = [
  [
    'an empty file',
    'FILE_EMPTY',
    async () => {
      await ssh.seed(`out/staff_${(night += 86_400_000)}.csv`, '');
      return {};
    },
  ],
  ['a refused login', 'SFTP_AUTH_DENIED', async () => ({ SSH_USER: 'nobody-at-all' })],
  [
    'a changed host key',
    'SFTP_HOST_KEY_CHANGED',
    async () => ({ SSH_HOST_KEY: 'SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }),
  ],
  ['an unreachable server', 'SFTP_UNREACHABLE', async () => ({ SSH_PORT: '1' })],
  [
    'an API that answers HTML',
    'HTTP_NOT_JSON',
    async () => {
      api.behaviour.html = true;
      return {};
    },
  ],
  ['a wrong token', 'HTTP_UNAUTHORIZED', async () => ({ API_TOKEN: 'another-token' })],
  [
    'an API that is down',
    'TARGET_UNAVAILABLE',
    async () => {
      api.behaviour.failWith = 503;
      return {};
    },
  ],
  ['an API that cannot be reached', 'TARGET_UNAVAILABLE', async () => ({ API_URL: 'http://127.0.0.1:1' })],
];

test.each(sentences)('%s: one clear sentence with the code %s, state unharmed', async (_what, code, breakIt) => {
  await export_(['7;Анна;a@acme.example', '8;Борис;-']);
  await run();
  const ledger = api.ledger.length;
  await export_(['7;Анна Петровна;a@acme.example', '8;Борис;-']);
  const broken = await breakIt();
  const answer = await client.portolan(['run', 'staff'], { ...env(), ...broken });
  expect(answer.code).toBe(1);
  const said = answer.stdout + answer.stderr;
  expect(said).toContain(code);
  expect(said).not.toMatch(/\n\s+at .+:\d+/);
  expect(said).not.toContain(token);
  expect(said).not.toContain('Анна');
  expect(api.ledger.length).toBe(ledger);

  api.behaviour.html = false;
  api.behaviour.failWith = 0;
  await export_(['7;Анна Петровна;a@acme.example', '8;Борис;-']);
  const next = await run();
  expect(next.result).toMatchObject({ status: 'done', counts: { unchanged: 1, delivered: { update: 1 } } });
  expect(api.people[0]?.name).toBe('Анна Петровна');
});
