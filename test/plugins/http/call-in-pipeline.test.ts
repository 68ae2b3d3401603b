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
call:
  access.get:
    with: { required: [id], properties: { id: { type: string } } }
    request: { get: '/access/{{$with.id}}' }
    records: access
    errors: [{ when: $status = 404, is: reject, reason: "'nobody of this number'" }]
  access.grant:
    with: { required: [id], properties: { id: { type: string }, level: { type: integer } } }
    request: { put: '/access/{{$with.id}}', json: { level: =$with.level } }
`;

const pipeline = `
pipeline: people
source:
  file: { path: in/people.csv }
  format: csv
  feed: full
record: { key: id }
steps:
  - { call: { acme.access.get: { id: =id } }, as: access }
  - filter: $not($access.closed)
  - diff: { missing: ignore }
  - { call: { acme.access.grant: { id: =id, level: =$access.level + 1 } }, as: granted, only: create }
  - set: { receipt: =$granted.receipt }
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
    let body = '';
    for await (const chunk of request) body += String(chunk);
    received.push(`${request.method} ${request.url} ${body}`.trim());
    const id = request.url?.split('/').at(-1) ?? '';
    if (id === 'p3') return void response.writeHead(404).end('{}');
    const access = request.method === 'GET' ? { access: { level: 4, closed: id === 'p2' } } : { receipt: `r-${id}` };
    response.end(JSON.stringify(access));
  });
  folder = mkdtempSync(join(tmpdir(), 'portolan-call-'));
  const files = {
    'portolan.yaml': `workspace: acme\nversion: 1\ntimezone: Europe/Moscow\nkey: '\${KEY}'\nconnections: { a: { acme: { url: '${server.url}' } } }\n`,
    'connectors/acme.yaml': connector,
    'pipelines/people.yaml': pipeline,
    'in/people.csv': 'id,name\np1,Anna\np2,Boris\np3,Vera\np4,Gleb\n',
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

const asked = ['GET /access/p1', 'GET /access/p2', 'GET /access/p3', 'GET /access/p4'];

it('a plan asks and grants nothing', async () => {
  const result = await workspace.plan('people');
  expect(result.counts).toMatchObject({ filtered: { filter: 1 }, rejected: 1, delivered: { create: 2 } });
  expect(received.sort()).toEqual(asked);
});

it('a run asks for everybody, grants to those who are new, and knows both answers', async () => {
  const result = await workspace.run('people');
  expect(result).toMatchObject({ status: 'done', counts: { rejected: 1, delivered: { create: 2 } } });
  expect(result.rejects).toMatchObject([{ key: 'p3', stage: 'call', reason: 'nobody of this number' }]);
  expect(received.sort()).toEqual([...asked, 'PUT /access/p1 {"level":5}', 'PUT /access/p4 {"level":5}']);
  const lines = readFileSync(join(folder, 'out/people.ndjson'), 'utf8').trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { receipt: string }).receipt)).toEqual(['r-p1', 'r-p4']);
});

it('the next run of the same feed asks again and grants nothing', async () => {
  await workspace.run('people');
  received.length = 0;
  expect((await workspace.run('people')).counts).toMatchObject({ unchanged: 2 });
  expect(received.sort()).toEqual(asked);
});
