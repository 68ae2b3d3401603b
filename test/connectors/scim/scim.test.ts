import { readFileSync, rmSync, writeFileSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunResult } from '../../../src/engine/run/result.ts';
import { startSftpServer, type SftpServer } from '../../../src/sandbox/index.ts';
import { makeWorkspaceKey } from '../../../src/store/index.ts';
import { openWorkspace } from '../../../src/workspace/index.ts';
import { jumpingClock } from '../../plugins/http/workbench.ts';
import { startDirectory, type Directory, type Entry } from './server.ts';

const token = 'scim-token';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const key = makeWorkspaceKey();
let directory: Directory;
let sftp: SftpServer;
let folder: string;
let day: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-scim-'));
  mkdirSync(join(folder, 'sftp/out'), { recursive: true });
  directory = await startDirectory(token);
  sftp = await startSftpServer({ root: join(folder, 'sftp'), username: 'hr', password: 'right' });
  day = 0;
  // No .yaml here: they are documents of this test's workspace, not of the one that this repository is.
  for (const [from, to] of [
    ['connector.txt', 'connector.yaml'],
    ['pipelines.txt', 'pipelines.yaml'],
  ] as const)
    writeFileSync(join(folder, to), readFileSync(join(import.meta.dirname, from)));
  writeFileSync(
    join(folder, 'portolan.yaml'),
    [
      "workspace: a\nversion: 1\ntimezone: UTC\nkey: '${KEY}'",
      'connections:',
      `  hr: { sftp: { host: 127.0.0.1, port: ${sftp.port}, username: hr, password: '\${PASSWORD}', hostKey: '${sftp.hostKeyFingerprint}' } }`,
      `  idp: { scim: { url: '${directory.url}', token: '\${TOKEN}' } }\n`,
    ].join('\n'),
  );
});
afterEach(async () => {
  await Promise.all([directory.close(), sftp.close()]);
  rmSync(folder, { recursive: true });
});

interface Person {
  no: string;
  last: string;
  first?: string;
  mail?: string;
  department?: string;
  groups?: string;
  status?: string;
}
const put = (name: string, rows: string[]): void =>
  writeFileSync(join(folder, 'sftp/out', name), `${rows.join('\n')}\n`);
const feed = (people: Person[]): void =>
  put('people_1.csv', [
    'tab_no,last_name,first_name,email,department,groups,status',
    ...people.map(
      ({ no, last, first = 'Anna', mail = `${no}@acme.example`, department = '', groups = '', status = '' }) =>
        [no, last, first, mail, department, `"${groups}"`, status].join(','),
    ),
  ]);

/** Runs a pipeline a day later than the one before; what the directory did in it. */
async function night(pipeline: string): Promise<{ run: RunResult; did: string[] }> {
  const before = directory.ledger.length;
  const clock = jumpingClock();
  await clock.sleep(86_400_000 * (day += 1), new AbortController().signal);
  const workspace = await openWorkspace(folder, { env: { KEY: key, PASSWORD: 'right', TOKEN: token }, clock });
  try {
    const run = await workspace.run(pipeline);
    return { run, did: directory.ledger.slice(before) };
  } finally {
    await workspace.close();
  }
}
const userOf = (no: string): Entry | undefined =>
  [...directory.users.values()].find(({ externalId }) => externalId === no.padStart(6, '0'));
const membersOf = (title: string): unknown[] => {
  const group = [...directory.groups.values()].find(({ displayName }) => displayName === title);
  const members = (group?.members ?? []) as { value: string }[];
  return members.map(({ value }) => directory.users.get(value)?.externalId).sort();
};

test('people are created, patched by what changed, and set inactive and active again', async () => {
  feed([
    { no: '1', last: 'Orlova', department: 'Sales' },
    { no: '2', last: 'Belova' },
    { no: '3', last: 'Sokolova', department: 'IT' },
  ]);
  expect((await night('people')).did).toEqual(['POST /Users 201', 'POST /Users 201', 'POST /Users 201']);
  expect(userOf('1')).toMatchObject({
    userName: '1@acme.example',
    active: true,
    [enterprise]: { department: 'Sales' },
  });
  expect((await night('people')).run.counts).toMatchObject({ unchanged: 3, delivered: {} });

  feed([
    { no: '1', last: 'Orlova-Berg' },
    { no: '2', last: 'Belova' },
    { no: '3', last: 'Sokolova', department: 'IT', status: 'dismissed' },
  ]);
  const second = await night('people');
  expect(second.run.counts.delivered).toEqual({ update: 1, missing: 1 });
  expect(second.did.sort()).toEqual(['PATCH /Users 200', 'PATCH /Users 200']);
  expect(userOf('1')).toMatchObject({ name: { familyName: 'Orlova-Berg', givenName: 'Anna' } });
  expect(userOf('1')).not.toHaveProperty([enterprise, 'department']);
  expect(userOf('3')).toMatchObject({ active: false });

  feed([
    { no: '1', last: 'Orlova-Berg' },
    { no: '2', last: 'Belova' },
    { no: '3', last: 'Sokolova', department: 'IT' },
  ]);
  expect((await night('people')).run.counts.delivered).toEqual({ returned: 1 });
  expect(userOf('3')).toMatchObject({ active: true });
});

test('who is there already is adopted, drift is repaired, and strangers are left alone', async () => {
  feed([
    { no: '1', last: 'Orlova', department: 'Sales' },
    { no: '2', last: 'Belova' },
  ]);
  await night('people');
  rmSync(join(folder, '.portolan'), { recursive: true });
  const stranger = { id: 'boss', userName: 'boss@acme.example', active: true };
  directory.users.set('boss', stranger);

  const adopted = await night('people');
  expect(adopted.run).toMatchObject({ status: 'done', counts: { unchanged: 2 } });
  expect(adopted.did).toEqual([]);

  const changed = userOf('1') as Entry & { name: { familyName: string } };
  changed.name.familyName = 'By hand';
  const repaired = await night('people');
  expect(repaired.run.counts).toMatchObject({ unchanged: 1, delivered: { update: 1 } });
  expect(userOf('1')).toMatchObject({ name: { familyName: 'Orlova' } });
  expect(directory.users.get('boss')).toEqual(stranger);
});

test('a lost answer to a create is looked up: nobody is there twice', async () => {
  feed([
    { no: '1', last: 'Orlova' },
    { no: '2', last: 'Belova' },
  ]);
  directory.loseAnswerTo = 'POST /Users';
  const { run } = await night('people');
  expect(run.counts).toMatchObject({ delivered: { create: 2 }, rejected: 0 });
  expect(directory.users.size).toBe(2);
  expect(directory.requests.some((request) => request.startsWith('GET /scim/Users?filter='))).toBe(true);
});

test('memberships: who joins is added, who leaves is removed, and who comes back is added again', async () => {
  put('groups.csv', ['code,title', 'g1,Sales', 'g2,"R&D, ""labs"""']);
  feed([
    { no: '1', last: 'Orlova', groups: 'g1,g2' },
    { no: '2', last: 'Belova', groups: 'g1' },
  ]);
  expect((await night('memberships')).run).toMatchObject({ status: 'skipped', code: 'PIPELINE_WAITS' });
  await night('people');
  await night('groups');
  expect(directory.ledger.filter((line) => line === 'POST /Groups 201').length).toBe(2);
  expect((await night('memberships')).run.counts).toMatchObject({ read: 2, made: 1, delivered: { create: 3 } });
  expect(membersOf('Sales')).toEqual(['000001', '000002']);
  expect(membersOf('R&D, "labs"')).toEqual(['000001']);

  feed([
    { no: '1', last: 'Orlova', groups: 'g2' },
    { no: '2', last: 'Belova', groups: 'g1,g2' },
  ]);
  expect((await night('memberships')).run.counts.delivered).toEqual({ create: 1, missing: 1 });
  expect(membersOf('Sales')).toEqual(['000002']);
  expect(membersOf('R&D, "labs"')).toEqual(['000001', '000002']);

  feed([
    { no: '1', last: 'Orlova', groups: 'g1,g2' },
    { no: '2', last: 'Belova', groups: 'g1,g2', status: 'dismissed' },
  ]);
  expect((await night('memberships')).run.counts.delivered).toEqual({ returned: 1, missing: 2 });
  expect(membersOf('Sales')).toEqual(['000001']);
  expect(membersOf('R&D, "labs"')).toEqual(['000001']);
});
