import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunResult } from '../../src/engine/run/result.ts';
import { startLms, type Lms } from '../../src/sandbox/lms/index.ts';
import { makeWorkspaceKey } from '../../src/store/index.ts';
import { openWorkspace } from '../../src/workspace/index.ts';

const key = makeWorkspaceKey();
const pipeline = (diff: string): string => `pipeline: people
source: { file: { path: people.csv }, format: csv, feed: full }
record: { key: tab_no, fields: { tab_no: {}, mail: { personal: true }, name: { personal: true }, phone: { personal: true } } }
steps:
  - map: { externalId: =tab_no, email: =$lowercase(mail), lastName: =name, phone: =phone }
  - diff: ${diff}
  - set: { login: =$lowercase($transliterate(lastName)) & '.' & externalId, password: =$password(12) }
    only: create
sink: equeo.users
`;
const header = 'tab_no,mail,name,phone';

let lms: Lms;
let folder: string;
beforeEach(async () => {
  lms = await startLms();
  folder = mkdtempSync(join(tmpdir(), 'portolan-at-target-'));
  write(
    'portolan.yaml',
    `workspace: acme\nversion: 1\ntimezone: UTC\nkey: '\${KEY}'\nconnections: { lms: { equeo: { url: '\${URL}', token: '\${TOKEN}' } } }\n`,
  );
  const connector = new URL('../../plugins/equeo/connector.yaml', import.meta.url);
  cpSync(connector, join(folder, 'connectors/equeo.yaml'), { recursive: true });
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await lms.close();
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** One run of these rows; what the LMS did in it, by its own ledger. */
async function night(rows: string[], diff = '{}') {
  write('people.csv', [header, ...rows, ''].join('\n'));
  write('pipelines/people.yaml', pipeline(diff));
  const before = { ...lms.ledger.counts };
  const workspace = await openWorkspace(folder, { env: { KEY: key, URL: lms.url, TOKEN: lms.token } });
  try {
    const run: RunResult = await workspace.run('people');
    const { created, updated, blocked, unblocked, conflicts } = lms.ledger.counts;
    const did = {
      created: created - before.created,
      updated: updated - before.updated,
      blocked: blocked - before.blocked,
      unblocked: unblocked - before.unblocked,
      conflicts: conflicts - before.conflicts,
    };
    return { run, did };
  } finally {
    await workspace.close();
  }
}
const nothing = { created: 0, updated: 0, blocked: 0, unblocked: 0, conflicts: 0 };
const userOf = (externalId: string) => lms.users.find('externalId', externalId);

test('at the target: a surname changed does not rename the login, and what was made once stays', async () => {
  await night(['a1,a1@acme.example,Orlova,+79160000001', 'a2,a2@acme.example,Belov,+79160000002']);
  expect(userOf('a1')).toMatchObject({ login: 'orlova.a1' });
  const { run, did } = await night([
    'a1,a1@acme.example,Sokolova,+79160000001',
    'a2,a2@acme.example,Belov,+79160000002',
  ]);
  expect(run).toMatchObject({ status: 'done', counts: { unchanged: 1, delivered: { update: 1 } } });
  expect(did).toEqual({ ...nothing, updated: 1 });
  expect(userOf('a1')).toMatchObject({ login: 'orlova.a1', lastName: 'Sokolova' });
});

test('at the target: a managed field without a value is cleared in the form that `clear` says', async () => {
  await night(['b1,b1@acme.example,Orlova,+79160000011']);
  expect(userOf('b1')).toMatchObject({ phone: '+79160000011' });
  const { did } = await night(['b1,b1@acme.example,Orlova,']);
  expect(did).toEqual({ ...nothing, updated: 1 });
  expect(userOf('b1')).toMatchObject({ phone: null, email: 'b1@acme.example', login: 'orlova.b1' });
});

test('at the target: `match` gives a new number to the known account: updated under its id, nobody created or blocked', async () => {
  await night(['c1,c1@acme.example,Orlova,', 'c2,c2@acme.example,Belov,'], '{ match: [email] }');
  const id = userOf('c1')?.id;
  const { run, did } = await night(['c9,C1@acme.example,Orlova,', 'c2,c2@acme.example,Belov,'], '{ match: [email] }');
  expect(run).toMatchObject({ status: 'done', counts: { unchanged: 1, delivered: { update: 1 } } });
  expect(did).toEqual({ ...nothing, updated: 1 });
  expect(userOf('c9')).toMatchObject({ id, status: 'active', login: 'orlova.c1' });
  expect(userOf('c1')).toBeUndefined();
});

test('at the target: `match` brings back a blocked account under a new number', async () => {
  const others = Array.from({ length: 9 }, (_each, index) => `d2${index},d2${index}@acme.example,Belov,`);
  await night(['d1,d1@acme.example,Orlova,', ...others], '{ match: email }');
  expect((await night(others, '{ match: email }')).did).toEqual({ ...nothing, blocked: 1 });
  const { run, did } = await night(['d9,d1@acme.example,Orlova,', ...others], '{ match: email }');
  expect(run.counts.delivered).toEqual({ returned: 1 });
  expect(did).toEqual({ ...nothing, unblocked: 1, updated: 1 });
  expect(userOf('d9')).toMatchObject({ status: 'active', login: 'orlova.d1' });
});

test('at the target: `against` adopts who is there, keeps logins, and repairs what was changed by hand; strangers stay', async () => {
  lms.users.create({ login: 'e1.own', lastName: 'Orlova', externalId: 'e1', email: 'e1@acme.example' });
  lms.users.create({ login: 'e2.own', lastName: 'Old', externalId: 'e2', email: 'e2@acme.example' });
  const stranger = lms.users.create({ login: 'stranger', lastName: 'Stranger', externalId: 'e0' });
  const rows = ['e1,e1@acme.example,Orlova,', 'e2,e2@acme.example,Belov,', 'e3,e3@acme.example,Titova,'];
  const guarded = await night(rows);
  expect(guarded).toMatchObject({ run: { status: 'guarded', guards: [{ operation: 'first' }] }, did: nothing });
  const first = await night(rows, '{ against: equeo.users }');
  expect(first.run).toMatchObject({
    status: 'done',
    counts: { unchanged: 1, delivered: { update: 1, create: 1 } },
    against: { adopted: 2, drifted: 0, lost: 0 },
  });
  expect(first.did).toEqual({ ...nothing, created: 1, updated: 1 });
  expect(userOf('e2')).toMatchObject({ login: 'e2.own', lastName: 'Belov' });
  lms.users.change(userOf('e1')?.id ?? '', { lastName: 'By hand', phone: '+79160000099' });
  const later = await night(rows, '{ against: equeo.users }');
  expect(later.run).toMatchObject({ counts: { unchanged: 2, delivered: { update: 1 } }, against: { drifted: 1 } });
  expect(later.did).toEqual({ ...nothing, updated: 1 });
  expect(userOf('e1')).toMatchObject({ lastName: 'Orlova', phone: null, login: 'e1.own' });
  expect(lms.users.byId(stranger.id)).toMatchObject({ status: 'active', lastName: 'Stranger', version: 1 });
  const quiet = await night(rows, '{ against: { equeo.users: { status: active }, connection: lms } }');
  expect(quiet.did).toEqual(nothing);
  expect((await night([rows[0] as string, rows[1] as string], '{ against: equeo.users }')).did).toEqual({
    ...nothing,
    blocked: 1,
  });
  expect(userOf('e3')).toMatchObject({ status: 'blocked' });
});

test('at the target: a page of the list that overlaps another makes it incomplete: nothing is adopted, and it is said', async () => {
  lms.users.create({ login: 'f1.own', lastName: 'Orlova', externalId: 'f1' });
  lms.faults.add({ kind: 'cutAnswer', path: '/users', method: 'GET', times: 1 });
  const { run } = await night(['f1,f1@acme.example,Orlova,'], '{ against: equeo.users }');
  lms.faults.clear();
  // A cut answer is asked for again: the list is whole.
  expect(run).toMatchObject({ status: 'done', against: { adopted: 1 } });
});
