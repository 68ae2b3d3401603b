import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunResult } from '../../src/engine/run/result.ts';
import { newWorkspace, portolan, put } from './harness.ts';

const workspaceText = `
workspace: a
language: ru
timezone: Europe/Moscow
key: '\${file:workspace.key}'
tables:
  departments: { '01': Sales, '02': Stores }
  people: { '1': Anna, '2': Boris }
`;

const pipeline = `
pipeline: staff
source:
  file: { path: in/staff.csv }
  format: csv
record:
  key: number
  fields:
    number: { from: Номер }
    name: { from: ФИО, required: true, personal: true }
    unit: { from: Подр }
    hired: { from: Принят, date: DD.MM.YYYY }
map:
  externalId: =number
  departmentId: =$lookup('departments', unit)
  twin: =$lookup('people', name)
  hiredOn: =hired
sink:
  file: { path: out/staff.csv, overwrite: true }
  format: csv
report:
  - file: { path: out/report.csv, overwrite: true }
    format: csv
`;

const feed = [
  'Номер,ФИО,Подр,Принят',
  '10,1,01,01.02.2024',
  '11,1,99,01.02.2024',
  '12,1,99,01.02.2024',
  '13,1,17,01.02.2024',
  '14,Secret Person,01,01.02.2024',
  '15,,01,01.02.2024',
  '16,1,01,tomorrow',
];

const workspaceWith = (text: string = pipeline, rows: readonly string[] = feed): Promise<string> =>
  newWorkspace({
    'portolan.yaml': workspaceText,
    'pipelines/staff.yaml': text,
    'in/staff.csv': `${rows.join('\n')}\n`,
  });

describe('why a row is rejected', () => {
  test('the field, the column behind it, and the code that was found are told; what is personal is not', async () => {
    const { out } = await portolan(await workspaceWith(), ['run', 'staff', '--json']);
    const { rejects, causes } = JSON.parse(out) as RunResult;
    const unknown = (code: string): string =>
      `The code \`${code}\` is not in the table \`departments\` (at map.departmentId, from “Подр”)`;
    expect(rejects.map(({ reason }) => reason)).toEqual([
      unknown('99'),
      unknown('99'),
      unknown('17'),
      'A code is not in the table `people` (at map.twin, from “ФИО”)',
      'The field “name” (from “ФИО”) has no value, and it is required',
      expect.stringMatching(/ \(in the field “hired” \(from “Принят”\)\)$/),
    ]);
    expect(out).not.toContain('Secret');
    expect(causes.slice(0, 2)).toMatchObject([
      { reason: unknown('99'), count: 2 },
      { reason: unknown('17'), count: 1 },
    ]);
  });

  test('the Russian report says it of the column, with the code and the table', async () => {
    const folder = await workspaceWith();
    await portolan(folder, ['run', 'staff']);
    const report = readFileSync(join(folder, 'out/report.csv'), 'utf8');
    expect(report).toContain('«Подр»: кода 99 нет в справочнике departments,2\n');
    expect(report).toContain('«Подр»: кода 17 нет в справочнике departments,1\n');
    expect(report).toContain('«ФИО»: такого кода нет в справочнике people');
    expect(report).toContain('«ФИО»: нет значения, а оно обязательно');
  });

  test('and so does the English one', async () => {
    const folder = await workspaceWith();
    put(folder, { 'portolan.yaml': workspaceText.replace('language: ru', 'language: en') });
    await portolan(folder, ['run', 'staff']);
    const report = readFileSync(join(folder, 'out/report.csv'), 'utf8');
    expect(report).toContain('“Подр”: the code 99 is not in the table departments');
    expect(report).toContain('“ФИО”: a code that is not in the table people');
  });

  test.each([
    "=$lookup('departments', $.unit & '')",
    "=$lookup('departments', $string($))",
    "=$lookup('departments', unit & name)",
    "=$lookup('departments', $string())",
    "=( $n := *; $lookup('departments', $string($n)) )",
  ])('a code that may hold what is personal is not told: %s', async (expression) => {
    const folder = await workspaceWith(pipeline.replace("=$lookup('departments', unit)", `"${expression}"`));
    const { out } = await portolan(folder, ['run', 'staff', '--json']);
    const { rejects } = JSON.parse(out) as RunResult;
    expect(rejects.find(({ code }) => code === 'LOOKUP_UNKNOWN')?.reason).toMatch(/^A code is not in the table/);
    expect(out).not.toContain('Secret');
  });

  test('of many unknown codes the first are causes of their own, and the rest are one', async () => {
    const rows = Array.from({ length: 30 }, (_, at) => `${at},1,x${at},01.02.2024`);
    const folder = await workspaceWith(pipeline, [feed[0] ?? '', ...rows]);
    const { out } = await portolan(folder, ['run', 'staff', '--json']);
    const { causes } = JSON.parse(out) as RunResult;
    expect(causes).toHaveLength(21);
    expect(causes[0]).toMatchObject({
      count: 10,
      reason: 'Another code is not in the table `departments` (at map.departmentId, from “Подр”)',
    });
  });

  test('a plan that rejects too much sends nobody to rejects that it did not store', async () => {
    const folder = await workspaceWith(`${pipeline}errors: { tolerate: 0 }\n`);
    const plan = await portolan(folder, ['plan', 'staff']);
    expect(plan.code).toBe(1);
    expect(plan.out).toContain('TOLERATE_EXCEEDED');
    expect(plan.out).toContain('that this plan shows above');
    expect(plan.out).not.toContain('rejects list');
    expect((await portolan(folder, ['run', 'staff'])).out).toContain('fix: Look at `portolan rejects list`');
  });
});
