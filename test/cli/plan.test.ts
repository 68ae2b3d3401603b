import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { comparing, newWorkspace, portolan, put, staff } from './harness.ts';

const staffWorkspace = (): Promise<string> =>
  newWorkspace({ 'pipelines/staff.yaml': comparing, 'in/staff.csv': staff });

describe('portolan plan', () => {
  test('every record is shown with its operation, what was and what will be; personal values are masked', async () => {
    const folder = await staffWorkspace();
    await portolan(folder, ['run', 'staff']);
    put(folder, { 'in/staff.csv': staff.replace('Tver', 'Perm').replace('anna@', 'a@') });
    const { code, out } = await portolan(folder, ['plan', 'staff']);
    expect(code).toBe(0);
    expect(out).toContain('update 1 staff.csv line 2\n');
    expect(out).toMatch(/mail\s+a\*\*\*\s+→\s+a\*\*\*\s+\(another value\)\n/);
    expect(out).toMatch(/city\s+Tver\s+→\s+Perm\n/);
    expect(out).not.toMatch(/Anna|@a\.example|externalId/);
    expect(out).toMatch(/rejected 3 staff\.csv line 4\n {2}FIELD_REQUIRED/);
    expect(out).toContain('to be delivered: update');
  });

  test('--show-personal shows them', async () => {
    const { out } = await portolan(await staffWorkspace(), ['plan', 'staff', '--show-personal']);
    expect(out).toMatch(/mail\s+\(none\)\s+→\s+anna@a\.example/);
  });

  test('--json holds every change, field by field and masked', async () => {
    const { code, out, err } = await portolan(await staffWorkspace(), ['plan', 'staff', '--json']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const { changes, counts } = JSON.parse(out) as { changes: { key: string; fields: unknown[] }[]; counts: unknown };
    expect(counts).toMatchObject({ read: 3, delivered: { create: 2 }, rejected: 1 });
    expect(changes.find(({ key }) => key === '1')).toMatchObject({
      operation: 'create',
      fields: [
        { field: 'externalId', after: '1' },
        { field: 'name', after: 'A***' },
        { field: 'mail', after: 'a***' },
        { field: 'city', after: 'Tver' },
      ],
    });
  });

  test('a masked change says how its values differ, and not a letter more of them', async () => {
    const folder = await staffWorkspace();
    await portolan(folder, ['run', 'staff']);
    put(folder, { 'in/staff.csv': staff.replace('Anna;anna@', 'ANNA;ana@') });
    const { out } = await portolan(folder, ['plan', 'staff']);
    expect(out).toMatch(/name\s+A\*\*\*\s+→\s+A\*\*\*\s+\(only capitals differ\)\n/);
    expect(out).toMatch(/mail\s+a\*\*\*\s+→\s+a\*\*\*\s+\(one character differs\)\n/);
    const open = await portolan(folder, ['plan', 'staff', '--show-personal', '--json']);
    expect(open.out).toContain('{"field":"name","before":"Anna","after":"ANNA"}');
    const masked = await portolan(folder, ['plan', 'staff', '--json']);
    expect(masked.out).toContain('{"field":"name","before":"A***","after":"A***","difference":"capitals"}');
  });

  test('a key that is personal is masked as well', async () => {
    const folder = await staffWorkspace();
    put(folder, { 'pipelines/staff.yaml': comparing.replace('key: number', 'key: mail') });
    const { out } = await portolan(folder, ['plan', 'staff', '--json']);
    expect(out).not.toContain('anna@');
    expect((await portolan(folder, ['plan', 'staff', '--json', '--show-personal'])).out).toContain('anna@');
  });

  test('nothing is written anywhere', async () => {
    const folder = await staffWorkspace();
    const before = readdirSync(join(folder, 'out'));
    await portolan(folder, ['plan', 'staff']);
    expect(readdirSync(join(folder, 'out'))).toEqual(before);
    expect((await portolan(folder, ['runs'])).out).toBe('No runs yet.\n');
    expect((await portolan(folder, ['rejects', 'list'])).out).toBe('No rejects.\n');
    expect(existsSync(join(folder, 'in/staff.csv'))).toBe(true);
  });

  test('--limit, --param and --as-of are those of a run', async () => {
    const folder = await staffWorkspace();
    put(folder, { 'in/other.csv': staff });
    const { out } = await portolan(folder, [
      ...['plan', 'staff', '--json', '--limit', '2', '--param', 'file=other', '--as-of', '2026-11-24T00:00:00Z'],
    ]);
    expect(JSON.parse(out)).toMatchObject({
      counts: { read: 2 },
      origins: ['other.csv'],
      tick: Date.parse('2026-11-24T00:00:00Z'),
    });
  });

  test('a plan that a guard would stop ends with 3, as the run would', async () => {
    const folder = await staffWorkspace();
    await portolan(folder, ['run', 'staff']);
    put(folder, { 'in/staff.csv': staff.replace('Tver', 'Perm').replace('Omsk', 'Perm') });
    expect((await portolan(folder, ['plan', 'staff'])).code).toBe(3);
  });

  test('of a long plan the beginning is shown, and all of it with --all', async () => {
    const folder = await staffWorkspace();
    const rows = Array.from({ length: 250 }, (_, index) => `${index + 1};N;n${index}@a.example;Tver`);
    put(folder, { 'in/staff.csv': `number;name;E-Mail;city\n${rows.join('\n')}\n` });
    const short = await portolan(folder, ['plan', 'staff']);
    expect(short.out.match(/^create /gm)).toHaveLength(200);
    expect(short.out).toContain('… and 50 more; --all shows them');
    const whole = await portolan(folder, ['plan', 'staff', '--all']);
    expect(whole.out.match(/^create /gm)).toHaveLength(250);
  });
});

test('plan and run note each column that an expression reads and the file does not have', async () => {
  const steps = comparing.replace('steps:', "steps:\n  - filter: citi != 'Perm'\n  - set: { unit: =deparment }");
  const pipeline = steps.replace('city: =city', 'city: =city, unit: =unit, box: =`E-Mail`');
  const folder = await newWorkspace({ 'pipelines/staff.yaml': pipeline, 'in/staff.csv': staff });
  for (const command of ['plan', 'run']) {
    const { out } = await portolan(folder, [command, 'staff', '--json']);
    expect((JSON.parse(out) as { notes: string[] }).notes).toEqual([
      'filter reads citi, and the file has no such column; is city meant?',
      'set reads deparment, and the file has no such column.',
      'map reads E-Mail, which record.fields reads as mail; write mail.',
    ]);
  }
  expect((await portolan(folder, ['plan', 'staff'])).out).toContain('is city meant?');
  put(folder, { 'pipelines/staff.yaml': comparing });
  expect((JSON.parse((await portolan(folder, ['plan', 'staff', '--json'])).out) as { notes: string[] }).notes).toEqual(
    [],
  );
});
