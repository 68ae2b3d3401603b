import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startHttpServer, type RunningHttpServer } from '../../../src/sandbox/http/start-http-server.ts';
import { makeWorkspaceKey } from '../../../src/store/index.ts';
import { openWorkspace, type Workspace } from '../../../src/workspace/index.ts';

const connector = `
connector: acme
connection: { required: [url], properties: { url: { type: string } } }
http: { baseUrl: '{{$connection.url}}' }
read:
  people:
    with: { required: [team], properties: { team: { type: string }, size: { type: integer } } }
    feed: full
    key: id
    gone: state = 'left'
    request: { get: /people, query: { team: =$with.team, size: =$with.size } }
    records: items
    total: $count(items)
    item: { id: =no, state: =state, card: =card }
write:
  users:
    create: { repeat: safe, request: { post: '/users/{{id}}' } }
    update: { request: { put: '/users/{{id}}' } }
    missing: { request: { delete: '/users/{{id}}' } }
    returned: { repeat: safe, request: { post: '/users/{{id}}/back' } }
`;
const pipeline = (name: string, source: string, more = ''): string => `
pipeline: ${name}
source: ${source}
${more}
sink: acme.users
`;

let folder: string;
let server: RunningHttpServer;
let workspace: Workspace;
let people: { no: number; state: string; card: string }[];
const received: string[] = [];
const written = (): string[] => received.splice(0).filter((line) => !line.startsWith('GET'));

beforeEach(async () => {
  received.length = 0;
  people = [1, 2, 3].map((no) => ({ no, state: 'here', card: `c${no}` }));
  server = await startHttpServer(async (request, response) => {
    received.push(`${request.method} ${request.url}`);
    response.end(JSON.stringify(request.method === 'GET' ? { items: people } : {}));
  });
  folder = mkdtempSync(join(tmpdir(), 'portolan-presets-'));
  const files = {
    'portolan.yaml': `workspace: acme\nversion: 1\ntimezone: UTC\nkey: '\${KEY}'\nconnections: { a: { acme: { url: '${server.url}' } } }\n`,
    'connectors/acme.yaml': connector,
    'pipelines/preset.yaml': pipeline('preset', '{ acme.people: { team: hr, size: =2 * 50 } }', 'steps: [diff]'),
    'pipelines/otherwise.yaml': pipeline(
      'otherwise',
      '{ acme.people: { team: =$params.team }, feed: changes }',
      "params: { team: { default: it } }\nrecord: { key: card, gone: state = 'away' }\nsteps: [{ diff: { missing: ignore } }]",
    ),
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  workspace = await openWorkspace(folder, { env: { KEY: makeWorkspaceKey() } });
});
afterEach(async () => {
  await workspace.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

it('a read presets the feed, the key and who is gone, under the names of `item`', async () => {
  expect((await workspace.run('preset')).counts).toMatchObject({ delivered: { create: 3 } });
  expect(received[0]).toBe('GET /people?team=hr&size=100');
  written();
  Object.assign(people[1] ?? {}, { state: 'left' });
  people.splice(2, 1);
  expect((await workspace.run('preset')).counts).toMatchObject({ read: 2, absent: 1, delivered: { missing: 2 } });
  expect(written().sort()).toEqual(['DELETE /users/2', 'DELETE /users/3']);
});

it('a pipeline may say all of them otherwise, and pass what a run was given', async () => {
  await workspace.run('otherwise', { params: { team: 'sales' } });
  expect(received[0]).toBe('GET /people?team=sales');
  written();
  Object.assign(people[0] ?? {}, { state: 'left' });
  Object.assign(people[1] ?? {}, { state: 'away' });
  people.splice(2, 1);
  const { counts } = await workspace.run('otherwise');
  expect(counts).toMatchObject({ read: 2, absent: 0, delivered: { update: 1, missing: 1 } });
  expect(written().sort()).toEqual(['DELETE /users/2', 'PUT /users/1']);
});
