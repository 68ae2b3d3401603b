import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunResult } from '../../src/engine/run/result.ts';
import { startLms, type Lms } from '../../src/sandbox/lms/index.ts';
import { makeWorkspaceKey } from '../../src/store/index.ts';
import { openWorkspace } from '../../src/workspace/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'portolan-sources-'));
const key = makeWorkspaceKey();
const night = Date.UTC(2026, 10, 24, 0, 0);
const hour = 3_600_000;
let lms: Lms;
let at = night;

beforeAll(async () => {
  lms = await startLms();
  put(
    'portolan.yaml',
    `workspace: acme\nversion: 1\ntimezone: UTC\nkey: '\${KEY}'\nconnections: { lms: { equeo: { url: '\${URL}', token: '\${TOKEN}' } } }\n`,
  );
  put(
    'pipelines/people.yaml',
    `pipeline: people
source:
  - file: { path: out/full_*.csv, ready: '{{$file.name}}.ok', manifest: { path: '{{$file.name}}.json', rows: count, feed: kind, hash: sha256 } }
    format: csv
    feed: full
  - file: { path: out/delta_*.json, pick: newer, none: skip }
    format: json
    feed: changes
record: { key: tab, gone: status = 'out' }
steps:
  - map: { externalId: =tab, lastName: =name, login: =tab }
  - diff: { missing: { after: 2 feeds }, guard: { floor: 20 } }
sink: equeo.users
`,
  );
});
afterAll(async () => {
  await lms.close();
  rmSync(folder, { recursive: true });
});

function put(name: string, text: string, mtime = night): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
  utimesSync(join(folder, name), mtime / 1000, mtime / 1000);
}

/** A full file with its marker and its manifest. */
function putFull(name: string, people: Record<string, string>, mtime: number, said: object = {}): void {
  const text = `tab,name,status\n${Object.entries(people)
    .map(([tab, of]) => `${tab},${of},in\n`)
    .join('')}`;
  const sha256 = createHash('sha256').update(text).digest('hex');
  const count = Object.keys(people).length;
  put(`out/full_${name}.csv`, text, mtime);
  put(`out/full_${name}.csv.json`, JSON.stringify({ count, kind: 'full', sha256, ...said }), mtime);
  put(`out/full_${name}.csv.ok`, '', mtime);
}
const putDelta = (name: string, rows: Record<string, string>[], mtime: number): void =>
  put(`out/delta_${name}.json`, JSON.stringify(rows), mtime);

async function run(): Promise<RunResult> {
  at += hour;
  const clock = { now: () => at, monotonic: () => at, sleep: async () => {} };
  const workspace = await openWorkspace(folder, { env: { KEY: key, URL: lms.url, TOKEN: lms.token }, clock });
  try {
    return await workspace.run('people');
  } finally {
    await workspace.close();
  }
}
const names = (): Record<string, string> =>
  Object.fromEntries(lms.users.all.map(({ externalId, lastName }) => [String(externalId), lastName]));
const blocked = (): unknown[] =>
  lms.ledger.events.filter(({ kind }) => kind === 'blocked').map(({ externalId }) => externalId);

test('a full file at night and changes by day: the LMS holds what the latest file says of each, and files stay', async () => {
  putFull('1', { a: 'Anna', b: 'Boris', c: 'Clara', d: 'Dina' }, night);
  putDelta('0', [{ tab: 'a', name: 'Older' }], night - hour);
  expect(await run()).toMatchObject({ status: 'done', counts: { read: 4, delivered: { create: 4 } } });

  putDelta(
    '1',
    [
      { tab: 'b', name: 'Bob' },
      { tab: 'e', name: 'Egor' },
    ],
    night + hour,
  );
  putDelta(
    '2',
    [
      { tab: 'b', name: 'Boris II' },
      { tab: 'c', name: 'Clara', status: 'out' },
    ],
    night + 2 * hour,
  );
  expect(await run()).toMatchObject({
    counts: { read: 8, filtered: { merged: 3 }, unchanged: 2, delivered: { create: 1, update: 1, missing: 1 } },
  });
  expect(names()).toEqual({ a: 'Anna', b: 'Boris II', c: 'Clara', d: 'Dina', e: 'Egor' });
  expect(blocked()).toEqual(['c']);

  const requests = lms.ledger.counts.requests;
  expect(await run()).toMatchObject({ status: 'done', counts: { delivered: {}, unchanged: 5 } });
  expect(lms.ledger.counts.requests).toBe(requests);
  expect(readdirSync(join(folder, 'out')).length).toBe(6);
});

test('the next full file makes older changes void; who is in none is blocked after two full feeds, and not by changes', async () => {
  putFull('2', { a: 'Anna', b: 'Boris III', e: 'Egor' }, night + 24 * hour);
  expect(await run()).toMatchObject({ counts: { read: 3, absent: 1, held: 1, delivered: { update: 1 } } });
  putDelta('3', [{ tab: 'a', name: 'Anya' }], night + 25 * hour);
  expect(await run()).toMatchObject({ counts: { absent: 1, held: 1, delivered: { update: 1 } } });
  expect([names().b, names().a, blocked()]).toEqual(['Boris III', 'Anya', ['c']]);

  putFull('3', { a: 'Anya', b: 'Boris III', e: 'Egor' }, night + 48 * hour, { count: 4 });
  const short = await run();
  expect(short).toMatchObject({ status: 'done', counts: { absent: 0, held: 0 } });
  expect(short.notes.join()).toMatch(/full_3\.csv.*3 records, and not as many as its manifest says/);
  expect(blocked()).toEqual(['c']);

  putFull('4', { a: 'Anya', b: 'Boris III', e: 'Egor', f: 'Fedor' }, night + 72 * hour);
  expect(await run()).toMatchObject({ counts: { absent: 1, delivered: { create: 1, missing: 1 } } });
  expect(blocked()).toEqual(['c', 'd']);
});
