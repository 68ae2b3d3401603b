import fc from 'fast-check';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import csv from '../../../plugins/csv/format.ts';
import { codeOf, decodeAll, encodeAll, formatContract } from '../../../src/connect/contract/index.ts';

const open = (options: object = {}) => csv.open(options);
const read = (text: string | Uint8Array, options: object = {}, pieceBytes?: number) =>
  decodeAll(open(options), text, pieceBytes);

for (const options of [
  { encoding: 'cp866', delimiter: ';' },
  { encoding: 'koi8-r', delimiter: ';', header: 1 },
  { encoding: 'utf-16', delimiter: '\t' },
  { encoding: 'utf-16be' },
  { encoding: 'utf-16le', recordEnd: '|\n' },
  { recordEnd: '||', delimiter: ';', encoding: 'windows-1251' },
])
  formatContract(`csv with ${JSON.stringify(options)}`, () => ({ format: open(options), isText: true }));

/** What Excel with Russian settings saves of one sheet, by the name in its dialog. */
const sheet = 'Таб. №;Фамилия;Примечание\r\n007;Ёлкина;"склад; смена ""Б"""\r\n';
const saved = {
  'CSV (разделители — запятые)': [iconv.encode(sheet, 'win1251'), { delimiter: ';', encoding: 'windows-1251' }],
  'CSV UTF-8': [Buffer.from(`\uFEFF${sheet}`), { delimiter: ';', bom: true }],
  'CSV (MS-DOS)': [iconv.encode(sheet, 'cp866'), { delimiter: ';', encoding: 'cp866' }],
  'Текст Юникод': [
    Buffer.from(
      `\uFEFF${sheet.replaceAll(';', '\t').replace('склад\t', 'склад;')}`.replace(/"склад(.*)"\r/, '"склад$1"\r'),
      'utf16le',
    ),
    { delimiter: '\t', encoding: 'utf-16', quote: '"' },
  ],
} as const;

describe('what Excel with Russian settings saves', () => {
  const records = [{ 'Таб. №': '007', Фамилия: 'Ёлкина', Примечание: 'склад; смена "Б"' }];
  for (const [name, [bytes, options]] of Object.entries(saved)) {
    it(`as “${name}” is read, and written the same`, async () => {
      expect((await read(bytes, options)).records).toEqual(records);
      expect((await encodeAll(open(options), [records])).equals(bytes)).toBe(true);
      const auto = await read(bytes, { ...options, bom: undefined, encoding: 'auto' }, 3);
      expect(auto.records).toEqual(records);
      expect(auto.notes?.[0]).toMatch(/^the encoding is (windows-1251|utf-8|cp866|utf-16le), as its/);
      // The dialect that was found writes the file once more.
      expect((await encodeAll(open(auto.dialect.options), [records])).equals(bytes)).toBe(true);
    });
  }
});

describe('a first line sep=', () => {
  it('says the delimiter, is no row, and is told where the options say another', async () => {
    const { records, lines, columns, notes, dialect } = await read('sep=;\r\na;b\r\n1;2\r\n', {}, 1);
    expect([records, lines, columns]).toEqual([[{ a: '1', b: '2' }], [2], ['a', 'b']]);
    expect(notes).toEqual(['the first line sets the delimiter “;”, and the format says “,”']);
    expect(dialect.options).toMatchObject({ delimiter: ';', lineEnding: 'crlf' });
    expect((await read('SEP=\t\na\tb\n1\t2\n', { delimiter: '\t' })).notes).toBeUndefined();
    const wide = await read(Buffer.from('\uFEFFsep=|\na|b\n1|2', 'utf16le'), {
      encoding: 'utf-16',
      skip: 1,
      header: false,
    });
    expect([wide.records, wide.lines]).toEqual([[{ c1: '1', c2: '2' }], [2]]);
    expect((await read('sep=;')).records).toEqual([]);
  });

  it('stands in the first line alone, and nothing else is taken for it', async () => {
    expect((await read('a,b\nsep=;,x\n')).records).toEqual([{ a: 'sep=;', b: 'x' }]);
    expect((await read('sep=,b\n1,2\n')).columns).toEqual(['sep=', 'b']);
    const bytes = await encodeAll(open({ delimiter: ';', header: false }), [[{ a: 'sep=', b: '' }]]);
    expect((await read(bytes, { delimiter: ';', header: ['a', 'b'] })).records).toEqual([{ a: 'sep=', b: '' }]);
  });
});

describe('a row end of its own', () => {
  it('ends rows, and line breaks are characters', async () => {
    const { records, lines, dialect } = await read('a;b|1;x\r\ny|2;"p|q"|', { delimiter: ';', recordEnd: '|' }, 2);
    expect(records).toEqual([
      { a: '1', b: 'x\r\ny' },
      { a: '2', b: 'p|q' },
    ]);
    expect(lines).toEqual([2, 3]);
    expect(dialect.options).toMatchObject({ recordEnd: '|' });
    expect(dialect.options).not.toHaveProperty('lineEnding');
  });

  it('tells faults by row as ever', async () => {
    const result = await read('a;b~1;2~3~"4;5~6;7~8;"9"x~0', { delimiter: ';', recordEnd: '~' });
    expect(result.unreadable.map(({ line, code }) => [line, code])).toEqual([
      [3, 'CSV_RAGGED'],
      [4, 'CSV_QUOTE_UNCLOSED'],
      [6, 'CSV_QUOTE_BROKEN'],
      [7, 'CSV_RAGGED'],
    ]);
    expect([result.records, result.cut]).toEqual([
      [
        { a: '1', b: '2' },
        { a: '6', b: '7' },
      ].slice(0, 2),
      'the file ends in the middle of a row',
    ]);
  });

  it('is refused beside `lineEnding`, or with the delimiter or the quote in it', async () => {
    for (const options of [{ lineEnding: 'lf', recordEnd: '|' }, { recordEnd: ',\n' }, { recordEnd: '"' }])
      expect(await codeOf(async () => open(options))).toBe('CSV_OPTIONS');
    expect(await codeOf(() => encodeAll(open({ quote: false, recordEnd: '|\n' }), [[{ a: 'x|' }]]))).toBe('CSV_VALUE');
  });
});

describe('any dialect', () => {
  it('gives back any cells', async () => {
    const cell = fc.oneof(
      fc.string({
        unit: fc.constantFrom('a', 'Ж', 'ё', ' ', '"', ';', ',', '|', '\n', '\r', '\\', '=', '~', ']', '^', '-'),
      }),
      fc.constantFrom('sep=', 'sep=;', '', '|', '||'),
    );
    const dialect = fc.record({
      delimiter: fc.constantFrom(',', ';', '\t'),
      quote: fc.constantFrom('"', "'"),
      encoding: fc.constantFrom('utf-8', 'windows-1251', 'cp866', 'koi8-r', 'utf-16', 'utf-16le', 'utf-16be'),
      recordEnd: fc.constantFrom(undefined, '|', '||', '|\n', '~', ']^-\\', '\n|'),
      header: fc.constantFrom<unknown>(true, 1, 2, ['key', 'a', 'b']),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 12 }),
        dialect,
        async (rows, options) => {
          const records = rows.map(([a, b], index) => ({ key: String(index), a, b }));
          const result = await decodeAll(open(options), await encodeAll(open(options), [records]), 13);
          expect(result.records).toEqual(records);
          expect(result.unreadable).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('names the column of a character that the encoding lacks, and writes no file by a guess', async () => {
    await expect(encodeAll(open({ encoding: 'koi8-r' }), [[{ name: 'дом № 5' }]])).rejects.toThrow(
      'The column name holds the character U+2116, which koi8-r does not have.',
    );
    await expect(encodeAll(open({ encoding: 'cp866' }), [[{ Zoë: 'x' }]])).rejects.toThrow('U+00EB');
    await expect(encodeAll(open({ encoding: 'cp866', delimiter: '¦' }), [[{ a: 'x', b: 'y' }]])).rejects.toThrow(
      'The `delimiter` or `recordEnd` holds the character U+00A6',
    );
    expect(await codeOf(() => encodeAll(open({ encoding: 'auto' }), []))).toBe('ENCODING_AUTO');
  });

  it('names the encoding that was found where a row or the header is not of it', async () => {
    const content = Buffer.concat([
      iconv.encode('Фамилия;Имя\nИванова;Анна\nСмирнов;', 'win1251'),
      Buffer.of(0x98, 0x0a),
    ]);
    const { unreadable, notes } = await read(content, { delimiter: ';', encoding: 'auto' });
    expect(unreadable.map(({ line, code, message }) => [line, code, message])).toEqual([
      [3, 'ENCODING_BROKEN', 'The row holds bytes that are not windows-1251'],
    ]);
    expect(notes).toEqual([
      'the encoding is windows-1251, as its letters say; `encoding: windows-1251` makes it certain',
    ]);
    expect(await codeOf(() => read(iconv.encode('Имя\n1\n', 'koi8-r'), { encoding: 'auto' }))).toBe('ENCODING_UNSURE');
  });
});
