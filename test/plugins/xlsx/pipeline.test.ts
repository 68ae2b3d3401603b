import { writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readXlsx } from 'hucre';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../../src/engine/run/result.ts';
import { newWorkspace, portolan } from '../../cli/harness.ts';
import { textRow, workbook } from './workbooks.ts';

const pipeline = `
pipeline: staff
source:
  file: { path: in/staff.xlsx }
  format: { xlsx: { sheet: Штат, skip: 1 } }
  feed: full
record:
  key: number
  fields:
    number: { from: Таб. №, text: 6 }
    hired: { from: Принят, date: [iso, DD.MM.YYYY] }
    rate: { from: Ставка, number: true }
steps:
  - map: { number: =number, name: =Имя, hired: =hired, rate: =rate }
  - validate: { required: [name] }
  - diff: { missing: ignore, guard: { update: 100% } }
sink:
  file: { path: out/staff.xlsx, overwrite: true }
  format: { xlsx: { sheet: People } }
report:
  file: { path: 'out/report.xlsx', overwrite: true }
  format: xlsx
`;
const styles = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>';

describe('a pipeline over xlsx', () => {
  it('reads a sheet, tells the row that the spreadsheet shows, and writes result and report as workbooks', async () => {
    const rows = `${textRow(1, 'Штат на 01.11.2026')}${textRow(2, 'Таб. №', 'Имя', 'Принят', 'Ставка')}
      <row r="4"><c><v>7</v></c><c t="inlineStr"><is><t>Ada</t></is></c><c s="1"><v>46350</v></c><c><v>0.5</v></c></row>
      ${textRow(5, '000008', 'Bob', '02.01.2026', '1')}
      <row r="6"><c><v>9</v></c><c t="e"><v>#N/A</v></c></row>${textRow(7, '10', '', '01.01.2026', '1')}`;
    const folder = await newWorkspace({ 'pipelines/staff.yaml': pipeline, 'in/.keep': '', 'out/.keep': '' });
    writeFileSync(join(folder, 'in/staff.xlsx'), await workbook('', { sheets: { Штат: rows }, styles }));
    const { code, out } = await portolan(folder, ['run', 'staff', '--json']);
    const { counts, rejects } = JSON.parse(out) as RunResult;
    expect({ code, counts }).toMatchObject({ code: 0, counts: { read: 4, rejected: 2, delivered: { create: 2 } } });
    expect(rejects.map(({ code: why, line }) => [why, line])).toEqual([
      ['XLSX_CELL_ERROR', 6],
      ['FIELD_REQUIRED', 7],
    ]);
    const people = await readXlsx(readFileSync(join(folder, 'out/staff.xlsx')));
    expect(people.sheets[0]).toMatchObject({
      name: 'People',
      rows: [
        ['number', 'name', 'hired', 'rate'],
        ['000007', 'Ada', new Date('2026-11-24T00:00:00Z'), 0.5],
        ['000008', 'Bob', new Date('2026-01-02T00:00:00Z'), 1],
      ],
    });
    const report = await readXlsx(readFileSync(join(folder, 'out/report.xlsx')));
    expect(report.sheets.map(({ name }) => name)).toEqual(['Sheet1', 'Штат']);
    expect(report.sheets[1]!.rows).toMatchObject([
      ['Line', 'Reason', 'Таб. №', 'Имя', 'Принят', 'Ставка'],
      ['6', 'A cell of the row holds an error of the spreadsheet, such as #N/A', '9\t#N/A', null, null, null],
      ['7', '“Имя” has no value, and it is required', '10', null, '01.01.2026', '1'],
    ]);
  });
});
