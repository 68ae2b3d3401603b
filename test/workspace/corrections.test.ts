import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import iconv from 'iconv-lite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunResult } from '../../src/engine/run/result.ts';
import { startLms, type Lms } from '../../src/sandbox/lms/index.ts';
import { makeWorkspaceKey } from '../../src/store/index.ts';
import { openWorkspace, type Workspace } from '../../src/workspace/index.ts';

const key = makeWorkspaceKey();
const day = 86_400_000;
let folder: string;
let lms: Lms;
let at: number;
let files: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-corrections-'));
  lms = await startLms();
  at = Date.UTC(2026, 10, 24, 2, 30);
  files = 0;
  put(
    'portolan.yaml',
    `workspace: acme\nversion: 1\ntimezone: UTC\nlanguage: ru\nkey: '\${KEY}'\nconnections: { lms: { equeo: { url: '\${URL}', token: '\${TOKEN}' } } }\n`,
  );
  write({});
  for (const place of ['fixed', 'out', 'in']) mkdirSync(join(folder, place));
});
afterEach(async () => {
  await lms.close();
  rmSync(folder, { recursive: true });
});

function write({ report = 'csv', missing = '{ after: 1 feeds }' }: { report?: string; missing?: string }): void {
  put(
    'people.yaml',
    `pipeline: people
source:
  file: { path: 'in/*.csv', then: { move: in/done }, none: skip }
  format: { csv: { delimiter: ';', encoding: windows-1251 } }
  feed: full
record:
  key: tab
  gone: status = 'уволен'
  fields:
    tab: { from: Табельный номер, text: 4 }
    last: { from: Фамилия, required: true, personal: true }
    hired: { from: Принят, date: DD.MM.YYYY }
    status: { from: Статус }
steps:
  - map: { externalId: =tab, lastName: =last, login: =tab, hiredOn: =hired }
  - diff: { missing: ${missing}, guard: { floor: 20 } }
sink: equeo.users
report:
  file: { path: 'out/report.${report}', overwrite: true }
  format: ${report}
corrections: { file: { path: 'fixed/*', then: { move: fixed/done } } }
`,
  );
}
function put(name: string, content: string | Buffer): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
}

type Row = [tab: string, last: string, hired: string, status?: string];
const header = 'Табельный номер;Фамилия;Принят;Статус';
function feed(...rows: Row[]): void {
  files++;
  const text = [header, ...rows.map(([tab, last, hired, status = 'работает']) => [tab, last, hired, status].join(';'))];
  put(`in/${files}.csv`, iconv.encode(`${text.join('\r\n')}\r\n`, 'windows-1251'));
  utimesSync(join(folder, `in/${files}.csv`), at / 1000, at / 1000);
}

async function inWorkspace<T>(
  use: (workspace: Workspace) => Promise<T>,
  reached?: (label: string) => void,
): Promise<T> {
  at += day;
  const clock = { now: () => at, monotonic: () => at, sleep: async () => {} };
  const env = { KEY: key, URL: lms.url, TOKEN: lms.token };
  const workspace = await openWorkspace(folder, { env, clock, ...(reached ? { reached } : {}) });
  try {
    return await use(workspace);
  } finally {
    await workspace.close();
  }
}
const night = (): Promise<RunResult> => inWorkspace((workspace) => workspace.run('people'));
const openRejects = () =>
  inWorkspace(async ({ store }) =>
    (await store.rejects({ pipeline: 'people', status: 'open' })).map(({ code }) => code),
  );

const report = (): string => iconv.decode(readFileSync(join(folder, 'out/report.csv')), 'windows-1251');
/** Sends the report back with something changed. */
const correct = (change: (text: string) => string, name = 'a.csv'): void =>
  put(`fixed/${name}`, iconv.encode(change(report()), 'windows-1251'));
const held = (): string[] => lms.users.all.map(({ externalId, lastName }) => `${externalId} ${lastName}`).sort();
const events = (): string[] => lms.ledger.events.map(({ kind, externalId }) => `${kind} ${externalId}`);

test('only the rows of a corrected report are delivered, nobody becomes missing, and the rejects are closed', async () => {
  feed(
    ['1', 'Иванова', '24.11.2026'],
    ['2', 'Петров', '31.11.2026'],
    ['3', '', '01.11.2026'],
    ['4', 'Орлова', '02.11.2026'],
  );
  expect((await night()).counts).toMatchObject({ rejected: 2, delivered: { create: 2 } });
  correct((text) => text.replace('31.11.2026', '30.11.2026'));
  const before = events().length;
  const { corrections, counts } = await night();
  expect(corrections?.counts).toMatchObject({ read: 2, absent: 0, rejected: 1, delivered: { create: 1 } });
  expect(counts).toMatchObject({ read: 0, absent: 0 });
  expect(events().slice(before)).toEqual(['created 0002']);
  expect(held()).toEqual(['0001 Иванова', '0002 Петров', '0004 Орлова']);
  expect(await openRejects()).toEqual(['FIELD_REQUIRED']);
  expect(readdirSync(join(folder, 'fixed'))).toEqual(['done']);
  expect(report()).toMatch(/3;.*01\.11\.2026;работает;\d+/);
  expect(report()).not.toContain('Петров');
});

test('a report that comes back as it was written changes nothing, and is read once', async () => {
  feed(['1', 'Иванова', '24.11.2026'], ['2', 'Петров', '31.11.2026']);
  await night();
  correct((text) => text);
  const first = await night();
  expect(first.corrections?.counts).toMatchObject({ read: 1, rejected: 1 });
  const second = await night();
  expect(second.corrections).toBeUndefined();
  expect(await openRejects()).toEqual(['DATE_UNREADABLE']);
});

test('what a newer feed has settled is not undone by a correction that comes late', async () => {
  feed(['1', 'Иванова', '24.11.2026'], ['2', 'Петров', '31.11.2026']);
  await night();
  const old = report();
  feed(['1', 'Иванова', '24.11.2026'], ['2', 'Сидоров', '30.11.2026']);
  await night();
  put('fixed/late.csv', iconv.encode(old.replace('31.11.2026', '30.11.2026'), 'windows-1251'));
  const { corrections } = await night();
  expect(corrections?.counts).toMatchObject({ read: 1, rejected: 0, filtered: { superseded: 1 }, delivered: {} });
  expect(corrections?.notes.join()).toContain(
    'A newer feed has settled 1 corrected row meanwhile, which was not taken.',
  );
  expect(held()).toEqual(['0001 Иванова', '0002 Сидоров']);
});

test('a corrected row that says that somebody is gone blocks nobody: the feed has to say so', async () => {
  feed(['1', 'Иванова', '24.11.2026'], ['2', 'Петров', '30.11.2026']);
  await night();
  feed(['1', 'Иванова', '24.11.2026'], ['2', '', '30.11.2026', 'уволен']);
  await night();
  correct((text) => text.replace(';;30.11', ';Петров;30.11'));
  const { corrections } = await night();
  expect(corrections?.held).toEqual({ correction: 1 });
  expect(events().filter((event) => event.startsWith('blocked'))).toEqual([]);
});

test('a row whose key was unreadable, or is another now, is no open reject any more', async () => {
  feed(['', 'Иванова', '24.11.2026'], ['2', 'Петров', '31.11.2026']);
  await night();
  correct((text) => text.replace(';;Иванова', ';7;Иванова').replace('2;Петров;31', '8;Петров;30'));
  const { corrections } = await night();
  expect(corrections?.counts.delivered).toEqual({ create: 2 });
  expect(held()).toEqual(['0007 Иванова', '0008 Петров']);
  expect(await openRejects()).toEqual([]);
});

test('a workbook comes back with its wrong cells marked, and is taken as a CSV is', async () => {
  write({ report: 'xlsx' });
  feed(['1', 'Иванова', '24.11.2026'], ['2', 'Петров', '31.11.2026'], ['3', '', '01.11.2026']);
  await night();
  const book = readFileSync(join(folder, 'out/report.xlsx'));
  const { readXlsx } = await import('hucre');
  const read = await readXlsx(book, { readStyles: true });
  const sheet = read.sheets.at(-1)!;
  const wrong = [...(sheet.cells ?? new Map())]
    .filter(([, cell]) => cell.comment)
    .map(([place, cell]) => [place, cell.style?.fill !== undefined]);
  expect(wrong).toEqual([
    ['1,4', true],
    ['2,3', true],
  ]);
  const { zipChanged } = await import('./zip-changed.ts');
  put('fixed/book.xlsx', await zipChanged(book, /sheet2\.xml$/, (xml) => xml.replace('31.11.2026', '30.11.2026')));
  const { corrections } = await night();
  expect(corrections?.counts).toMatchObject({ read: 2, rejected: 1, delivered: { create: 1 } });
  expect(held()).toEqual(['0001 Иванова', '0002 Петров']);
});

test('a row that could not be taken apart is rejected as it was until its cells are filled in', async () => {
  files++;
  put('in/1.csv', iconv.encode(`${header}\r\n1;Иванова\r\n`, 'windows-1251'));
  await night();
  correct((text) => text);
  expect((await night()).corrections?.causes).toMatchObject([{ code: 'CSV_RAGGED', count: 1 }]);
  correct((text) => text.replace(/"1;Иванова";;;;/, '1;Иванова;24.11.2026;работает;'), 'b.csv');
  expect((await night()).corrections?.counts.delivered).toEqual({ create: 1 });
  expect(held()).toEqual(['0001 Иванова']);
});

test('what is no report of this pipeline is told, stays where it is, and changes nothing', async () => {
  feed(['2', 'Петров', '31.11.2026']);
  await night();
  put('fixed/other.csv', 'a;b\r\n1;2\r\n');
  const { corrections } = await night();
  expect(corrections).toMatchObject({ status: 'failed', code: 'CORRECTIONS_NOT_REPORT' });
  expect(corrections?.reason).toContain('other.csv is no import report of this pipeline');
  expect(readdirSync(join(folder, 'fixed'))).toEqual(['other.csv']);
  rmSync(join(folder, 'fixed/other.csv'));
  correct((text) => text.replace(/;\d+\r\n$/, ';999\r\n'));
  expect((await night()).corrections?.causes).toMatchObject([{ code: 'CORRECTION_UNNAMED', count: 1 }]);
});

test('a plan says what corrections would do, and takes none of them', async () => {
  feed(['2', 'Петров', '31.11.2026']);
  await night();
  correct((text) => text.replace('31.11.2026', '30.11.2026'));
  const plan = await inWorkspace((workspace) => workspace.plan('people'));
  expect(plan.corrections?.counts.delivered).toEqual({ create: 1 });
  expect(held()).toEqual([]);
  expect((await night()).corrections?.counts.delivered).toEqual({ create: 1 });
});

test.each(['intent', 'answered', 'merged', 'consumed'])(
  'a run that ends at %s takes the correction up again, and the person is made once',
  async (label) => {
    feed(['2', 'Петров', '31.11.2026']);
    await night();
    correct((text) => text.replace('31.11.2026', '30.11.2026'));
    let isFirst = true;
    const stop = (reached: string): void => {
      if (reached !== label || !isFirst) return;
      isFirst = false;
      throw new Error('killed');
    };
    await inWorkspace((workspace) => workspace.run('people').catch(() => undefined), stop);
    await night();
    await night();
    expect(events().filter((event) => event.startsWith('created'))).toEqual(['created 0002']);
    expect(await openRejects()).toEqual([]);
  },
);

test('a filter that changed is not accepted by a run of corrections', async () => {
  feed(['1', 'Иванова', '24.11.2026'], ['2', 'Петров', '31.11.2026']);
  await night();
  const text = readFileSync(join(folder, 'people.yaml'), 'utf8');
  put(
    'people.yaml',
    text
      .replace('leaves', 'leaves')
      .replace('steps:\n', "steps:\n  - filter: last != 'Иванова'\n")
      .replace('guard:', 'leaves: missing, guard:'),
  );
  correct((report) => report.replace('31.11.2026', '30.11.2026'));
  feed(['1', 'Иванова', '24.11.2026'], ['2', 'Петров', '30.11.2026']);
  const { guards } = await night();
  expect(guards.map(({ operation }) => operation)).toContain('rule');
  expect(events().filter((event) => event.startsWith('blocked'))).toEqual([]);
});
