import iconv from 'iconv-lite';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import csv from '../../plugins/csv/format.ts';
import type { OpenSink, WriteItem } from '../../src/connect/sdk/index.ts';
import type { ReportUse } from '../../src/language/compile/pipeline.ts';
import { cellAsItCame, isReportable, writeReport } from '../../src/tell/report/index.ts';
import { newWorkspace, portolan, put } from '../cli/harness.ts';
import { rejectWith, resultWith } from './results.ts';

const pipeline = `
pipeline: staff
source:
  file: { path: in/staff.csv }
  format: { csv: { delimiter: ';', encoding: windows-1251 } }
record:
  key: number
  fields:
    number: { from: Номер }
    name: { from: Фамилия, required: true, personal: true }
map: { number: =number, name: =name }
sink:
  file: { path: out/staff.csv, overwrite: true }
  format: csv
report:
  - file: { path: 'out/report-{{$run.date}}.csv', overwrite: true }
    format: csv
`;
const rows = ['Номер;Фамилия;Город', '1;Иванов;Тверь', '2;;"=1+1; ""x"""', "3;;'тихо", '4;"Петров;Омск'];

const workspaceWith = async (files: Record<string, string> = {}): Promise<string> => {
  const folder = await newWorkspace({
    'portolan.yaml': "workspace: a\nlanguage: ru\ntimezone: Europe/Moscow\nkey: '${file:workspace.key}'\n",
    'pipelines/staff.yaml': pipeline,
    ...files,
  });
  writeFileSync(join(folder, 'in/staff.csv'), iconv.encode(`${rows.join('\r\n')}\r\n`, 'windows-1251'));
  return folder;
};
const run = (folder: string) => portolan(folder, ['run', 'staff', '--as-of', '2026-11-24', '--json']);

describe('the import report', () => {
  test('it is written in the dialect of the feed: causes first, then the rows as they came', async () => {
    const folder = await workspaceWith();
    const { code, out } = await run(folder);
    expect({ code, notes: (JSON.parse(out) as { notes: string[] }).notes }).toEqual({ code: 0, notes: [] });
    const text = iconv.decode(readFileSync(join(folder, 'out/report-2026-11-24.csv')), 'windows-1251');
    expect(text.split('\r\n')).toEqual([
      'Причина отклонения;Строк',
      '«Фамилия»: нет значения, а оно обязательно;2',
      'Кавычка в строке открыта и не закрыта;1',
      ';',
      'Номер строки;Причина;Номер;Фамилия;Город',
      `3;«Фамилия»: нет значения, а оно обязательно;2;;"'=1+1; ""x"""`,
      "4;«Фамилия»: нет значения, а оно обязательно;3;;''тихо",
      '5;Кавычка в строке открыта и не закрыта;"4;""Петров;Омск";;',
      '',
    ]);
    expect(cellAsItCame('\'=1+1; "x"')).toBe('=1+1; "x"');
  });

  test('what `format:` says wins over how the feed was written', async () => {
    const folder = await workspaceWith({
      'pipelines/staff.yaml': pipeline.replace(
        /format: csv\n$/,
        "format: { csv: { encoding: utf-8, bom: true, delimiter: ',' } }\n",
      ),
    });
    await run(folder);
    const bytes = readFileSync(join(folder, 'out/report-2026-11-24.csv'));
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const text = bytes.subarray(3).toString();
    expect(text, 'one mark, at the beginning').not.toContain('\ufeff');
    expect(text).toContain('Номер строки,Причина,Номер,Фамилия,Город');
  });

  test('what `format:` does not say stays as it was received', async () => {
    const folder = await workspaceWith({
      'pipelines/staff.yaml': pipeline.replace(/format: csv\n$/, 'format: { csv: { encoding: utf-8 } }\n'),
    });
    await run(folder);
    const text = readFileSync(join(folder, 'out/report-2026-11-24.csv'), 'utf8');
    expect(text).toContain('Номер строки;Причина;Номер;Фамилия;Город\r\n');
  });

  test('a feed without a header gets a report with one', async () => {
    const folder = await workspaceWith({
      'pipelines/staff.yaml': pipeline.replace(
        'encoding: windows-1251',
        'encoding: windows-1251, header: [Номер, Фамилия, Город]',
      ),
    });
    await run(folder);
    const text = iconv.decode(readFileSync(join(folder, 'out/report-2026-11-24.csv')), 'windows-1251');
    expect(text).toContain('Номер строки;Причина;Номер;Фамилия;Город\r\n');
  });

  test('a run without rejects has a report that says so', async () => {
    const folder = await workspaceWith();
    writeFileSync(join(folder, 'in/staff.csv'), iconv.encode('Номер;Фамилия\r\n1;Иванов\r\n', 'windows-1251'));
    await run(folder);
    const text = iconv.decode(readFileSync(join(folder, 'out/report-2026-11-24.csv')), 'windows-1251');
    expect(text).toContain('Отклонённых строк нет;0');
  });

  test('a run whose report cannot be written is done, says so, and does not end as if all were fine', async () => {
    const folder = await workspaceWith();
    put(folder, { 'pipelines/staff.yaml': pipeline.replace('out/report', 'nowhere/report') });
    const { code, out } = await run(folder);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      status: 'done',
      notes: [],
      reportFaults: [{ code: 'FILE_FOLDER_MISSING', reason: 'The folder nowhere does not exist.' }],
    });
  });

  test('a run that read nothing writes no report', async () => {
    const folder = await workspaceWith();
    put(folder, { 'pipelines/staff.yaml': pipeline.replace('in/staff.csv', 'in/none.csv') });
    mkdirSync(join(folder, 'out'), { recursive: true });
    expect((await run(folder)).code).toBe(1);
    expect(existsSync(join(folder, 'out/report-2026-11-24.csv'))).toBe(false);
    const { counts } = resultWith();
    expect(isReportable(resultWith({ status: 'skipped', counts: { ...counts, read: 1 } }))).toBe(false);
  });
});

describe('sending a report', () => {
  const use: ReportUse = { kind: 'file', options: {}, written: { file: {}, format: 'csv' }, language: 'en' };
  const request = (sink: Partial<OpenSink>) => ({
    result: resultWith(),
    rejects: Array.from({ length: 5 }, (_, index) => rejectWith({ line: index, source: { a: String(index) } })),
    pipeline: { record: { key: [], fields: [] }, steps: [] },
    use,
    openFormat: () => csv.open({}),
    openSink: () =>
      Promise.resolve({
        rules: { upsert: { size: 2, atomic: false, repeat: 'safe' } },
        retry: { attempts: 1, fromMs: 0, toMs: 0, withinMs: 0 },
        concurrency: 1,
        key: [],
        commits: 'end',
        write: ({ items }: { items: WriteItem[] }) =>
          Promise.resolve({ is: 'answered', outcomes: items.map(() => ({ is: 'delivered' })) }),
        close: () => Promise.resolve(),
        ...sink,
      } as OpenSink),
  });

  test('rows go in batches that the sink takes, between its begin and its end', async () => {
    const calls: string[] = [];
    const called = (name: string) => () => Promise.resolve(void calls.push(name));
    await writeReport(
      request({
        begin: called('begin'),
        write: ({ items }) => {
          calls.push(`write ${items.length}`);
          return Promise.resolve({ is: 'answered', outcomes: items.map(() => ({ is: 'delivered' as const })) });
        },
        end: called('end'),
        close: called('close'),
      }),
    );
    expect(calls).toEqual(['begin', 'write 2', 'write 2', 'write 1', 'end', 'close']);
  });

  test('a place that does not take it is told, and closed all the same', async () => {
    let closed = 0;
    const refusing = request({
      write: () => Promise.resolve({ is: 'refused', code: 'X', reason: 'no' }),
      close: () => Promise.resolve(void closed++),
    });
    await expect(writeReport(refusing)).rejects.toMatchObject({ code: 'REPORT_REFUSED' });
    expect(closed).toBe(1);
  });
});
