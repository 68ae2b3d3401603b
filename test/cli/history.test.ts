import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { comparing, newWorkspace, portolan, put, staff } from './harness.ts';

let folder = '';
beforeAll(async () => {
  folder = await newWorkspace({ 'pipelines/staff.yaml': comparing, 'in/staff.csv': staff });
  await portolan(folder, ['run', 'employees']);
  await portolan(folder, ['run', 'staff']);
  await portolan(folder, ['run', 'staff']);
});

const rejectId = async (): Promise<string> => {
  const { rejects } = JSON.parse((await portolan(folder, ['rejects', 'list', '--json'])).out) as {
    rejects: { id: number }[];
  };
  return String(rejects[0]?.id);
};

describe('portolan runs', () => {
  test('runs are listed newest first, with what they came to', async () => {
    const { code, out } = await portolan(folder, ['runs']);
    expect(code).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^started +pipeline +status +took +run +came to$/);
    expect(lines).toHaveLength(4);
    expect(lines[1]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC +staff +done .*unchanged 2, rejected 1/);
  });

  test('one pipeline, a limit, one object', async () => {
    const { out } = await portolan(folder, ['runs', 'staff', '--limit', '1', '--json']);
    expect(JSON.parse(out)).toMatchObject({ format: 1, runs: [{ pipeline: 'staff', status: 'done' }] });
    expect((await portolan(folder, ['runs', 'employees'])).out.trimEnd().split('\n')).toHaveLength(2);
    expect((await portolan(folder, ['runs', 'nobody'])).code).toBe(2);
    expect((await portolan(folder, ['runs', '--limit', '0'])).code).toBe(2);
  });
});

describe('portolan runs, one by one', () => {
  let guarded = '';
  let failed = '';
  beforeAll(async () => {
    guarded = await newWorkspace({ 'pipelines/staff.yaml': comparing, 'in/staff.csv': staff });
    await portolan(guarded, ['run', 'staff']);
    put(guarded, { 'in/staff.csv': staff.replace('Tver', 'Perm').replace('Omsk', 'Perm') });
    await portolan(guarded, ['run', 'staff']);
    failed = await newWorkspace({ 'pipelines/staff.yaml': comparing });
    await portolan(failed, ['run', 'staff']);
  });
  const idIn = async (place: string): Promise<string> => {
    const { runs } = JSON.parse((await portolan(place, ['runs', '--json'])).out) as { runs: { id: string }[] };
    return runs[0]?.id ?? '';
  };

  test('the list says why a run failed and what a guard holds, in a sentence', async () => {
    const held = (await portolan(guarded, ['runs'])).out.split('\n')[1];
    expect(held).toMatch(/staff +guarded .* 2 of 2 .*updated.* · read 3, held 2/);
    const broken = (await portolan(failed, ['runs'])).out.split('\n')[1];
    expect(broken).toMatch(/staff +failed .* FILE_NONE No file to read at in\/staff\.csv\. · read 0$/);
  });

  test('one is shown as it was printed at its end, and when it was', async () => {
    const { code, out } = await portolan(guarded, ['runs', 'show', await idIn(guarded)]);
    expect(code).toBe(0);
    for (const part of [
      /^guarded staff · run \S+ in \d/,
      /\n {2}held +2\n/,
      /\nWhy rows were rejected\n/,
      /\nGuards\n {2}(held|stopped) 2 of 2/,
      /portolan run staff --accept [0-9a-f]+/,
      /\nWhen\n {2}started +\d{4}-\d\d-\d\d .*\n {2}ended +\d{4}.*\n {2}as of +\d{4}/,
    ]) {
      expect(out).toMatch(part);
    }
    const told = JSON.parse((await portolan(failed, ['runs', 'show', await idIn(failed), '--json'])).out) as object;
    expect(told).toMatchObject({
      format: 1,
      run: { status: 'failed', code: 'FILE_NONE', result: { fix: expect.stringContaining('path'), rejects: [] } },
    });
  });

  test('the title of the pipeline stands in run, plan and history', async () => {
    const titled = 'Employees with an address, as the learning platform wants them';
    const place = await newWorkspace();
    expect((await portolan(place, ['plan', 'employees'])).out).toContain(`\n${titled}\n`);
    expect((await portolan(place, ['run', 'employees'])).out).toContain(`\n${titled}\n`);
    expect((await portolan(place, ['runs', 'show', await idIn(place)])).out).toContain(`\n${titled}\n`);
  });

  test('one that is not there is a wrong command line', async () => {
    const { code, err } = await portolan(failed, ['runs', 'show', 'nosuch']);
    expect(code).toBe(2);
    expect(err).toContain('error RUN_UNKNOWN There is no run nosuch.\n  fix:');
  });
});

describe('portolan rejects', () => {
  test('open rejects are listed without any value of theirs', async () => {
    const { code, out } = await portolan(folder, ['rejects', 'list']);
    expect(code).toBe(0);
    expect(out).toMatch(/^ *id +pipeline +key +line +code +reason\n *\d+ +staff +3 +4 +FIELD_REQUIRED/);
    expect(out).not.toContain('c@a.example');
  });

  test('they are chosen by pipeline, run, status and limit', async () => {
    const count = async (...args: string[]) =>
      (JSON.parse((await portolan(folder, ['rejects', 'list', '--json', ...args])).out) as { rejects: unknown[] })
        .rejects.length;
    expect(await count('staff')).toBe(1);
    expect(await count('employees')).toBe(0);
    expect(await count('--status', 'settled')).toBe(0);
    expect(await count('--status', 'all')).toBe(1);
    expect(await count('--limit', '1')).toBe(1);
    expect(await count('--run', 'nosuchrun')).toBe(0);
    expect((await portolan(folder, ['rejects', 'list', '--status', 'odd'])).code).toBe(2);
  });

  test('a list that is cut says of how many, and --all and --json hold every one', async () => {
    const rows = Array.from({ length: 60 }, (_, index) => `${index + 1};;x${index}@a.example;Tver`);
    const many = await newWorkspace({
      'pipelines/staff.yaml': comparing,
      'in/staff.csv': `number;name;E-Mail;city\n${rows.join('\n')}\n`,
    });
    await portolan(many, ['run', 'staff']);
    const list = async (...args: string[]) => (await portolan(many, ['rejects', 'list', ...args])).out;
    const short = await list();
    expect(short.match(/FIELD_REQUIRED/g)).toHaveLength(50);
    expect(short).toMatch(/\n\n50 of 60; --all shows them\.\n$/);
    expect(await list('staff', '--limit', '7')).toMatch(/\n\n7 of 60; --all shows them\.\n$/);
    const whole = await list('--all');
    expect(whole.match(/FIELD_REQUIRED/g)).toHaveLength(60);
    expect(whole).not.toContain('--all');
    const json = JSON.parse(await list('--json')) as { total: number; rejects: unknown[] };
    expect([json.total, json.rejects.length]).toEqual([60, 60]);
    expect(JSON.parse(await list('--json', '--limit', '2'))).toMatchObject({ total: 60, rejects: [{}, {}] });
    expect((await portolan(many, ['rejects', 'list', '--all', '--limit', '2'])).code).toBe(2);
  });

  test('one is shown as it came, personal values masked', async () => {
    const { code, out } = await portolan(folder, ['rejects', 'show', await rejectId()]);
    expect(code).toBe(0);
    expect(out).toMatch(/origin +staff\.csv line 4\n/);
    expect(out).toMatch(/E-Mail +c\*\*\*\n/);
    expect(out).toMatch(/city +Ufa\n/);
  });

  test('--show-personal shows them, --json is one object', async () => {
    const id = await rejectId();
    expect((await portolan(folder, ['rejects', 'show', id, '--show-personal'])).out).toMatch(/E-Mail +c@a\.example\n/);
    const { out } = await portolan(folder, ['rejects', 'show', id, '--json']);
    expect(JSON.parse(out)).toMatchObject({
      format: 1,
      reject: { key: '3', source: { 'E-Mail': 'c***', city: 'Ufa' } },
    });
  });

  test('one that is not there is a wrong command line', async () => {
    const { code, err } = await portolan(folder, ['rejects', 'show', '4711']);
    expect(code).toBe(2);
    expect(err).toContain('error REJECT_UNKNOWN');
  });

  test('when the pipeline is gone nothing is known of its fields, and all is masked', async () => {
    const id = await rejectId();
    rmSync(join(folder, 'pipelines/staff.yaml'));
    try {
      const { out } = await portolan(folder, ['rejects', 'show', id]);
      expect(out).toMatch(/city +U\*\*\*\n/);
    } finally {
      put(folder, { 'pipelines/staff.yaml': comparing });
    }
  });
});
