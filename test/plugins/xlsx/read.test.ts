import fc from 'fast-check';
import { writeXlsx } from 'hucre';
import { describe, expect, it } from 'vitest';
import xlsx from '../../../plugins/xlsx/format.ts';
import { lookOfCode } from '../../../plugins/xlsx/styles.ts';
import { newPackedTexts } from '../../../plugins/xlsx/packed-texts.ts';
import { codeOf, decodeAll } from '../../../src/connect/contract/index.ts';
import { textRow, workbook, zipOf, type Parts } from './workbooks.ts';

const read = async (content: Uint8Array, options: object = {}) => decodeAll(xlsx.open(options), content);
const readRows = async (rows: string, options: object = {}, parts: Parts = {}) =>
  read(await workbook(rows, parts), options);
const cellsOf = async (cells: string, parts: Parts = {}) =>
  (await readRows(`<row r="1">${cells}</row>`, { header: false }, parts)).records.flatMap((record) =>
    Object.values(record),
  );

describe('cells of a workbook', () => {
  it('are text: shared, formatted in runs, in the cell, of a formula, with escapes and blanks', async () => {
    const strings =
      '<si><t>Иванова</t></si><si><r><t xml:space="preserve">Анна </t></r><r><t>М.</t></r><rPh sb="0" eb="1"><t>no</t></rPh></si><si><t>a_x000D_b_x005F_x000D_</t></si><si/>';
    const cells =
      '<c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s"><v>2</v></c><c t="s"><v>3</v></c><c t="inlineStr"><is><r><t>x</t></r><r><t xml:space="preserve"> y</t></r></is></c><c t="str"><f>A1</f><v>0007</v></c><c t="b"><v>1</v></c><c t="b"><v>0</v></c>';
    expect(await cellsOf(cells, { strings })).toEqual([
      'Иванова',
      'Анна М.',
      'a\rb_x000D_',
      '',
      'x y',
      '0007',
      'true',
      'false',
    ]);
  });

  it('of numbers are what was entered, without an exponent and without a lost digit', async () => {
    const numbers = ['7', '1.1000000000000001', '12345678901234567890', '1E-7', '-1.5E+21', '2E3', '-0.5', '1.0'];
    expect(await cellsOf(numbers.map((number) => `<c><v>${number}</v></c>`).join(''))).toEqual([
      '7',
      '1.1',
      '12345678901234567890',
      '0.0000001',
      '-1500000000000000000000',
      '2000',
      '-0.5',
      '1',
    ]);
  });

  const styles =
    '<numFmts><numFmt numFmtId="164" formatCode="dd\\.mm\\.yyyy;@"/><numFmt numFmtId="165" formatCode="000000"/><numFmt numFmtId="166" formatCode="[$-419]d mmmm yyyy&quot; г.&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="22"/><xf numFmtId="20"/><xf numFmtId="46"/><xf numFmtId="165"/><xf numFmtId="166"/></cellXfs>';
  const dated = (style: number, value: string): string => `<c s="${style}"><v>${value}</v></c>`;

  it('that are shown as days and times are ISO text, as is a number with leading zeros', async () => {
    const cells = [
      dated(0, '46350'),
      dated(1, '46350'),
      dated(2, '1'),
      dated(7, '61'),
      dated(3, '46350.395833333336'),
      dated(3, '46350'),
      dated(4, '0.39583333333333331'),
      dated(5, '1.5'),
      dated(6, '7'),
      '<c t="d"><v>2026-11-24T00:00:00</v></c>',
    ];
    expect(await cellsOf(cells.join(''), { styles })).toEqual([
      '46350',
      '2026-11-24',
      '1900-01-01',
      '1900-03-01',
      '2026-11-24T09:30:00',
      '2026-11-24',
      '09:30:00',
      '36:00:00',
      '000007',
      '2026-11-24',
    ]);
  });

  it('count days from 1904 where the workbook says so', async () => {
    const workbookProperties = '<workbookPr date1904="1"/>';
    expect(await cellsOf(dated(1, '44888') + dated(1, '0'), { styles, workbookProperties })).toEqual([
      '2026-11-24',
      '1904-01-01',
    ]);
  });

  it('that are no day of the calendar reject their row, not the others', async () => {
    const rows =
      textRow(1, 'code', 'hired') +
      ['60', '-3', '0', '2958466', '59']
        .map((day, at) => `<row r="${at + 2}"><c><v>${at}</v></c>${dated(1, day)}</row>`)
        .join('');
    const { records, unreadable } = await readRows(rows, {}, { styles });
    expect(records).toEqual([{ code: '4', hired: '1900-02-28' }]);
    expect(unreadable.map(({ line, code }) => [line, code])).toEqual(
      [2, 3, 4, 5].map((line) => [line, 'XLSX_CELL_DATE']),
    );
    expect(unreadable[0]).toMatchObject({
      message: 'The cell in the column “hired” is shown as a date and is none',
      raw: '0\t60',
    });
  });

  it('with an error reject their row, or have no value under `errors: empty`', async () => {
    const rows = `${textRow(1, 'code', 'mail')}<row r="3"><c><v>1</v></c><c t="e"><v>#N/A</v></c><c t="e"><v>#REF!</v></c></row>${textRow(4, '2', 'b')}`;
    const result = await readRows(rows);
    expect([result.records, result.lines]).toEqual([[{ code: '2', mail: 'b' }], [4]]);
    expect(result.unreadable).toEqual([
      {
        line: 3,
        code: 'XLSX_CELL_ERROR',
        message: 'The cell in the column “mail” holds an error of the spreadsheet',
        raw: '1\t#N/A\t#REF!',
      },
    ]);
    const lenient = await readRows(rows, { errors: 'empty' });
    expect([lenient.records, lenient.unreadable]).toEqual([
      [
        { code: '1', mail: '' },
        { code: '2', mail: 'b' },
      ],
      [],
    ]);
  });

  it.each([
    ['General', 'plain'],
    ['#,##0.00', 'plain'],
    ['0', 'plain'],
    ['00', { zeros: 2 }],
    ['@', 'plain'],
    ['"d"0', 'plain'],
    ['[Red]0;[Blue]-0', 'plain'],
    ['m/d/yy', 'date'],
    ['mmm yyyy', 'date'],
    ['[$-F800]dddd, mmmm dd, yyyy', 'date'],
    ['yyyy-mm-dd hh:mm:ss.000', 'moment'],
    ['h:mm AM/PM', 'time'],
    ['mm:ss', 'time'],
    ['[h]:mm', 'span'],
  ])('of the format %s are %j', (code, look) => {
    expect(lookOfCode(code)).toEqual(look);
  });
});

describe('rows of a workbook', () => {
  it('have holes, stand where the spreadsheet shows them, and may be blank', async () => {
    const rows = `${textRow(1, 'a', 'b', 'c')}<row r="3"><c r="C3"><v>3</v></c></row><row r="4"><c r="A4" s="1"/></row><row><c r="B5"><v>2</v></c><c><v>4</v></c><c r="AA5"><v>9</v></c></row>`;
    const { records, lines, columns } = await readRows(rows);
    expect(records).toEqual([
      { a: '', b: '', c: '3' },
      { a: '', b: '2', c: '4' },
    ]);
    expect([lines, columns]).toEqual([
      [3, 5],
      ['a', 'b', 'c'],
    ]);
  });

  it('begin below `skip`, under a header of several rows whose merged cells stand above each column', async () => {
    const rows = `${textRow(1, 'Штат на 01.11')}<row r="3"><c r="A3" t="inlineStr"><is><t>Код</t></is></c><c r="B3" t="inlineStr"><is><t>ФИО</t></is></c></row>
      <row r="4"><c r="B4" t="inlineStr"><is><t>Имя</t></is></c><c r="C4" t="inlineStr"><is><t>Фамилия</t></is></c></row>${textRow(5, '1', 'Анна', 'Б')}`;
    const { records, lines } = await readRows(rows, { skip: 2, header: 2, headerJoin: '.' });
    expect([records, lines]).toEqual([[{ Код: '1', 'ФИО.Имя': 'Анна', 'ФИО.Фамилия': 'Б' }], [5]]);
  });

  it('have columns of the names that are given, or c1, c2, and then no cell beyond them is lost', async () => {
    const rows = textRow(1, '1', 'x') + textRow(2, '2', 'y', 'z');
    const named = await readRows(rows, { header: ['code', 'name'] });
    expect([named.records, named.columns]).toEqual([[{ code: '1', name: 'x' }], ['code', 'name']]);
    expect(named.unreadable).toMatchObject([{ line: 2, code: 'XLSX_WIDE' }]);
    const plain = await readRows(rows, { header: false });
    expect([plain.records, plain.unreadable.length]).toEqual([[{ c1: '1', c2: 'x' }], 1]);
  });

  it('are told their columns though there be none, and their header is checked', async () => {
    const { records, columns, dialect } = await readRows(textRow(1, 'code', ' na\u200Bme '));
    expect([records, columns]).toEqual([[], ['code', 'name']]);
    expect(dialect).toEqual({ format: 'xlsx', options: { sheet: 'Sheet1', header: true }, columns: ['code', 'name'] });
    expect(await codeOf(() => readRows(textRow(1, 'a', 'a')))).toBe('XLSX_HEADER');
    expect(await codeOf(() => readRows('<row r="1"><c t="e"><v>#NAME?</v></c></row>'))).toBe('XLSX_HEADER');
  });
});

describe('sheets of a workbook', () => {
  const sheets = { Notes: textRow(1, 'x'), Штат: textRow(1, 'code') + textRow(2, '1'), Last: textRow(1, 'y') };
  const columnsOf = async (options: object) => (await readRows('', options, { sheets, hidden: ['Notes'] })).columns;

  it('are chosen by name or by number among those that are to be seen', async () => {
    expect(await columnsOf({})).toEqual(['code']);
    expect(await columnsOf({ sheet: 2 })).toEqual(['y']);
    expect(await columnsOf({ sheet: 'штат' })).toEqual(['code']);
    expect(await columnsOf({ sheet: 'Notes' })).toEqual(['x']);
  });

  it('that are not there are named with those that are', async () => {
    await expect(columnsOf({ sheet: 'Staff' })).rejects.toThrow(
      'The workbook has no sheet “Staff”; it has “Штат”, “Last”.',
    );
    expect(await codeOf(() => columnsOf({ sheet: 3 }))).toBe('XLSX_SHEET');
  });

  it('that lie elsewhere, macros and links of other files are left alone', async () => {
    const more =
      '<Relationship Id="m" Type="http://x/vbaProject" Target="vbaProject.bin"/><Relationship Id="l" Type="http://x/styles" TargetMode="External" Target="http://x/xl/workbook.xml"/>';
    const styles = '<cellXfs><xf numFmtId="14"/></cellXfs>';
    const { records } = await readRows(`${textRow(1, 'a')}<row><c s="0"><v>46350</v></c></row>`, {}, { more, styles });
    expect(records).toEqual([{ a: '2026-11-24' }]);
  });
});

describe('files that are no workbook', () => {
  const old = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(4096)]);

  it('are told apart: old ones, locked ones, other ZIPs, other files, halves', async () => {
    await expect(read(old)).rejects.toThrow('The file is an old XLS, and XLSX is expected.');
    const locked = Buffer.concat([old, Buffer.from('EncryptedPackage', 'utf16le')]);
    await expect(read(locked)).rejects.toThrow('The workbook is locked by a password.');
    expect(await codeOf(() => read(locked))).toBe('XLSX_NOT_READABLE');
    expect(await codeOf(async () => read(await zipOf({ 'a.txt': 'x' })))).toBe('XLSX_BROKEN');
    const whole = await workbook(textRow(1, 'a'));
    for (const content of [Buffer.from('code;name'), Buffer.alloc(0), whole.subarray(0, whole.length - 30)])
      expect(await codeOf(() => read(content))).toBe('ZIP_DAMAGED');
  });

  it('and those with a document type, which could hold entities without end', async () => {
    const prolog = '<!DOCTYPE worksheet [<!ENTITY b "c">]>';
    await expect(readRows(textRow(1, 'a'), {}, { prolog })).rejects.toThrow('it declares a document type');
  });

  it.each([
    ['a row before its place', '<row r="2"/><row r="1"/>'],
    ['a text that is not there', '<row r="1"><c t="s"><v>5</v></c></row>'],
    ['a number that is none', '<row r="1"><c><v>seven</v></c></row>'],
    ['a cell in no column', '<row r="1"><c r="ZZZZ1"><v>1</v></c></row>'],
    ['elements that are not closed', '<row r="1"><c>'],
    ['a cell without end', `<row r="1"><c t="inlineStr"><is><t>${'x'.repeat(2 * 1024 * 1024)}</t></is></c></row>`],
  ])('and those with %s are refused', async (_, rows) => {
    expect(await codeOf(() => readRows(rows, { header: false }))).toBe('XLSX_BROKEN');
  });
});

describe('texts that cells share', () => {
  it('are kept on disk where memory has no room, and given back in any order', async () => {
    const texts = await newPackedTexts(0);
    const all = Array.from({ length: 20_000 }, (_, index) => `Ж${index}`.repeat(1 + (index % 9)));
    all[777] = 'long'.repeat(50_000);
    for (const text of all) texts.add(text);
    expect(texts.at(-1) ?? texts.at(all.length) ?? texts.at(NaN)).toBeUndefined();
    fc.assert(
      fc.property(fc.nat({ max: all.length - 1 }), (at) => texts.at(at) === all[at]),
      { numRuns: 2000 },
    );
    expect(texts.at(777)).toBe(all[777]);
    await texts.close();
  });

  it('of a workbook that another program wrote are read, as are its days and numbers', async () => {
    const content = await writeXlsx({
      sheets: [
        {
          name: 'Staff',
          rows: [
            ['code', 'name', 'hired', 'rate', 'active'],
            ['0007', 'Иванова <Анна> & "Б"', new Date(Date.UTC(2026, 10, 24)), 0.5, true],
            ['0008', 'Иванова <Анна> & "Б"', null, 1e21, false],
          ],
        },
      ],
    });
    const { records } = await read(content);
    expect(records).toEqual([
      { code: '0007', name: 'Иванова <Анна> & "Б"', hired: '2026-11-24', rate: '0.5', active: 'true' },
      { code: '0008', name: 'Иванова <Анна> & "Б"', hired: '', rate: '1000000000000000000000', active: 'false' },
    ]);
  });
});
