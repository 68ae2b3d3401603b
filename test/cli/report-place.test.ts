import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-code.ts';
import { resultWith } from '../tell/results.ts';
import { newWorkspace, portolan } from './harness.ts';

const workspaceText = `
workspace: a
key: '\${file:workspace.key}'
connections:
  hr:
    file: { folder: in }
`;

const pipeline = `
pipeline: staff
source:
  file: { path: staff.csv }
  format: csv
record:
  key: number
  fields: { number: {}, name: { required: true, personal: true } }
map: { externalId: =number }
sink:
  file: { path: out.csv, overwrite: true }
  format: csv
report:
  - file: { path: 'reports/{{$pipeline}}.csv', overwrite: true }
    format: csv
`;

const newPlace = (): Promise<string> =>
  newWorkspace({
    'portolan.yaml': workspaceText,
    'pipelines/employees.yaml': pipeline.replace('staff', 'employees'),
    'pipelines/staff.yaml': pipeline,
    'in/staff.csv': 'number,name\n1,Anna\n2,\n',
  });

/** The path of the document begins in the folder of the one connection there is. */
const told =
  'The folder in/reports does not exist: the path reports/staff.csv begins in the folder of the connection “hr”.';

describe('a report whose folder is not there', () => {
  test('a plan notes it before anything is delivered, by the name of the real folder', async () => {
    const folder = await newPlace();
    const { code, out } = await portolan(folder, ['plan', 'staff']);
    expect(code).toBe(0);
    expect(out).toContain(`The report of a run could not be written: ${told} Make the folder`);
    expect(readdirSync(join(folder, 'in')).sort()).toEqual(['employees.csv', 'staff.csv']);
    mkdirSync(join(folder, 'in/reports'));
    expect((await portolan(folder, ['plan', 'staff'])).out).not.toContain('could not be written');
    expect(readdirSync(join(folder, 'in/reports'))).toEqual([]);
  });

  test('a run delivers, ends with 1, and says at its end what was not written, where, and what to do', async () => {
    const folder = await newPlace();
    const { code, out } = await portolan(folder, ['run', 'staff', '--strict']);
    expect(code).toBe(1);
    expect(out).toMatch(/^done, but its report was not written staff/);
    expect(out).toContain(
      `The report was not written; what the run did stands\n  FILE_FOLDER_MISSING ${told}\n    fix: Make the folder`,
    );
    expect(out).not.toContain('.part-');
    expect(readdirSync(join(folder, 'in'))).toContain('out.csv');
  });

  test('`runs` and `runs show` remember it', async () => {
    const folder = await newPlace();
    const { out } = await portolan(folder, ['run', 'staff']);
    expect((await portolan(folder, ['runs'])).out).toContain(`but its report was not written: ${told}`);
    const [, id = ''] = /run (\S+)/.exec(out) ?? [];
    expect((await portolan(folder, ['runs', 'show', id])).out).toContain(out.trimEnd());
  });

  test('a guard, which a person has to look at, says more than a report that is missing', () => {
    const reportFaults = [{ code: 'FILE_DENIED', reason: 'x' }];
    const codes = (['done', 'guarded', 'skipped', 'failed'] as const).map((status) =>
      exitCodeOf(resultWith({ status, reportFaults }), true),
    );
    expect(codes).toEqual([1, 3, 5, 1]);
  });
});
