import fc from 'fast-check';
import { expect, test } from 'vitest';
import csv from '../../plugins/csv/format.ts';
import xlsx from '../../plugins/xlsx/format.ts';
import { decodeAll } from '../../src/connect/contract/index.ts';
import { inPieces } from '../../src/connect/contract/byte-streams.ts';
import { collect } from '../../src/connect/contract/index.ts';
import type { OpenFormat, OpenSink } from '../../src/connect/sdk/index.ts';
import type { ReportUse } from '../../src/language/compile/pipeline.ts';
import type { Fields } from '../../src/model/record.ts';
import type { RejectRow } from '../../src/store/ports.ts';
import { reportFormat, reportOptions, writeReport } from '../../src/tell/report/index.ts';
import { rejectWith, resultWith } from './results.ts';

const formats: Record<string, { open(options: unknown): OpenFormat }> = { csv, xlsx };

interface Case {
  kind: 'csv' | 'xlsx';
  language: 'ru' | 'en';
  /** Of the feed, and so of a report in CSV. */
  dialect: { delimiter: string; encoding: string };
  /** Columns that the report does not show. */
  masked: string[];
}

/** Writes a report of these rejects, and reads it as corrections are read. */
async function back(rejects: RejectRow[], columns: string[], { kind, language, dialect, masked }: Case) {
  let written: Uint8Array = new Uint8Array();
  const items: Fields[] = [];
  const use = { kind: 'file', options: {}, language, written: {}, format: { kind, options: {} } } as ReportUse;
  const open = async (_use: ReportUse, format: OpenFormat): Promise<OpenSink> => ({
    rules: {},
    retry: { attempts: 1, fromMs: 1, toMs: 1, withinMs: 1 },
    concurrency: 1,
    key: [],
    commits: 'end',
    write: async (batch) => {
      items.push(...batch.items.map(({ record }) => record));
      return { is: 'answered', outcomes: batch.items.map(() => ({ is: 'delivered' as const })) };
    },
    end: async () => {
      async function* all() {
        yield items;
      }
      written = await collect(format.encode(all()));
    },
    close: async () => {},
  });
  const received = { format: 'csv', options: dialect, columns };
  await writeReport({
    result: resultWith({ dialect: received, causes: [] }),
    rejects,
    pipeline: {
      record: { key: [], fields: [] },
      steps: [],
      masked,
      corrections: { kind: 'file', options: {}, feed: 'changes', written: {} },
    },
    use,
    openFormat: (name, options) => formats[name]!.open(options),
    openSink: open,
  });
  const options = reportOptions('csv', received, {});
  const taken: number[] = [];
  const reading = reportFormat({
    pipeline: 'people',
    workbook: xlsx.open({}),
    text: { format: csv.open(options), encoding: options.encoding },
    masked,
    reject: async (id) => rejects.find((reject) => reject.id === id),
    taken: (id) => taken.push(id),
  });
  return { ...(await decodeAll(reading, written)), taken, written };
}

/** What a decoder of text gives: no NUL, and lines that end alike. */
const nasty = fc.constantFrom(
  '=1+1',
  '+7 900',
  '-5',
  '@a',
  "'x",
  "''",
  '\t',
  'a;b',
  'a,=b',
  '"q"',
  '\r\n',
  '***',
  ' ',
  '№',
  'Я',
  'ё',
  '—',
  '€',
  '日本',
  '😀',
  '＝1',
  'Номер отказа',
  'Причина',
);
const cell = fc.oneof(
  fc
    .array(fc.oneof(nasty, fc.string({ maxLength: 3 })), { maxLength: 4 })
    .map((parts) => parts.join('').replaceAll('\0', '')),
  fc.constant(''),
);
const columnNames = ['Номер', 'Фамилия', 'Номер строки', 'Причина', 'Номер отказа', '=сумма'];
const row = fc
  .tuple(...columnNames.map(() => cell))
  .map((cells) => Object.fromEntries(columnNames.map((name, at) => [name, cells[at]!])));
const cases = fc.record<Case>({
  kind: fc.constantFrom('csv', 'xlsx'),
  language: fc.constantFrom('ru', 'en'),
  dialect: fc.record({
    delimiter: fc.constantFrom(';', ',', '\t'),
    encoding: fc.constantFrom('windows-1251', 'utf-8', 'cp866', 'utf-16'),
  }),
  masked: fc.constantFrom([], ['Фамилия']),
});
const rejectOf = (source: Fields | string | null, id: number, over: Partial<RejectRow> = {}): RejectRow => ({
  ...rejectWith({ source, line: id }),
  id,
  pipeline: 'people',
  status: 'open',
  ...over,
});

test('S16: report, correction, the same bytes: an untouched row comes back as it came', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 4 }), cases, async (rows, one) => {
      const rejects = rows.map((source, index) => rejectOf(source, index + 1));
      const { records, unreadable, taken, superseded } = {
        superseded: undefined,
        ...(await back(rejects, columnNames, one)),
      };
      expect(unreadable).toEqual([]);
      expect(records).toEqual(rows);
      expect(taken).toEqual(rows.map((_row, index) => index + 1));
      expect(superseded).toBeUndefined();
    }),
    { numRuns: 150 },
  );
});

test('a row that could not be taken apart comes back as its whole text, with its own code', async () => {
  await fc.assert(
    fc.asyncProperty(
      cell.filter((text) => text.trim() !== ''),
      cases,
      async (text, one) => {
        const { records, unreadable } = await back(
          [rejectOf(text, 7, { code: 'CSV_RAGGED', reason: 'too few' })],
          columnNames,
          {
            ...one,
            dialect: { ...one.dialect, encoding: 'utf-8' },
          },
        );
        expect(records).toEqual([]);
        expect(unreadable.map(({ code, raw }) => [code, raw])).toEqual([['CSV_RAGGED', text]]);
      },
    ),
    { numRuns: 60 },
  );
});

test('what a person wrote into a cell comes instead of what stood there, without the sign against formulas', async () => {
  const source = { Номер: '5', Фамилия: '日本', Телефон: '+7 900' };
  const kind: Case = {
    kind: 'csv',
    language: 'en',
    dialect: { delimiter: ';', encoding: 'windows-1251' },
    masked: ['Фамилия'],
  };
  const { written } = await back([rejectOf(source, 3)], Object.keys(source), kind);
  const text = new TextDecoder('windows-1251').decode(written);
  expect(text).toContain("5;***;'+7 900;3");
  const changed = text.replace("5;***;'+7 900;3", "6;***;'+8 800;3").replace('Reject number', 'Reject number ');
  const format = reportFormat({
    pipeline: 'people',
    workbook: xlsx.open({}),
    text: { format: csv.open(kind.dialect), encoding: 'windows-1251' },
    masked: ['Фамилия'],
    reject: async (id) => (id === 3 ? rejectOf(source, 3) : undefined),
    taken: () => {},
  });
  const bytes = Buffer.from(
    [...changed].map((sign) => (sign.charCodeAt(0) > 0x40f ? sign.charCodeAt(0) - 0x350 : sign.charCodeAt(0))),
  );
  expect((await decodeAll(format, bytes)).records).toEqual([{ Номер: '6', Фамилия: '日本', Телефон: '+8 800' }]);
  const decoding = format.decode(inPieces(Buffer.from('a;b\n1;2\n'), 10), [], {
    name: 'x.csv',
    path: 'x.csv',
    size: 1,
    mtime: 1,
  });
  await expect(async () => {
    for await (const _batch of decoding.batches);
  }).rejects.toThrow('x.csv is no import report of this pipeline');
});
