import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const call = promisify(execFile);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portolan-package-'));
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  const { stdout } = await call('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
  });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  await call('npm', ['install', '--omit=dev', '--no-audit', '--no-fund', '--prefer-offline', join(folder, filename)], {
    cwd: folder,
  });
}, 300_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const portolan = (cwd: string, ...args: string[]) => call(join(folder, 'node_modules/.bin/portolan'), args, { cwd });

test('the tarball brings no development package', async () => {
  const installed = await readdir(join(folder, 'node_modules'));
  expect(installed).toContain('portolan');
  expect(installed).not.toContain('vitest');
  expect(installed).not.toContain('typescript');
});

test('the installed program makes a workspace, validates, plans and runs it', async () => {
  await portolan(folder, 'init', 'mine');
  const mine = join(folder, 'mine');
  await portolan(mine, 'validate');
  const name = 'employees';
  const planned = await portolan(mine, 'plan', name);
  expect(planned.stdout).toContain('upsert');
  const { stdout } = await portolan(mine, 'run', name, '--json');
  const result = JSON.parse(stdout) as { status: string; counts: { delivered: Record<string, number> } };
  expect(result.status).toBe('done');
  const written = (await readdir(join(mine, 'out'))).filter((file) => file.endsWith('.csv'));
  expect(written.length).toBe(1);
  const lines = (await readFile(join(mine, 'out', written[0] as string), 'utf8')).trim().split(/\r?\n/);
  expect(lines.length - 1).toBe(Object.values(result.counts.delivered).reduce((sum, count) => sum + count, 0));
});

test('the installed program finds the shipped connectors and schemas', async () => {
  expect((await portolan(folder, 'connectors')).stdout).toContain('sftp');
  expect((await portolan(folder, 'connectors')).stdout).toContain('equeo.users');
});
