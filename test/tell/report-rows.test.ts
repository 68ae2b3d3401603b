import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import csv from '../../plugins/csv/format.ts';
import type { Fields } from '../../src/model/record.ts';
import { codes } from '../../src/model/codes.ts';
import { cellAsItCame, neutralCell } from '../../src/tell/report/neutral-cell.ts';
import { causeTable, rejectTable } from '../../src/tell/report/report-rows.ts';
import { sentenceFor, sentences } from '../../src/tell/sentences/index.ts';
import { rejectWith } from './results.ts';

const reader = {
  language: 'ru',
  columnsOf: (field: string) => [field === 'last_name' ? 'Фамилия' : field],
  isNumbered: false,
} as const;

/** Cells of what matters to spreadsheets alone: delimiters, quotes, line ends and what runs. */
const trickyCells = fc.string({
  unit: fc.constantFrom(',', ';', '\t', '|', '"', "'", '\n', '\r', ' ', '=', '+', '@', 'x'),
});

async function csvOf(records: Fields[], delimiter: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  async function* once() {
    yield records;
  }
  for await (const chunk of csv.open({ delimiter }).encode(once())) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('cells of a report', () => {
  test.each(['=1+1', '+7 916', '-5', '@SUM(A1)', '\t=1', '\r=1', '\n=1', ' =1', '＝1'])(
    'a spreadsheet does not run %j',
    (cell) => {
      expect(neutralCell(cell)).toBe(`'${cell.replace(/(?<=^[\t\r\n])/, "'")}`);
    },
  );

  test('what a spreadsheet leaves alone stays as it came', () => {
    for (const cell of ['', 'Иванов', '8 (916) 1', '1-2', 'a=b']) expect(neutralCell(cell)).toBe(cell);
  });

  test('every cell comes back as it was, one that begins with an apostrophe too', () => {
    expect(neutralCell("'=1")).toBe("''=1");
    const cells = fc.oneof(
      trickyCells,
      fc.string(),
      fc.string().map((text) => `'${text}`),
      fc.string().map((text) => `=${text}`),
    );
    fc.assert(fc.property(cells, (cell) => cellAsItCame(neutralCell(cell)) === cell));
  });

  test.each([
    ['x,=cmd()', "x,'=cmd()"],
    ['x;  +1', "x;'  +1"],
    ['x,"=cmd()"', 'x,\'"=cmd()"'],
    ['x\n=1', "x\n'=1"],
    ["x,'y", "x,''y"],
    ['=1,=2', "'=1,'=2"],
    ['Тверь, ул. Новая; д. 5', 'Тверь, ул. Новая; д. 5'],
  ])('in %j nothing runs where a reader with another delimiter begins a cell', (cell, neutral) => {
    expect(neutralCell(cell)).toBe(neutral);
    expect(cellAsItCame(neutral)).toBe(cell);
  });

  test('whatever the delimiter that a written report is opened with, no cell of it runs', async () => {
    const rows = fc.array(fc.tuple(trickyCells, trickyCells), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(rows, fc.constantFrom(',', ';', '\t', '|'), async (table, written) => {
        const records = table.map((cells) =>
          Object.fromEntries(cells.map((cell, at) => [`c${at}`, neutralCell(cell)])),
        );
        const text = await csvOf(records, written);
        for (const opened of [',', ';', '\t', '|'].filter((delimiter) => delimiter !== written)) {
          // The most careless reader: quotes hold nothing together, and are taken off at the beginning of a cell.
          const cells = text.split(/\r?\n|\r/).flatMap((line) => line.split(opened));
          expect(cells.filter((cell) => /^["\s]*[=+\-@]/.test(cell))).toEqual([]);
        }
      }),
    );
  });
});

describe('tables of a report', () => {
  test('causes come most first, name the column of the file, and those that read alike are one', () => {
    const cause = { stage: 'record', code: 'FIELD_REQUIRED', field: 'last_name', reason: 'x' } as const;
    const dates = { stage: 'record', code: 'DATE_UNREADABLE', field: 'hired', reason: 'x' } as const;
    const { columns, rows } = causeTable(
      [
        { ...dates, count: 4 },
        { ...cause, count: 3 },
        { ...cause, stage: 'steps', count: 2 },
      ],
      reader,
    );
    expect(columns).toEqual(['Причина отклонения', 'Строк']);
    expect(rows).toEqual([
      { 'Причина отклонения': '«Фамилия»: нет значения, а оно обязательно', Строк: '5' },
      { 'Причина отклонения': '«hired»: это не дата, или такого дня не существует', Строк: '4' },
    ]);
  });

  test('a run without rejects says so', () => {
    expect(causeTable([], reader).rows).toEqual([{ 'Причина отклонения': 'Отклонённых строк нет', Строк: '0' }]);
  });

  test('rows stand as they came, in the order of the file, with line and reason', () => {
    const { columns, rows } = rejectTable(
      [
        rejectWith({ line: 9, source: '000003;"Петров', code: 'CSV_QUOTE_UNCLOSED', stage: 'read' }),
        rejectWith({ line: 2, field: 'last_name', source: { Табельный: '000001', Город: '=1+1', Имя: ' Анна ' } }),
      ],
      ['Табельный', 'Имя', 'Город'],
      reader,
    );
    expect(columns).toEqual(['Номер строки', 'Причина', 'Табельный', 'Имя', 'Город']);
    expect(rows).toEqual([
      {
        'Номер строки': '2',
        Причина: '«Фамилия»: нет значения, а оно обязательно',
        Табельный: '000001',
        Имя: ' Анна ',
        Город: "'=1+1",
      },
      {
        'Номер строки': '9',
        Причина: 'Кавычка в строке открыта и не закрыта',
        Табельный: '000003;"Петров',
      },
    ]);
  });

  test('a row whose key stands in several rows names the others', () => {
    const same = { code: 'DUPLICATE_KEY', stage: 'diff' } as const;
    const rows = [7, 3, 5].map((line) => rejectWith({ ...same, line, key: 'a' }));
    const table = rejectTable([...rows, rejectWith({ ...same, line: 9, key: 'b' })], [], reader);
    expect(table.rows.map((row) => row.Причина)).toEqual([
      'Один и тот же ключ в нескольких строках с разными данными: см. также строки 5, 7',
      'Один и тот же ключ в нескольких строках с разными данными: см. также строки 3, 7',
      'Один и тот же ключ в нескольких строках с разными данными: см. также строки 3, 5',
      'Один и тот же ключ в нескольких строках с разными данными',
    ]);
  });

  test.each([
    ['u-77', 'the other record is u-77', ': u-77'],
    ['nobody', 'the other record was not named by the target', ''],
  ])('a row that is a duplicate at the target names the other side: %s', (_what, other, named) => {
    const cause = 'The target holds another record with the same value: taken';
    const rows = [
      rejectWith({ code: 'DUPLICATE_AT_TARGET', stage: 'deliver', reason: `${cause} (our key is (p1), ${other})` }),
    ];
    expect(rejectTable(rows, [], reader).rows[0]?.Причина).toBe(
      `В системе уже есть другая запись с таким же значением${named}`,
    );
    expect(rejectTable(rows, [], { ...reader, language: 'en' }).rows[0]?.Reason).toBe(
      `The system has another record with the same value${named}`,
    );
  });

  test('a received column that is called like ours keeps its values', () => {
    const { columns, rows } = rejectTable([rejectWith({ source: { Причина: 'своя' } })], ['Причина'], reader);
    expect(columns).toEqual(['Номер строки', 'Причина *', 'Причина']);
    expect(rows[0]).toMatchObject({ Причина: 'своя' });
  });

  test('a header that a spreadsheet would run is neutral, and its cells stay under it', () => {
    const { columns, rows } = rejectTable([rejectWith({ source: { '=A': 'x' } })], ['=A'], reader);
    expect(columns[2]).toBe("'=A");
    expect(rows[0]?.["'=A"]).toBe('x');
  });

  test('a feed without a header shows every name that occurs, and maps as JSON', () => {
    const { columns, rows } = rejectTable([rejectWith({ source: { a: 1, b: { c: [2] } } })], undefined, reader);
    expect(columns.slice(2)).toEqual(['a', 'b']);
    expect(rows[0]).toMatchObject({ a: '1', b: '{"c":[2]}' });
  });
});

describe('sentences', () => {
  test('every code that rejects a record has a sentence in both languages', () => {
    const data = Object.entries(codes).flatMap(([code, entry]) => (entry.class === 'data' ? [code] : []));
    for (const language of ['ru', 'en'] as const) {
      expect(data.filter((code) => !Object.hasOwn(sentences[language].byCode, code))).toEqual([]);
    }
    expect(Object.keys(sentences.ru.byCode)).toEqual(Object.keys(sentences.en.byCode));
  });

  test('a Russian sentence holds no English', () => {
    const facts = { stage: 'deliver', reason: 'Some English at line 4 and line 9', field: 'Фамилия' } as const;
    for (const code of [...Object.keys(sentences.ru.byCode), 'UNKNOWN_ONE']) {
      const text = sentenceFor('ru', { code, ...facts }).replace(code, '');
      expect(text).not.toMatch(/[A-Za-z]/);
    }
  });

  test.each([
    [1, 'см. также строку 1', 'see also line 1'],
    [2, 'см. также строки 1, 2', 'see also lines 1, 2'],
    [6, 'см. также строки 1, 2, 3, 4, 5 и ещё 1 строку', 'see also lines 1, 2, 3, 4, 5 and 1 more line'],
    [7, 'см. также строки 1, 2, 3, 4, 5 и ещё 2 строки', 'see also lines 1, 2, 3, 4, 5 and 2 more lines'],
    [10, 'см. также строки 1, 2, 3, 4, 5 и ещё 5 строк', 'see also lines 1, 2, 3, 4, 5 and 5 more lines'],
    [26, 'см. также строки 1, 2, 3, 4, 5 и ещё 21 строку', 'see also lines 1, 2, 3, 4, 5 and 21 more lines'],
    [16, 'см. также строки 1, 2, 3, 4, 5 и ещё 11 строк', 'see also lines 1, 2, 3, 4, 5 and 11 more lines'],
  ])('of %i other lines the first are named and the rest are counted in right words', (count, russian, english) => {
    const otherLines = Array.from({ length: count }, (_, index) => index + 1);
    const facts = { code: 'DUPLICATE_KEY', stage: 'diff', reason: '', otherLines } as const;
    expect(sentenceFor('ru', facts).split(': ')[1]).toBe(russian);
    expect(sentenceFor('en', facts).split(': ')[1]).toBe(english);
  });

  test('what the target answered is told in signs that every encoding has', () => {
    const facts = { code: 'HTTP_REJECTED', stage: 'deliver', reason: 'Логин → занят\r\n' } as const;
    expect(sentenceFor('ru', facts)).toBe('Система не приняла запись: Логин ? занят??');
  });

  test('what the target answered is told to who can read it', () => {
    const facts = { code: 'no_such', stage: 'deliver', reason: 'Логин занят' } as const;
    expect(sentenceFor('ru', facts)).toBe('Система не приняла запись (код no_such): Логин занят');
    expect(sentenceFor('en', { ...facts, reason: 'Taken' })).toBe(
      'The system did not take the record (code no_such): Taken',
    );
  });
});
