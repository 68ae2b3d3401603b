import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeWorkspaceKey } from '../../../src/store/index.ts';
import { openWorkspace, type Workspace } from '../../../src/workspace/index.ts';
import { startChangesApi, type ChangesApi } from './read-changes-api.ts';

const connector = `
connector: acme
connection: { required: [url], properties: { url: { type: string } } }
http: { baseUrl: '{{$connection.url}}', retry: { attempts: 1 } }
read:
  people:
    with: { properties: { order: { type: string } } }
    feed: changes
    key: code
    request: { get: /people, query: { since: =$since, until: =$until, offset: =$offset, order: =$with.order } }
    records: items
    next: { while: $offset < total }
    cursor: { field: changed, order: ascending }
  later:
    feed: changes
    key: code
    request: { get: /people, query: { since: =$since, offset: =$offset } }
    records: items
    next: { while: $offset < total }
    cursor: { field: changed, order: none }
write:
  takers:
    upsert: { repeat: safe, request: { post: /taken, json: =$item } }
`;

const diffing = (name: string, more = '') => `
pipeline: ${name}
source: acme.people
steps:
  - map: { code: =code, name: =name }
  - diff: { missing: ignore${more} }
sink: acme.takers
`;
const streaming = (name: string, source: string) => `
pipeline: ${name}
source: ${source}
map: { code: =code, name: =name }
sink: acme.takers
`;

let folder: string;
let api: ChangesApi;
let workspace: Workspace;

beforeEach(async () => {
  api = await startChangesApi();
  api.people = ['a', 'b', 'c', 'd', 'e'].map((code, index) => person(code, index + 1));
  folder = mkdtempSync(join(tmpdir(), 'portolan-cursor-'));
  const files = {
    'portolan.yaml': `workspace: acme\nversion: 1\ntimezone: UTC\nkey: '\${KEY}'\nconnections: { a: { acme: { url: '${api.url}' } } }\n`,
    'connectors/acme.yaml': connector,
    'pipelines/people.yaml': diffing('people'),
    'pipelines/guarded.yaml': diffing('guarded', ', guard: { update: 10%, floor: 1, then: stop }'),
    'pipelines/streamed.yaml': streaming('streamed', 'acme.people'),
    'pipelines/unordered.yaml': streaming('unordered', 'acme.later'),
    'pipelines/parameter.yaml': `${streaming('parameter', '{ acme.people: { order: =$params.order } }')}params: { order: { default: time } }\n`,
    'pipelines/filed.yaml': `${streaming('filed', 'acme.people').replace('sink: acme.takers', 'sink: { file: { path: out.ndjson, overwrite: true }, format: ndjson }')}`,
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  workspace = await openWorkspace(folder, { env: { KEY: makeWorkspaceKey() } });
});
afterEach(async () => {
  await workspace.close();
  await api.close();
  rmSync(folder, { recursive: true });
});

const person = (code: string, day: number, name = code.toUpperCase()) => ({
  code,
  name,
  changed: `2026-01-0${day}T10:00:00.000Z`,
});

/** Where each read since the last look began. */
function sinces(): (string | null)[] {
  const all = api.received.map((path) => new URLSearchParams(path.split('?')[1]));
  api.received.length = 0;
  return all.filter((query) => query.get('offset') === '0').map((query) => query.get('since'));
}
const codes = (): unknown[] => api.taken.map(({ code }) => code);

it('a run reads on where the last one ended, and what comes again is known by its key', async () => {
  expect(await workspace.run('people')).toMatchObject({ status: 'done', counts: { delivered: { create: 5 } } });
  api.people.push(person('f', 6));
  Object.assign(api.people[1] ?? {}, person('b', 7, 'Bee'));
  const second = await workspace.run('people');
  expect(second.counts).toMatchObject({ read: 3, unchanged: 1, delivered: { create: 1, update: 1 } });
  expect(sinces()).toEqual([null, '2026-01-05T10:00:00.000Z']);
  await workspace.run('people');
  expect(sinces()).toEqual(['2026-01-07T10:00:00.000Z']);
  expect(codes()).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'b']);
});

it('a plan reads on as the run would, and moves nothing', async () => {
  await workspace.plan('people');
  await workspace.run('people');
  await workspace.plan('people');
  await workspace.plan('people');
  expect(sinces()).toEqual([null, null, '2026-01-05T10:00:00.000Z', '2026-01-05T10:00:00.000Z']);
});

it('a run with a limit and a guarded run leave the cursor where it was', async () => {
  await workspace.run('people', { limit: 2 });
  await workspace.run('people', { limit: 2 });
  await workspace.run('streamed', { limit: 4 });
  await workspace.run('streamed', { limit: 4 });
  expect((await workspace.run('guarded')).status).toBe('done');
  for (const each of api.people) Object.assign(each, person(each.code, 6, `${each.name} II`));
  expect((await workspace.run('guarded')).status).toBe('guarded');
  expect((await workspace.run('guarded')).status).toBe('guarded');
  expect(sinces()).toEqual([...Array(5).fill(null), '2026-01-05T10:00:00.000Z', '2026-01-05T10:00:00.000Z']);
});

it('a failed run with a diff leaves the cursor where it was', async () => {
  api.refuse = 503;
  expect((await workspace.run('people')).status).toBe('failed');
  delete api.refuse;
  expect(await workspace.run('people')).toMatchObject({ status: 'done', counts: { delivered: { create: 5 } } });
  expect(sinces()).toEqual([null, null]);
});

it('a run that streams and fails keeps what its settled batches reached, and loses nobody', async () => {
  api.before = (_path, query) => void (query.get('offset') === '4' && (api.refuse = 503));
  expect((await workspace.run('streamed')).status).toBe('failed');
  delete api.before;
  delete api.refuse;
  expect(codes()).toEqual(['a', 'b', 'c', 'd']);
  await workspace.run('streamed');
  // Of the highest moment more may still have come: it is read again.
  expect(sinces()).toEqual([null, '2026-01-03T10:00:00.000Z']);
  expect(codes()).toEqual(['a', 'b', 'c', 'd', 'c', 'd', 'e']);
});

it('without an order, or into a file that is done at its end, only the end moves it', async () => {
  api.before = (_path, query) => void (query.get('offset') === '4' && (api.refuse = 503));
  expect((await workspace.run('unordered')).status).toBe('failed');
  delete api.refuse;
  delete api.before;
  expect((await workspace.run('unordered')).status).toBe('done');
  await workspace.run('unordered');
  expect(sinces()).toEqual([null, null, '2026-01-05T10:00:00.000Z']);
  api.before = (_path, query) => {
    if (query.get('offset') === '4') throw new Error('cut');
  };
  expect((await workspace.run('filed')).status).toBe('failed');
  delete api.before;
  await workspace.run('filed');
  expect(sinces()).toEqual([null, null]);
});

it('other parameters begin anew, and each goes on from its own place', async () => {
  await workspace.run('parameter');
  await workspace.run('parameter', { params: { order: 'code' } });
  await workspace.run('parameter');
  expect(sinces()).toEqual([null, null, '2026-01-05T10:00:00.000Z']);
});

it('rejected records are kept before the cursor passes them', async () => {
  api.refuse = 422;
  const result = await workspace.run('streamed');
  expect(result).toMatchObject({ status: 'done', counts: { rejected: 5 } });
  delete api.refuse;
  await workspace.run('streamed');
  expect(sinces()).toEqual([null, '2026-01-05T10:00:00.000Z']);
});
