import fc from 'fast-check';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import fixed from '../../../plugins/fixed/format.ts';
import { codeOf, decodeAll, encodeAll, formatContract } from '../../../src/connect/contract/index.ts';

const columns = { code: 6, name: 10, note: 4 };
const open = (options: object = {}) => fixed.open({ columns, ...options });
const read = (text: string | Uint8Array, options: object = {}, pieceBytes?: number) =>
  decodeAll(open(options), text, pieceBytes);
const faults = ({ unreadable }: Awaited<ReturnType<typeof read>>) => unreadable.map(({ line, code }) => [line, code]);

const records = [
  { code: '0007', name: 'Иванова; "', note: '' },
  { code: '123456', name: "O'Neil, Jo", note: '=1+1' },
  { code: '1', name: ' spaces', note: 'x' },
];
const broken = {
  content: 'a     b         c   \r\n2     \r\n3     d         e   \r\n',
  line: 2,
  code: 'FIXED_SHORT',
  goodRecords: 2,
};
formatContract('fixed', () => ({
  format: open(),
  isText: true,
  records,
  hasOwnColumns: true,
  broken,
  cut: 'a     b         c   \r\n2     d',
}));
formatContract('fixed in cp866, with places and without blanks at the end', () => ({
  format: open({
    columns: { code: '1-6', name: '10-19', note: '31-40' },
    encoding: 'cp866',
    filled: false,
    lineEnding: 'lf',
  }),
  isText: true,
  records,
  hasOwnColumns: true,
  cut: 'a        b\n2',
}));

describe('reading fixed', () => {
  it('takes each column from its place, and blanks off its end alone', async () => {
    const { records: found, lines, columns: names } = await read('000007 Анна     =1  \n12    Б         \u00A0 x \n');
    expect(found).toEqual([
      { code: '000007', name: ' Анна', note: '=1' },
      { code: '12', name: 'Б', note: '\u00A0 x' },
    ]);
    expect([lines, names]).toEqual([
      [1, 2],
      ['code', 'name', 'note'],
    ]);
  });

  it('counts places from 1 and both ends, and passes over what stands between', async () => {
    const options = { columns: { name: '9-12', code: '1-3' } };
    const { records: found } = await read('007-----Анна\n', options);
    expect(found).toEqual([{ name: 'Анна', code: '007' }]);
    expect(Object.keys(found[0]!)).toEqual(['name', 'code']);
    const mixed = await read('..007Анна', { columns: { code: '3-5', name: 4 } });
    expect(mixed.records).toEqual([{ code: '007', name: 'Анна' }]);
  });

  it('rejects lines that are too short or too long, with their line, and passes over blank ones', async () => {
    const result = await read(
      'a     b         c   \n\n2     b\n3     b         c   !\n                    \n5     b         c      \n',
    );
    expect(faults(result)).toEqual([
      [3, 'FIXED_SHORT'],
      [4, 'FIXED_LONG'],
    ]);
    expect(result.unreadable[0]).toMatchObject({
      message: 'The line has 7 characters, and the columns end at 20',
      raw: '2     b',
    });
    expect([result.records.map(({ code }) => code), result.lines]).toEqual([
      ['a', '5'],
      [1, 6],
    ]);
  });

  it('reads shorter lines where blanks are left out, and then takes an open end for a cut', async () => {
    const result = await read('a     b\n2\n3     b         c\n', { filled: false });
    expect(result.records).toEqual([
      { code: 'a', name: 'b', note: '' },
      { code: '2', name: '', note: '' },
      { code: '3', name: 'b', note: 'c' },
    ]);
    expect(result.cut).toBeUndefined();
    expect((await read('a     b\n2', { filled: false })).cut).toBe(
      'the last line has no line end, so it may be half a record',
    );
  });

  it('takes a full last line without a line end for whole, and half a one for a cut', async () => {
    expect((await read('a     b         c   \n2     b         c   ')).cut).toBeUndefined();
    expect((await read('a     b         c   \n2     b    ')).cut).toBe('the file ends in the middle of a line');
  });

  it('passes over the lines that `skip` says, and counts them', async () => {
    const { records: found, lines } = await read('КОД   ИМЯ\n------\n1     A         x   \n', { skip: 2 });
    expect([found, lines]).toEqual([[{ code: '1', name: 'A', note: 'x' }], [3]]);
  });

  it('counts characters, not bytes or halves of pairs', async () => {
    const { records: found } = await read('😀😀    Ёлка      x   \n');
    expect(found).toEqual([{ code: '😀😀', name: 'Ёлка', note: 'x' }]);
  });

  it('rejects lines that are not of the encoding, and understands others', async () => {
    const result = await read(Buffer.concat([Buffer.from('1     A         x   \n2'), Buffer.of(0xff, 0x0a)]));
    expect(faults(result)).toEqual([[2, 'ENCODING_BROKEN']]);
    const text = '1     Ёлка      x   \r\n';
    const dos = await read(Buffer.concat([iconv.encode(text, 'cp866'), Buffer.of(0x1a)]), { encoding: 'cp866' });
    expect([dos.records, dos.unreadable, dos.cut]).toEqual([[{ code: '1', name: 'Ёлка', note: 'x' }], [], undefined]);
    const wide = await read(iconv.encode(text, 'utf-16'), { encoding: 'auto' }, 1);
    expect(wide.records).toEqual(dos.records);
    expect(wide.notes).toEqual(['the encoding is utf-16le, as its byte order mark says']);
    expect(wide.dialect.options).toEqual({
      columns,
      encoding: 'utf-16le',
      bom: true,
      filled: true,
      lineEnding: 'crlf',
    });
  });

  it('refuses columns that overlap, run backwards, have no order or no name, and a file without columns', async () => {
    for (const wrong of [
      { a: '1-5', b: '5-9' },
      { a: '5-1' },
      { a: '0-4' },
      { '1': 5, a: 3 },
      { ' ': 3 },
      JSON.parse('{"__proto__": 3}') as object,
      {},
    ])
      expect(await codeOf(async () => open({ columns: wrong }))).toBe('FIXED_OPTIONS');
    expect(await codeOf(async () => open({ encoding: 'cp866', bom: true }))).toBe('ENCODING_MARK');
    expect((await read('12\n', { columns: { '1': '1-1', a: '2-2' } })).records).toEqual([{ '1': '1', a: '2' }]);
  });
});

describe('writing fixed', () => {
  it('fills up with blanks, or leaves them out at the end', async () => {
    const people = [[{ code: 7, name: 'Анна', note: null, other: 'x' }]];
    expect((await encodeAll(open(), people)).toString()).toBe('7     Анна          \r\n');
    expect((await encodeAll(open({ filled: false, lineEnding: 'lf' }), people)).toString()).toBe('7     Анна\n');
    const places = open({ columns: { name: '5-8', code: '1-2' }, bom: true });
    expect((await encodeAll(places, people)).toString()).toBe('\uFEFF7   Анна\r\n');
    expect((await encodeAll(open(), people, ['name'])).toString()).toBe('      Анна          \r\n');
  });

  it('cuts nothing off: it refuses values that do not fit, are no cells, or have no place', async () => {
    await expect(encodeAll(open(), [[{ code: '1234567' }]])).rejects.toThrow(
      'The field code has 7 characters, and its column has room for 6.',
    );
    for (const value of ['a\nb', ['x'], { a: 1 }])
      expect(await codeOf(() => encodeAll(open(), [[{ code: value }]]))).toBe('FIXED_VALUE');
    expect(await codeOf(() => encodeAll(open(), [], ['salary']))).toBe('FIXED_COLUMNS');
    expect(await codeOf(() => encodeAll(open({ encoding: 'auto' }), []))).toBe('ENCODING_AUTO');
    await expect(encodeAll(open({ encoding: 'koi8-r' }), [[{ code: '№ 5', name: 'x' }]])).rejects.toThrow(
      'The column code holds the character U+2116, which koi8-r does not have.',
    );
  });

  it('gives back any cells, wherever columns stand and however it is encoded', async () => {
    const cell = (max: number) =>
      fc
        .string({ unit: fc.constantFrom('a', 'Ж', 'ё', ' ', '"', ';', '-'), maxLength: max })
        .map((text) => text.trimEnd());
    const encodings = fc.constantFrom('utf-8', 'windows-1251', 'cp866', 'koi8-r', 'utf-16', 'utf-16be');
    const layouts = fc.constantFrom<object>(
      { key: 4, a: 5, b: 3 },
      { key: '1-4', b: '8-10', a: '20-24' },
      { b: '20-22', a: '2-6', key: '9-12' },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell(5), cell(3)), { minLength: 1, maxLength: 20 }),
        encodings,
        layouts,
        fc.boolean(),
        async (rows, encoding, layout, filled) => {
          const written = rows.map(([a, b], index) => ({ key: String(index), a, b }));
          const options = { columns: layout, encoding, filled };
          const result = await decodeAll(open(options), await encodeAll(open(options), [written]), 13);
          expect(result.records).toEqual(written);
          expect(result.unreadable).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });
});
