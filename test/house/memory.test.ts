import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { streamPeopleCsv } from '../../src/sandbox/index.ts';
import { makeWorkspaceKey } from '../../src/store/index.ts';
import { runMeasured } from './run-measured.ts';

const ROWS = 1_000_000;
const LIMIT_BYTES = 350 * 1024 * 1024;

const workspace = `workspace: memory
version: 1
timezone: Europe/Moscow
key: '\${file:workspace.key}'
`;
const people = `pipeline: people
source:
  file: { path: 'in/people_*.csv', pick: newest }
  format: { csv: { delimiter: ';', encoding: windows-1251 } }
  feed: full
record:
  key: tab_no
  fields:
    tab_no: { from: Табельный номер, text: 6 }
    last_name: { from: Фамилия, required: true, personal: true }
    hired: { from: Дата приёма, date: DD.MM.YYYY }
steps:
  - map: { externalId: =tab_no, lastName: =last_name, firstName: =Имя, middleName: =Отчество, email: =Почта, department: =Подразделение, position: =Должность, hiredOn: =hired, phone: =Телефон, city: =Город, rate: =Ставка }
  - diff: { missing: ignore }
sink:
  file: { path: 'out/{{$run.id}}.csv' }
  format: csv
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portolan-memory-'));
  await mkdir(join(folder, 'in'));
  await mkdir(join(folder, 'out'));
  await mkdir(join(folder, 'pipelines'));
  await writeFile(join(folder, 'portolan.yaml'), workspace);
  await writeFile(join(folder, 'pipelines/people.yaml'), people);
  await writeFile(join(folder, 'workspace.key'), makeWorkspaceKey(), { mode: 0o600 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function feed(name: string, movedShare: number): Promise<void> {
  const path = join(folder, 'in', name);
  await pipeline(Readable.from(streamPeopleCsv({ count: ROWS, movedShare })), createWriteStream(path));
  expect((await stat(path)).size).toBeGreaterThan(100_000_000);
}

test('a million rows of 15 fields with a diff, in random order of keys, stay within 350 MB', async () => {
  await feed('people_1.csv', 0);
  const first = await runMeasured(folder, 'people');
  expect(first.result).toMatchObject({
    status: 'done',
    counts: { read: ROWS, delivered: { create: ROWS }, unsettled: 0 },
  });
  expect(first.peakBytes).toBeLessThan(LIMIT_BYTES);

  await feed('people_2.csv', 0.01);
  const second = await runMeasured(folder, 'people');
  expect(second.result).toMatchObject({ status: 'done', counts: { read: ROWS, unsettled: 0 } });
  expect(second.result.counts.delivered.update).toBeGreaterThan(1000);
  expect(second.result.counts.unchanged).toBeGreaterThan(ROWS * 0.9);
  expect(second.peakBytes).toBeLessThan(LIMIT_BYTES);
}, 900_000);
