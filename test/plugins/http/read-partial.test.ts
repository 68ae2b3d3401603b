import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startHttpServer, type RunningHttpServer } from '../../../src/sandbox/http/start-http-server.ts';
import { makeWorkspaceKey } from '../../../src/store/index.ts';
import { openWorkspace, type Workspace } from '../../../src/workspace/index.ts';

const connector = `
connector: graph
connection: { required: [url], properties: { url: { type: string } } }
http: { baseUrl: '{{$connection.url}}' }
read:
  changes:
    feed: changes
    key: id
    partial: true
    request: { get: /changes }
    records: value
    next: { url: '\`@odata.nextLink\`' }
    cursor: { url: '\`@odata.deltaLink\`', expired: $status = 410 }
    gone: $exists(removed)
call:
  user.get:
    with: { required: [id], properties: { id: { type: string } } }
    request: { get: '/users/{{$with.id}}' }
write:
  users:
    key: id
    create: { repeat: safe, request: { post: '/taken', json: =$item } }
    update: { item: =$changed, request: { patch: '/taken/{{id}}', json: =$item } }
    missing: { request: { delete: '/taken/{{id}}' } }
    returned: { request: { patch: '/taken/{{id}}', json: { back: true } } }
`;
const pipeline = `
pipeline: users
source: graph.changes
steps:
  - { call: { graph.user.get: { id: =id } }, as: whole }
  - map: { id: =id, name: =$whole.name, mail: =$whole.mail }
  - diff: { missing: ignore }
sink: graph.users
`;

let folder: string;
let server: RunningHttpServer;
let workspace: Workspace;
const users = new Map<string, Record<string, unknown>>();
/** What a delta link tells, by its number. */
const deltas: Record<string, unknown>[][] = [];
let oldest = 0;
const received: string[] = [];

beforeAll(async () => {
  server = await startHttpServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const url = new URL(request.url ?? '/', 'http://here');
    received.push(`${request.method} ${url.pathname}${url.search} ${body}`.trim());
    const mark = Number(url.searchParams.get('mark') ?? 0);
    const isExpired = url.searchParams.has('mark') && mark < oldest;
    const answer = url.pathname.startsWith('/users/')
      ? users.get(url.pathname.split('/')[2] ?? '')
      : { value: deltas.slice(mark).flat(), '@odata.deltaLink': `${server.url}/changes?mark=${deltas.length}` };
    response.writeHead(isExpired ? 410 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  });
  folder = mkdtempSync(join(tmpdir(), 'portolan-partial-'));
  const files = {
    'portolan.yaml': `workspace: acme\nversion: 1\ntimezone: UTC\nkey: '\${KEY}'\nconnections: { a: { graph: { url: '${server.url}' } } }\n`,
    'connectors/graph.yaml': connector,
    'pipelines/users.yaml': pipeline,
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
});
afterAll(async () => {
  await workspace?.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

const written = (): string[] => received.splice(0).filter((line) => line.includes(' /taken'));

it('changed properties of a record change nothing else of it, and who is gone says so', async () => {
  workspace = await openWorkspace(folder, { env: { KEY: makeWorkspaceKey() } });
  users.set('a', { id: 'a', name: 'Anna', mail: 'a@school.example' });
  users.set('b', { id: 'b', name: 'Boris', mail: 'b@school.example' });
  deltas.push([
    { id: 'a', name: 'Anna' },
    { id: 'b', mail: 'b@school.example' },
  ]);
  expect((await workspace.run('users')).counts).toMatchObject({ delivered: { create: 2 } });
  expect(written()).toEqual([
    'POST /taken {"id":"a","name":"Anna","mail":"a@school.example"}',
    'POST /taken {"id":"b","name":"Boris","mail":"b@school.example"}',
  ]);
  users.set('a', { id: 'a', name: 'Anna Li', mail: 'a@school.example' });
  deltas.push([
    { id: 'a', name: 'Anna Li' },
    { id: 'b', removed: { reason: 'deleted' } },
  ]);
  expect((await workspace.run('users')).counts).toMatchObject({ read: 2, delivered: { update: 1, missing: 1 } });
  expect(received.filter((line) => line.startsWith('GET'))).toEqual(['GET /changes?mark=1', 'GET /users/a']);
  expect(written()).toEqual(['PATCH /taken/a {"name":"Anna Li"}', 'DELETE /taken/b']);
});

it('a link that has expired has everything told anew: what is known is unchanged', async () => {
  oldest = 3;
  users.set('a', { id: 'a', name: 'Anna Li', mail: 'anna@school.example' });
  deltas.splice(0, 2, [{ id: 'a', name: 'Anna Li', mail: 'anna@school.example' }]);
  const result = await workspace.run('users');
  expect(result).toMatchObject({ status: 'done', counts: { read: 1, delivered: { update: 1 } } });
  expect(result.notes).toContain('The API no longer knows where the last read ended, so everything is read anew.');
  expect(written()).toEqual(['PATCH /taken/a {"mail":"anna@school.example"}']);
});
