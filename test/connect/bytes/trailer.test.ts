import { describe, expect, it } from 'vitest';
import { formats } from '../../../plugins/formats.ts';
import { codeOf, decodeAll, encodeAll } from '../../../src/connect/contract/index.ts';
import type { Fields } from '../../../src/connect/sdk/index.ts';
import csv from '../../../plugins/csv/format.ts';
import fixed from '../../../plugins/fixed/format.ts';

const people = [
  { code: '1', name: 'Анна' },
  { code: '2', name: 'Bob' },
];
const open = (options: Fields) => csv.open({ delimiter: ';', ...options });

describe('a trailer', () => {
  it.each([
    ['ИТОГО;{rows}', 'ИТОГО;2'],
    ['ИТОГО;{rows}', 'ИТОГО;0002\n\n  \n'],
    ['TRL {rows} *', 'TRL 2 of 24.11.2026 (full)'],
    ['{rows} rows', '2 rows\r\n'],
    ['THE END.', 'THE END.'],
    ['[{rows}]+', '[2]+'],
  ])('%s is no record, and the file is whole', async (trailer, last) => {
    const content = `code;name\n1;Анна\n2;Bob\n${last}`;
    for (const pieceBytes of [1, 7, 65_536]) {
      const { records, unreadable, cut, lines } = await decodeAll(open({ trailer }), content, pieceBytes);
      expect({ records, unreadable, cut, lines }).toEqual({
        records: people,
        unreadable: [],
        cut: undefined,
        lines: [2, 3],
      });
    }
  });

  it.each([
    ['ИТОГО;3', 'the file has 2 records, and 3 by its trailer'],
    ['ИТОГО;2;', 'the file does not end with the `trailer` of its format'],
    ['', 'the file does not end with the `trailer` of its format'],
    ['ИТОГО;2\n3;Eva', 'the file does not end with the `trailer` of its format'],
  ])('that is otherwise (%s) makes the file incomplete', async (last, cut) => {
    const found = await decodeAll(open({ trailer: 'ИТОГО;{rows}' }), `code;name\n1;Анна\n2;Bob\n${last}`);
    expect(found.cut).toBe(cut);
    expect(found.records.slice(0, 2)).toEqual(people);
  });

  it('counts rows that could not be read as well, and is missing in an empty file', async () => {
    const { unreadable, cut } = await decodeAll(open({ trailer: 'T{rows}' }), 'code;name\n1;Анна\n2\nT2');
    expect({ codes: unreadable.map(({ code }) => code), cut }).toEqual({ codes: ['CSV_RAGGED'], cut: undefined });
    expect((await decodeAll(open({ trailer: 'T{rows}' }), '')).cut).toBeTruthy();
    const broken = Buffer.concat([Buffer.from('code;name\n1;'), Buffer.from([0xff]), Buffer.from('\n2;Bob\nT2\n')]);
    for (const pieceBytes of [1, 65_536]) {
      const found = await decodeAll(open({ trailer: 'T{rows}' }), broken, pieceBytes);
      expect(found.unreadable.map(({ line, code }) => [line, code])).toEqual([[2, 'ENCODING_BROKEN']]);
      expect(found.cut).toBeUndefined();
    }
  });

  it('stands behind rows of any end and in lines of fixed width', async () => {
    const ended = await decodeAll(open({ trailer: 'T{rows}', recordEnd: '|' }), 'code;name|1;Анна|2;Bob|T2|');
    expect({ records: ended.records, cut: ended.cut }).toEqual({ records: people, cut: undefined });
    const lines = fixed.open({ columns: { code: 2, name: 5 }, trailer: 'T{rows}' });
    for (const [last, cut] of [
      ['T0002', undefined],
      ['T3     ', 'the file has 2 records, and 3 by its trailer'],
    ])
      expect(await decodeAll(lines, `1 Анна \n2 Bob  \n${last}`)).toMatchObject({
        records: people,
        ...(cut ? { cut } : {}),
      });
  });

  it('is written with the number of records, in the encoding of the file', async () => {
    const format = open({ trailer: 'ИТОГО;{rows}', encoding: 'cp866', lineEnding: 'lf' });
    const written = await encodeAll(format, [people.slice(0, 1), people.slice(1)]);
    expect(await decodeAll(format, written)).toMatchObject({ records: people });
    expect(written.subarray(-8)).toEqual(Buffer.from([0x88, 0x92, 0x8e, 0x83, 0x8e, 0x3b, 0x32, 0x0a]));
    const lines = fixed.open({ columns: { code: 2, name: 5 }, trailer: 'T{rows}' });
    expect(String(await encodeAll(lines, [people]))).toBe('1 Анна \r\n2 Bob  \r\nT2\r\n');
    expect(await codeOf(() => encodeAll(open({ trailer: '→{rows}', encoding: 'cp866' }), [people]))).toBe(
      'ENCODING_UNMAPPABLE',
    );
  });

  it('must be told from a record, and be one line when it is written', async () => {
    for (const name of ['csv', 'fixed']) {
      const check = (trailer: string, use: 'read' | 'write') =>
        codeOf(async () => formats.find((one) => one.name === name)!.check!({ columns: { code: 2 }, trailer }, use));
      expect(await check('{rows}', 'read')).toBe('TRAILER_PATTERN');
      expect(await check('{rows} of {rows}', 'read')).toBe('TRAILER_PATTERN');
      expect(await check('T{rows}*', 'write')).toBe('TRAILER_PATTERN');
    }
    csv.check!({ trailer: 'T{rows}*' }, 'read');
  });
});
