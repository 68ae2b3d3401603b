import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeWorkspaceKey } from '../../../src/store/index.ts';
import { openWorkspace, type Workspace } from '../../../src/workspace/index.ts';
import { startHttpServer, type RunningHttpServer } from '../../../src/sandbox/http/start-http-server.ts';

const connector = `
connector: acme
connection: { required: [url], properties: { url: { type: string } } }
http: { baseUrl: '{{$connection.url}}' }
read:
  users:
    feed: full
    with: { required: [codes], properties: { codes: { type: array, items: { type: string } } } }
    request: { get: /users, query: { codes: "=$join($with.codes, ',')" } }
    records: users
`;

const pipeline = `
pipeline: people
source:
  file: { path: in/people.csv }
  format: csv
  feed: full
record: { key: id }
steps:
  - lookup:
      from: { file: { path: in/offices.csv }, format: { csv: { delimiter: ';' } } }
      key: office
      by: office
      unknown: absent
    as: place
  - lookup:
      from: { acme.users: { codes: =$wanted }, connection: a }
      key: code
      by: manager
      batch: 2
    as: boss
  - map: { id: =id, city: =$place.city, bossEmail: =$boss.email }
  - diff: { missing: ignore }
sink:
  file: { path: out/people.ndjson, overwrite: true }
  format: ndjson
`;

let folder: string;
let server: RunningHttpServer;
let workspace: Workspace;
const received: string[] = [];

beforeEach(async () => {
  received.length = 0;
  server = await startHttpServer(async (request, response) => {
    received.push(`${request.method} ${request.url}`);
    const codes = new URL(request.url ?? '', 'http://acme.example').searchParams.get('codes')?.split(',') ?? [];
    const users = codes.filter((code) => code !== 'm9').map((code) => ({ code, email: `${code}@acme.example` }));
    response.end(JSON.stringify({ users }));
  });
  folder = mkdtempSync(join(tmpdir(), 'portolan-lookup-'));
  const files = {
    'portolan.yaml': `workspace: acme\nversion: 1\ntimezone: Europe/Moscow\nkey: '\${KEY}'\nconnections: { a: { acme: { url: '${server.url}' } } }\n`,
    'connectors/acme.yaml': connector,
    'pipelines/people.yaml': pipeline,
    'in/offices.csv': 'office;city\nk;Kazan\nt;Tver\n',
    'in/people.csv': 'id,office,manager\np1,k,m1\np2,t,m2\np3,x,m1\np4,k,m3\np5,t,m9\np6,t,\n',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  mkdirSync(join(folder, 'out'));
  workspace = await openWorkspace(folder, { env: { KEY: makeWorkspaceKey() } });
});
afterEach(async () => {
  await workspace.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

it('a file is read once, an API is asked for the wanted keys some at once, and both lie where they lay', async () => {
  const result = await workspace.run('people');
  expect(result).toMatchObject({ status: 'done', counts: { read: 6, rejected: 1, delivered: { create: 5 } } });
  expect(result.rejects).toMatchObject([{ key: 'p5', code: 'LOOKUP_NOBODY', field: 'manager', line: 6 }]);
  expect(received).toEqual(['GET /users?codes=m1%2Cm2', 'GET /users?codes=m3%2Cm9']);
  const lines = readFileSync(join(folder, 'out/people.ndjson'), 'utf8').trim().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { id: 'p1', city: 'Kazan', bossEmail: 'm1@acme.example' },
    { id: 'p2', city: 'Tver', bossEmail: 'm2@acme.example' },
    { id: 'p3', bossEmail: 'm1@acme.example' },
    { id: 'p4', city: 'Kazan', bossEmail: 'm3@acme.example' },
    { id: 'p6', city: 'Tver' },
  ]);
});

it('the next run of the same feed finds everything unchanged', async () => {
  await workspace.run('people');
  expect((await workspace.run('people')).counts).toMatchObject({ unchanged: 5, rejected: 1 });
});
