import fc from 'fast-check';
import { readXlsx } from 'hucre';
import { describe, expect, it } from 'vitest';
import { declarations } from '../../../plugins/index.ts';
import xlsx from '../../../plugins/xlsx/format.ts';
import { codeOf, collect, decodeAll, encodeAll, formatContract } from '../../../src/connect/contract/index.ts';
import { openZip, styledCell, type Fields } from '../../../src/connect/sdk/index.ts';
import { textRow, workbook } from './workbooks.ts';

const format = xlsx.open({});
const broken = await workbook(
  `${textRow(1, 'code', 'name')}${textRow(2, '1', 'a')}<row r="3"><c t="e"><v>#N/A</v></c></row>${textRow(4, '3', 'c')}`,
);
formatContract('xlsx', () => ({
  format,
  isText: true,
  broken: { content: broken, line: 3, code: 'XLSX_CELL_ERROR', goodRecords: 2 },
}));
formatContract('xlsx with a header of two rows', () => ({
  format: xlsx.open({ header: 2, sheet: 'Люди' }),
  isText: true,
}));

const written = async (records: Fields[], columns?: string[], options: object = {}) =>
  readXlsx(await encodeAll(xlsx.open(options), [records], columns), { readStyles: true });
const partOf = async (content: Uint8Array, name: string): Promise<string> => {
  const zip = await openZip(once(content));
  try {
    return String(await collect(zip.members.find((member) => member.name === name)!.read()));
  } finally {
    await zip.close();
  }
};
async function* once<T>(item: T): AsyncGenerator<T> {
  yield item;
}

describe('writing xlsx', () => {
  it('is in the list of formats', () => {
    expect(declarations().some(({ kind, name }) => kind === 'format' && name === 'xlsx')).toBe(true);
  });

  it('gives another program texts that are no formulas, days, numbers and yes and no', async () => {
    const { sheets } = await written(
      [{ code: '0007', sum: '=1+1', hired: '2026-11-24', rate: 0.5, active: true, none: null, at: '2026-13-01' }],
      undefined,
      { sheet: 'Люди' },
    );
    expect(sheets[0]!.name).toBe('Люди');
    expect(sheets[0]!.rows[0]).toEqual(['code', 'sum', 'hired', 'rate', 'active', 'none', 'at']);
    expect(sheets[0]!.rows[1]!.slice(0, 5)).toEqual(['0007', '=1+1', new Date('2026-11-24T00:00:00Z'), 0.5, true]);
    expect(sheets[0]!.rows[1]![6]).toBe('2026-13-01');
  });

  it('makes a header that is bold, stays in sight and filters, and columns as wide as their texts', async () => {
    const content = await encodeAll(format, [
      [
        { a: 'x'.repeat(30), b: 'y'.repeat(300) },
        { a: '1', b: '' },
      ],
    ]);
    const sheet = await partOf(content, 'xl/worksheets/sheet1.xml');
    expect(sheet).toContain('<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>');
    expect(sheet).toContain(
      '<col min="1" max="1" width="32" customWidth="1"/><col min="2" max="2" width="60" customWidth="1"/>',
    );
    expect(sheet).toContain('</sheetData><autoFilter ref="A1:B3"/></worksheet>');
    const { sheets } = await readXlsx(content, { readStyles: true });
    expect(sheets[0]!.cells?.get('0,0')?.style?.font?.bold).toBe(true);
    expect(sheets[0]!.cells?.get('1,0')?.style?.font?.bold ?? false).toBe(false);
  });

  it('marks wrong cells with a colour, and has notes at them', async () => {
    const record = {
      code: styledCell('0007', { look: 'wrong', note: 'Нет такого <кода>' }),
      hired: styledCell(null, { note: 'empty' }),
      rate: styledCell(2, { look: 'wrong' }),
    };
    const content = await encodeAll(format, [[record]]);
    const { sheets } = await readXlsx(content, { readStyles: true });
    const cell = sheets[0]!.cells?.get('1,0');
    expect(cell?.comment?.text).toBe('Нет такого <кода>');
    expect(JSON.stringify(cell?.style?.fill)).toContain('FFC7CE');
    expect(sheets[0]!.cells?.get('1,1')?.comment?.text).toBe('empty');
    expect(await partOf(content, 'xl/drawings/vmlDrawing1.vml')).toContain('<x:Row>1</x:Row><x:Column>1</x:Column>');
    expect((await decodeAll(format, content)).records).toEqual([{ code: '0007', hired: '', rate: '2' }]);
  });

  it('has several tables as sheets, the last one under its name', async () => {
    const tables = [
      { columns: ['why'], records: once([{ why: 'x' }]) },
      { columns: ['code'], records: once([{ code: '1' }]) },
    ];
    const content = await collect(xlsx.open({ sheet: 'a/b' }).encodeTables!(tables));
    const { sheets } = await readXlsx(content);
    expect(sheets.map(({ name, rows }) => [name, rows])).toEqual([
      ['Sheet1', [['why'], ['x']]],
      ['a b', [['code'], ['1']]],
    ]);
  });

  it('is the same file for the same records', async () => {
    const people = [[{ code: '1', name: 'x' }]];
    expect((await encodeAll(format, people)).equals(await encodeAll(format, people))).toBe(true);
  });

  it('refuses what is no cell, has no column or no room', async () => {
    for (const value of [['x'], { a: 1 }, NaN, 'x'.repeat(32_768)])
      expect(await codeOf(() => encodeAll(format, [[{ code: value }]]))).toBe('XLSX_VALUE');
    expect(await codeOf(() => encodeAll(format, [[{ a: '1' }, { b: '2' }]]))).toBe('XLSX_VALUE');
    const wide = Object.fromEntries(Array.from({ length: 16_385 }, (_, index) => [`c${index}`, '']));
    expect(await codeOf(() => encodeAll(format, [[wide]]))).toBe('XLSX_FULL');
  });

  it('refuses more rows than a sheet has', async () => {
    const rows = Array.from({ length: 8192 }, () => ({ a: '' }));
    const filling = Array.from({ length: 128 }, () => rows);
    expect(await codeOf(() => encodeAll(xlsx.open({ header: false }), [...filling, [{ a: '' }]]))).toBe('XLSX_FULL');
    expect(await codeOf(() => encodeAll(format, filling))).toBe('XLSX_FULL');
  });

  it('gives back any text', async () => {
    const texts = fc.string({
      unit: fc.constantFrom(
        'a',
        'Ж',
        '_',
        'x',
        '0',
        'D',
        '\r',
        '\n',
        '\t',
        '\0',
        '\uFFFF',
        '\uD800',
        '😀',
        '<',
        '&',
        ' ',
      ),
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(texts, texts), { minLength: 1, maxLength: 20 }), async (rows) => {
        const records = rows.map(([a, b], index) => ({ key: `k${index}`, a, b }));
        expect((await decodeAll(format, await encodeAll(format, [records]))).records).toEqual(records);
      }),
      { numRuns: 60 },
    );
  });
});
