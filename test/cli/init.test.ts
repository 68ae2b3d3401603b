import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newFolder, portolan } from './harness.ts';

test('a new workspace validates, plans, runs and passes its own check, without any network', async () => {
  const folder = newFolder();
  const made = await portolan(folder, ['init', 'acme']);
  expect(made).toMatchObject({ code: 0, err: '' });
  expect(made.out).toContain('portolan run employees');
  const workspace = join(folder, 'acme');
  expect(await portolan(workspace, ['validate'])).toMatchObject({ code: 0, out: '3 files: no mistakes.\n' });
  expect(await portolan(workspace, ['plan', 'employees'])).toMatchObject({ code: 0 });
  expect(await portolan(workspace, ['test'])).toMatchObject({ code: 0 });
  expect(await portolan(workspace, ['run', 'employees'])).toMatchObject({ code: 0 });
  const written = readFileSync(join(workspace, 'out/employees.csv'), 'utf8').split('\r\n');
  expect(written.slice(0, 2)).toEqual([
    'externalId,name,email,department,hiredOn,language',
    '000017,Anna Example,anna@company.example,Sales,2022-03-14,en',
  ]);
  expect(await portolan(workspace, ['run', 'employees']), 'a second run').toMatchObject({ code: 0 });
});

test('the key is for its owner alone, and under no version control', async () => {
  const folder = newFolder();
  await portolan(folder, ['init']);
  expect(statSync(join(folder, 'workspace.key')).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(folder, '.gitignore'), 'utf8').split('\n')).toContain('workspace.key');
  expect(readFileSync(join(folder, 'portolan.yaml'), 'utf8')).toContain("key: '${file:workspace.key}'");
});

test('the editor finds the schemas that the documents name', async () => {
  const folder = newFolder();
  await portolan(folder, ['init']);
  for (const document of ['portolan.yaml', 'pipelines/employees.yaml', 'pipelines/employees.check.yaml']) {
    const [, schema] = /\$schema=(\S+)/.exec(readFileSync(join(folder, document), 'utf8')) ?? [];
    expect(existsSync(join(folder, document, '..', schema ?? '')), document).toBe(true);
  }
});

test('nothing that exists is overwritten, and then nothing is written at all', async () => {
  const folder = newFolder({ 'pipelines/employees.yaml': 'mine' });
  const made = await portolan(folder, ['init']);
  expect(made.code).toBe(2);
  expect(made.err).toContain('error INIT_TAKEN');
  expect(readFileSync(join(folder, 'pipelines/employees.yaml'), 'utf8')).toBe('mine');
  expect(existsSync(join(folder, 'portolan.yaml'))).toBe(false);
});

test('init --json prints the paths', async () => {
  const folder = newFolder();
  const { out } = await portolan(folder, ['init', '--json', 'Мой проект']);
  const { files } = JSON.parse(out) as { files: string[] };
  expect(files).toContain('workspace.key');
  expect(readFileSync(join(folder, 'Мой проект/portolan.yaml'), 'utf8')).toContain('workspace: workspace');
});
