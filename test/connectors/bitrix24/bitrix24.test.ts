import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunResult } from '../../../src/engine/run/result.ts';
import { startHttpServer } from '../../../src/sandbox/http/start-http-server.ts';
import { startSftpServer, type SftpServer } from '../../../src/sandbox/index.ts';
import { makeWorkspaceKey } from '../../../src/store/index.ts';
import { openWorkspace } from '../../../src/workspace/index.ts';
import { served, until, type Served } from '../../serve/scene.ts';
import { application, startPortal, type Portal } from './server.ts';

const appToken = 'application-token-51';
const env = {
  KEY: makeWorkspaceKey(),
  SECRET: application.clientSecret,
  REFRESH: application.refreshToken,
  APP: appToken,
  PASSWORD: 'right',
};
let portal: Portal;
let sftp: SftpServer;
let warehouse: { url: string; close(): Promise<void> };
/** `PUT 15 Anna Orlova`, `DELETE 15`. */
let table: string[];
let folder: string;
let running: Served | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-bitrix24-'));
  mkdirSync(join(folder, 'sftp/out'), { recursive: true });
  portal = await startPortal();
  sftp = await startSftpServer({ root: join(folder, 'sftp'), username: 'erp', password: 'right' });
  table = [];
  warehouse = await startHttpServer(async (request, response) => {
    let text = '';
    for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString();
    const { name = '', phone = '' } = (text === '' ? {} : JSON.parse(text)) as { name?: string; phone?: string };
    table.push(`${request.method} ${(request.url ?? '').split('/').at(-1)} ${name} ${phone}`.trim());
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  // The same document; the portal and its login are at this machine.
  const connector = readFileSync(join(import.meta.dirname, 'connector.txt'), 'utf8')
    .replace('https://oauth.bitrix.info', portal.url)
    .replace("'*.bitrix24.com'", `'${portal.host}'`);
  writeFileSync(join(folder, 'connector.yaml'), connector);
  writeFileSync(join(folder, 'pipelines.yaml'), readFileSync(join(import.meta.dirname, 'pipelines.txt')));
  writeFileSync(
    join(folder, 'warehouse.yaml'),
    [
      'connector: warehouse',
      `http: { baseUrl: '${warehouse.url}' }`,
      'write:',
      '  contacts:',
      '    key: id',
      "    upsert: { request: { put: '/contacts/{{id}}', json: =$item } }",
      "    missing: { request: { delete: '/contacts/{{id}}' } }\n",
    ].join('\n'),
  );
  writeFileSync(
    join(folder, 'portolan.yaml'),
    [
      "workspace: a\nversion: 1\ntimezone: UTC\nkey: '${KEY}'",
      'connections:',
      `  erp: { sftp: { host: 127.0.0.1, port: ${sftp.port}, username: erp, password: '\${PASSWORD}', hostKey: '${sftp.hostKeyFingerprint}' } }`,
      `  crm: { bitrix24: { clientId: ${application.clientId}, clientSecret: '\${SECRET}', refreshToken: '\${REFRESH}', appToken: '\${APP}' } }\n`,
    ].join('\n'),
  );
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  await Promise.all([portal.close(), sftp.close(), warehouse.close()]);
  rmSync(folder, { recursive: true });
});

interface Person {
  code: string;
  last?: string;
  post?: string;
}
function feed(people: Person[]): void {
  const rows = people.map(({ code, last = `Last ${code}`, post = 'clerk' }) => `${code},Anna,${last},${post}`);
  writeFileSync(join(folder, 'sftp/out/contacts.csv'), ['code,first_name,last_name,post', ...rows, ''].join('\n'));
}
const people = (count: number): Person[] => Array.from({ length: count }, (_, index) => ({ code: `p${index}` }));

async function run(pipeline: string): Promise<RunResult> {
  const workspace = await openWorkspace(folder, { env });
  try {
    return await workspace.run(pipeline);
  } finally {
    await workspace.close();
  }
}
const did = (word: string): string[] => portal.ledger.filter((line) => line.startsWith(`${word}`));

test('contacts are created fifty at once, updated by what changed, and cleared by an empty text', async () => {
  feed(people(120));
  expect((await run('crm-contacts')).counts).toMatchObject({ delivered: { create: 120 }, rejected: 0 });
  expect(portal.batches.toSorted()).toEqual([20, 50, 50]);
  const idOf = (code: string): number => [...portal.contacts].find(([, { XML_ID }]) => XML_ID === code)?.[0] ?? 0;
  expect(portal.contacts.get(idOf('p0'))).toMatchObject({ NAME: 'Anna', POST: 'clerk' });
  expect((await run('crm-contacts')).counts).toMatchObject({ unchanged: 120, delivered: {} });
  feed([{ code: 'p0', last: 'Orlova' }, { code: 'p1', post: '' }, ...people(120).slice(2)]);
  expect((await run('crm-contacts')).counts).toMatchObject({ delivered: { update: 2 }, unchanged: 118 });
  expect(did('update')).toEqual([`update ${idOf('p0')} LAST_NAME`, `update ${idOf('p1')} POST`]);
  expect(portal.contacts.get(idOf('p1'))).toMatchObject({ POST: '' });
  expect(did('login')).toHaveLength(1);
});

test('fates are read out of two maps: one is refused, one is put off and sent again, the others are done', async () => {
  feed([{ code: 'a' }, { code: 'b', last: '-' }, { code: 'c' }]);
  portal.busy = 1;
  const result = await run('crm-contacts');
  expect(result.counts).toMatchObject({ delivered: { create: 2 }, rejected: 1 });
  expect(result.rejects.map(({ key, reason }) => [key, reason])).toEqual([['b', 'A last name is a name']]);
  expect(did('add')).toEqual(['add 15 c', 'add 16 a']);
});

test('a lost answer of a batch is looked up by XML_ID: nobody is created twice', async () => {
  feed(people(3));
  portal.loseAnswer = true;
  expect((await run('crm-contacts')).counts).toMatchObject({ delivered: { create: 3 }, rejected: 0 });
  expect(did('add').toSorted()).toEqual(['add 15 p0', 'add 16 p1', 'add 17 p2']);
  expect((await run('crm-contacts')).counts).toMatchObject({ unchanged: 3 });
});

test('a token that has expired is renewed by the refresh token of the last login, which is good once', async () => {
  feed(people(1));
  await run('crm-contacts');
  for (const [turn, last] of ['Orlova', 'Belova', 'Sokolova'].entries()) {
    portal.accessToken = 'expired by the portal';
    feed([{ code: 'p0', last }]);
    expect((await run('crm-contacts')).counts).toMatchObject({ delivered: { update: 1 } });
    expect(portal.refreshToken).toBe(`refresh-${turn + 2}`);
  }
});

test('a list is read page by page behind the last id, and then what changed', async () => {
  for (let id = 1; id <= 120; id += 1)
    portal.contacts.set(id, { LAST_NAME: `N${id}`, DATE_MODIFY: `2026-11-${id < 120 ? 19 : 20}T10:00:00+00:00` });
  expect((await run('crm-list')).counts).toMatchObject({ read: 120, delivered: { upsert: 120 } });
  expect(did('list')).toEqual(['list {}', 'list {">ID":"50"}', 'list {">ID":"100"}']);
  portal.contacts.set(7, { LAST_NAME: 'New', DATE_MODIFY: '2026-11-20T11:00:00+00:00' });
  portal.ledger.length = 0;
  expect((await run('crm-list')).counts).toMatchObject({ read: 2 });
  expect(table.slice(120)).toEqual(expect.arrayContaining(['PUT 7 New', 'PUT 120 N120']));
  expect(did('list')[0]).toMatch(/^list \{">=DATE_MODIFY":"2026-11-20T09:55:00/);
});

const posted = (body: string): Promise<number> =>
  (running as Served).post('/receive/crm/events', body, { 'content-type': 'application/x-www-form-urlencoded' });

test('an event is verified by the application token, read again by a call, and written as it happens', async () => {
  writeFileSync(
    join(folder, 'pipelines.yaml'),
    readFileSync(join(folder, 'pipelines.yaml'), 'utf8').replace(
      'source: bitrix24.events',
      'source: { bitrix24.events: { batch: { size: 4, within: 200ms } } }',
    ),
  );
  portal.contacts.set(15, { NAME: 'Anna', LAST_NAME: 'Orlova', PHONE: [{ VALUE: '8 (495) 123-45-67' }] });
  running = await served({ folder, env });
  expect(running.lines).toEqual([`${running.base}/receive/crm/events → crm-changes`]);
  const { event } = portal;
  expect(await posted(event('ONCRMCONTACTADD', 15, 1, 'another'))).toBe(401);
  expect(await posted(event('ONCRMCONTACTADD', 15, 1, ''))).toBe(401);
  expect(await posted('event=ONCRMCONTACTADD&data[FIELDS][ID]=15&ts=1')).toBe(401);
  expect(await posted(event('ONCRMCONTACTADD', 15, 1, appToken))).toBe(200);
  expect(await posted(event('ONCRMCONTACTADD', 15, 1, appToken))).toBe(200);
  expect(await posted(event('ONCRMDEALADD', 3, 1, appToken))).toBe(200);
  await until(() => table.length > 0 && (running?.lines.length ?? 0) > 2);
  expect(table).toEqual(['PUT 15 Anna Orlova +74951234567']);
  expect(running.lines.at(-1)).toBe('crm-changes: done, 2 read, 1 delivered, 0 rejected');

  portal.contacts.set(15, { NAME: 'Anna', LAST_NAME: 'Berg' });
  await posted(event('ONCRMCONTACTUPDATE', 15, 2, appToken));
  await posted(event('ONCRMCONTACTDELETE', 15, 3, appToken));
  await until(() => table.includes('DELETE 15'));
  expect(table.slice(1)).toEqual(['PUT 15 Anna Berg', 'DELETE 15']);
  expect(running.lines.join('\n')).not.toMatch(new RegExp(`${appToken}|access-|Orlova`));
});

test('who was deleted before it could be read again is a reject without a token in it, until its own event comes', async () => {
  running = await served({ folder, env });
  await posted(portal.event('ONCRMCONTACTUPDATE', 15, 1, appToken));
  const { store } = running.workspace;
  expect((await running.workspace.run('crm-changes')).counts).toMatchObject({ read: 1, rejected: 1 });
  const [reject] = await store.rejects({ status: 'open' });
  expect(reject).toMatchObject({ key: '15', stage: 'call', reason: 'Not found' });
  expect(JSON.stringify(reject?.source)).not.toMatch(/access-|application/);
  await posted(portal.event('ONCRMCONTACTDELETE', 15, 2, appToken));
  expect((await running.workspace.run('crm-changes')).counts).toMatchObject({ delivered: { missing: 1 } });
  expect(await store.rejects({ status: 'open' })).toEqual([]);
});

test('a plan of what waits shows it, and takes nothing', async () => {
  running = await served({ folder, env });
  await posted(portal.event('ONCRMCONTACTDELETE', 15, 1, appToken));
  expect((await running.workspace.plan('crm-changes')).counts).toMatchObject({ read: 1, delivered: { missing: 1 } });
  expect(table).toEqual([]);
  expect((await running.workspace.run('crm-changes')).counts).toMatchObject({ read: 1 });
  expect(table).toEqual(['DELETE 15']);
});

test('the connection says whose portal it is', async () => {
  const workspace = await openWorkspace(folder, { env });
  const [tried] = await workspace.tryConnections(['crm']);
  await workspace.close();
  expect(tried).toMatchObject({ is: 'good', shows: 'Integrator' });
});
