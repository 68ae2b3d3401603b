import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import csv from '../../../plugins/csv/format.ts';
import { codeOf, decodeAll, encodeAll, formatContract } from '../../../src/connect/contract/index.ts';

const open = (options: object = {}) => csv.open(options);
const read = (text: string | Uint8Array, options: object = {}, pieceBytes?: number) =>
  decodeAll(open(options), text, pieceBytes);
const faults = ({ unreadable }: Awaited<ReturnType<typeof read>>) => unreadable.map(({ line, code }) => [line, code]);

const broken = {
  content: 'code;name\r\n1;A\r\n2;"B\r\n3;C\r\n4;"D ""x"""\r\n',
  line: 3,
  code: 'CSV_QUOTE_UNCLOSED',
  goodRecords: 3,
};
formatContract('csv with semicolons', () => ({
  format: open({ delimiter: ';' }),
  isText: true,
  broken,
  cut: 'code;name\r\n1;A\r\n2',
}));
formatContract('csv with commas, backslashes and a byte order mark', () => ({
  format: open({ escape: '\\', bom: true, lineEnding: 'lf' }),
  isText: true,
}));
formatContract('csv in windows-1251 with tabs', () => ({
  format: open({ delimiter: '\t', quote: "'", encoding: 'windows-1251' }),
  isText: true,
}));

describe('reading csv', () => {
  it('gives cells as text, empty ones too, and nothing is trimmed', async () => {
    const { records, columns } = await read('a;b;c\n007; x ;\n1e3;;-\n', { delimiter: ';' });
    expect(records).toEqual([
      { a: '007', b: ' x ', c: '' },
      { a: '1e3', b: '', c: '-' },
    ]);
    expect(columns).toEqual(['a', 'b', 'c']);
  });

  it('counts rows as a spreadsheet shows them: the header is 1, a cell of several lines is one row, a blank line is one', async () => {
    const text = 'a;b\n1;"x\ny\nz"\n\n2;"""q"""\n;\n3;w\n';
    const { records, lines } = await read(text, { delimiter: ';' });
    expect(records).toEqual([
      { a: '1', b: 'x\ny\nz' },
      { a: '2', b: '"q"' },
      { a: '3', b: 'w' },
    ]);
    expect(lines).toEqual([2, 4, 6]);
  });

  it('rejects ragged rows with their row and text, and reads the rest', async () => {
    const result = await read('a;b;c\n1;2;3\n1;2\n1;2;3;4\n"x;y";2\n5;6;7\n', { delimiter: ';' });
    expect(faults(result)).toEqual([
      [3, 'CSV_RAGGED'],
      [4, 'CSV_RAGGED'],
      [5, 'CSV_RAGGED'],
    ]);
    expect(result.unreadable.map(({ raw }) => raw)).toEqual(['1;2', '1;2;3;4', '"x;y";2']);
    expect(result.unreadable[0]!.message).toBe('The row has 2 cells, and the header has 3');
    expect(result.records.map(({ a }) => a)).toEqual(['1', '5']);
    expect(result.cut).toBeUndefined();
  });

  it('loses one line to a quote that is never closed, wherever it stands', async () => {
    const rows = Array.from({ length: 2000 }, (_, index) => `${index};"name ${index}";x`);
    for (const at of [0, 1, 700, 1998, 1999]) {
      const lines = rows.map((row, index) => (index === at ? `${index};"name ${index};x` : row));
      const result = await read(`a;b;c\r\n${lines.join('\r\n')}\r\n`, { delimiter: ';' }, 1000);
      expect(faults(result)).toEqual([[at + 2, 'CSV_QUOTE_UNCLOSED']]);
      expect(result.unreadable[0]!.raw).toBe(`${at};"name ${at};x`);
      expect(result.records).toHaveLength(1999);
      expect(result.lines.at(-1)).toBe(at === 1999 ? 2000 : 2001);
      expect(result.cut).toBeUndefined();
    }
  });

  it('loses one line to a quote that is never closed in a file without any other quote', async () => {
    const rows = Array.from({ length: 1500 }, (_, index) => (index === 40 ? '40;"B;x' : `${index};A;x`));
    const result = await read(`a;b;c\n${rows.join('\n')}\n`, { delimiter: ';' });
    expect(faults(result)).toEqual([[42, 'CSV_QUOTE_UNCLOSED']]);
    expect(result.records).toHaveLength(1499);
  });

  it('reads a long cell of many lines, up to 500 of them', async () => {
    const cell = (lines: number) => `"${Array.from({ length: lines }, (_, n) => `line ${n}`).join('\n')}"`;
    const long = await read(`a;b\n1;${cell(500)}\n2;x\n`, { delimiter: ';' }, 100);
    expect(long.records).toHaveLength(2);
    expect(long.unreadable).toEqual([]);
    const longer = await read(`a;b\n1;${cell(501)}\n2;x\n`, { delimiter: ';' }, 100);
    expect(faults(longer)[0]).toEqual([2, 'CSV_QUOTE_UNCLOSED']);
    expect(longer.records).toEqual([{ a: '2', b: 'x' }]);
  });

  it('takes a ragged row of several lines for a quote that was never closed', async () => {
    const result = await read('a;b;c\n1;"B;x\n2;C"\n3;y;z\n', { delimiter: ';' });
    expect(faults(result)).toEqual([
      [2, 'CSV_QUOTE_UNCLOSED'],
      [3, 'CSV_RAGGED'],
    ]);
    expect([result.records, result.lines]).toEqual([[{ a: '3', b: 'y', c: 'z' }], [4]]);
  });

  it('rejects text behind a closing quote, and takes a quote inside a cell as it is', async () => {
    const result = await read('a;b\n1;"x"y\n2;ООО "Маяк"\n3;"ok"\n', { delimiter: ';' });
    expect(faults(result)).toEqual([[2, 'CSV_QUOTE_BROKEN']]);
    expect(result.records).toEqual([
      { a: '2', b: 'ООО "Маяк"' },
      { a: '3', b: 'ok' },
    ]);
  });

  it('says that a file ends in the middle of a row, and takes a whole last row without a line end', async () => {
    expect((await read('a;b\n1;2\n3', { delimiter: ';' })).cut).toBe('the file ends in the middle of a row');
    expect((await read('a;b\n1;2\n3;"x', { delimiter: ';' })).cut).toBe('the file ends in the middle of a row');
    expect((await read('a;b\n1;2\n3;"x\ny', { delimiter: ';' })).cut).toBe('the file ends in the middle of a row');
    const whole = await read('a;b\n1;2\n3;4', { delimiter: ';' });
    expect([whole.cut, whole.records.length]).toEqual([undefined, 2]);
    expect((await read('a;b\n1;2\n3\n', { delimiter: ';' })).cut).toBeUndefined();
  });

  it('rejects rows with bytes that are not of the encoding, and replaces none', async () => {
    const content = Buffer.concat([
      Buffer.from('a;b\n1;Анна\n2;'),
      Buffer.of(0xc8, 0xe2),
      Buffer.from('\n3;"x\n'),
      Buffer.of(0xff),
      Buffer.from('"\n4;Иван\n'),
    ]);
    for (const pieceBytes of [1, 5, 1000]) {
      const result = await read(content, { delimiter: ';' }, pieceBytes);
      expect(faults(result)).toEqual([
        [3, 'ENCODING_BROKEN'],
        [4, 'ENCODING_BROKEN'],
      ]);
      expect(result.records).toEqual([
        { a: '1', b: 'Анна' },
        { a: '4', b: 'Иван' },
      ]);
    }
    const cyrillic = await read(Buffer.concat([iconv.encode('a\nЁлка №5\n', 'win1251'), Buffer.of(0x98, 0x0a)]), {
      encoding: 'windows-1251',
    });
    expect(cyrillic.records).toEqual([{ a: 'Ёлка №5' }]);
    expect(faults(cyrillic)).toEqual([[3, 'ENCODING_BROKEN']]);
  });

  it('knows a file in another encoding by its mark or its header', async () => {
    const bom = Buffer.of(0xef, 0xbb, 0xbf);
    expect(await codeOf(() => read(Buffer.concat([bom, Buffer.from('a\n')]), { encoding: 'windows-1251' }))).toBe(
      'ENCODING_WRONG',
    );
    expect(await codeOf(() => read(Buffer.from('\uFEFFa\n', 'utf16le')))).toBe('ENCODING_WRONG');
    expect(await codeOf(() => read(iconv.encode('Фамилия\nИванов\n', 'win1251')))).toBe('ENCODING_WRONG');
    const marked = await read(Buffer.concat([bom, Buffer.from('"a",b\n1,2\n')]), {}, 1);
    expect(marked.records).toEqual([{ a: '1', b: '2' }]);
    expect(marked.dialect).toEqual({
      format: 'csv',
      options: {
        delimiter: ',',
        quote: '"',
        escape: '"',
        encoding: 'utf-8',
        bom: true,
        header: true,
        lineEnding: 'lf',
      },
      columns: ['a', 'b'],
    });
  });

  it('cleans header names of what nobody sees, and says so', async () => {
    const { columns, notes } = await read('\u200Bcode\u00A0;" last\n name ";x\u00ADy\n1;2;3\n', { delimiter: ';' });
    expect(columns).toEqual(['code', 'last name', 'xy']);
    expect(notes).toEqual([
      'the header of column 1 (code) has an invisible character, which is left out',
      'the header of column 3 (xy) has an invisible character, which is left out',
    ]);
  });

  it('passes over columns without a name, as a delimiter at the end of each row makes them', async () => {
    expect((await read('a;b;\n1;2;\n', { delimiter: ';' })).records).toEqual([{ a: '1', b: '2' }]);
  });

  it('refuses a header that names a column twice, is broken, or would not be data', async () => {
    expect(await codeOf(() => read('a,b, a\n1,2,3\n'))).toBe('CSV_HEADER');
    expect(await codeOf(() => read('a,"b\n1,2\n'))).toBe('CSV_HEADER');
    expect(await codeOf(() => read('a,__proto__\n1,2\n'))).toBe('CSV_HEADER');
  });

  it('tells the columns of a file without records, and nothing of an empty one', async () => {
    expect(await read('a,b\n')).toMatchObject({ records: [], columns: ['a', 'b'] });
    const empty = await read('');
    expect([empty.records, empty.columns, empty.cut]).toEqual([[], undefined, undefined]);
  });

  it('rejects rows with a NUL character, and a header with one', async () => {
    const result = await read('a;b\n1;x\0\n2;"y\0"\n3;z\n', { delimiter: ';' });
    expect(faults(result)).toEqual([
      [2, 'CSV_NUL'],
      [3, 'CSV_NUL'],
    ]);
    expect(result.records).toEqual([{ a: '3', b: 'z' }]);
    expect(await codeOf(() => read('a;b\0\n1;2\n', { delimiter: ';' }))).toBe('CSV_HEADER');
  });

  it('refuses more than 10,000 columns at once', async () => {
    const row = (width: number): string => Array.from({ length: width }, (_, index) => `n${index}`).join(',');
    const told = expect.stringContaining('The table has 1000000 columns by its row 1, and 10000 are read at most.');
    const wide = row(1_000_000);
    await expect(read(`${wide}\n`)).rejects.toMatchObject({ code: 'CSV_HEADER', message: told });
    await expect(read(`${wide}\n`, { header: false })).rejects.toMatchObject({ code: 'CSV_HEADER', message: told });
    const { records } = await read(`${row(10_000)}\n${row(10_000)}\n`);
    expect(Object.keys(records[0] ?? {})).toHaveLength(10_000);
  });

  it('takes names from the options, or makes them, for a file without a header', async () => {
    const listed = await read('1,2\n3,4\n', { header: ['a', 'b'] });
    expect([listed.records[0], listed.lines]).toEqual([{ a: '1', b: '2' }, [1, 2]]);
    expect((await read('1,2\n3,4\n', { header: false })).records[1]).toEqual({ c1: '3', c2: '4' });
    expect(faults(await read('1,2\n', { header: ['a', 'b', 'c'] }))).toEqual([[1, 'CSV_RAGGED']]);
  });

  it('knows no quotes where there are none', async () => {
    const { records } = await read('a;b\n1;"x\n2;y"\n', { delimiter: ';', quote: false });
    expect(records).toEqual([
      { a: '1', b: '"x' },
      { a: '2', b: 'y"' },
    ]);
  });

  it('refuses options that contradict each other', async () => {
    expect(await codeOf(async () => open({ delimiter: "'", quote: "'" }))).toBe('CSV_OPTIONS');
    expect(await codeOf(async () => open({ bom: true, encoding: 'windows-1251' }))).toBe('ENCODING_MARK');
  });

  it('refuses a file without line ends', async () => {
    expect(await codeOf(() => read(Buffer.alloc(17 * 1024 * 1024, 0x61)))).toBe('LINE_TOO_LONG');
  });
});

describe('writing csv', () => {
  it('writes the dialect that it is told', async () => {
    const records = [[{ a: '1', b: 'x;y' }], [{ a: 'Ё', b: '"' }]];
    const bytes = await encodeAll(open({ delimiter: ';', encoding: 'windows-1251' }), records);
    expect(iconv.decode(bytes, 'win1251')).toBe('a;b\r\n1;"x;y"\r\nЁ;""""\r\n');
    const marked = await encodeAll(open({ bom: true, lineEnding: 'lf', header: false }), [
      [{ a: 1, b: true, c: null }],
    ]);
    expect(marked.toString()).toBe('\uFEFF1,true,\n');
    expect((await encodeAll(open({ header: ['b'] }), records)).toString()).toBe('x;y\r\n""""\r\n');
    expect((await encodeAll(open(), [], ['a', 'b'])).toString()).toBe('a,b\r\n');
  });

  it('names the column of a character that the encoding does not have', async () => {
    const writing = encodeAll(open({ encoding: 'windows-1251' }), [[{ name: 'Zoë', note: 'x' }]]);
    await expect(writing).rejects.toThrow(
      'The column name holds the character U+00EB, which windows-1251 does not have.',
    );
    expect(await codeOf(() => encodeAll(open(), [[{ a: '\uD800' }]]))).toBe('ENCODING_UNMAPPABLE');
  });

  it('refuses lists, maps, fields without a column, and what only quotes could hold', async () => {
    expect(await codeOf(() => encodeAll(open(), [[{ a: ['x'] }]]))).toBe('CSV_VALUE');
    expect(await codeOf(() => encodeAll(open(), [[{ a: 'x' }, { a: 'x', b: 'y' }]]))).toBe('CSV_VALUE');
    expect(await codeOf(() => encodeAll(open({ quote: false }), [[{ a: 'x,y' }]]))).toBe('CSV_VALUE');
  });

  it('gives back any cells in any dialect', async () => {
    const cell = fc.oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[ab"';,\r\n\\ ]*$/));
    const dialect = fc.record({
      delimiter: fc.constantFrom(',', ';', '\t', '|'),
      quote: fc.constantFrom('"', "'"),
      lineEnding: fc.constantFrom('crlf', 'lf'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 20 }),
        dialect,
        async (rows, options) => {
          // A row of blanks alone is no record, so each has something in it.
          const records = rows.map(([a, b], index) => ({ key: String(index), a, b }));
          const result = await decodeAll(open(options), await encodeAll(open(options), [records]), 13);
          expect(result.records).toEqual(records);
          expect(result.lines).toEqual(records.map((_, index) => index + 2));
          expect(result.unreadable).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });
});
