import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newWorkspace } from './harness.ts';

const program = join(import.meta.dirname, '../../dist/bin/portolan.js');

/** Places of every module that a command loads, as V8 itself lists them. */
function loadedBy(folder: string, args: string[]): string[] {
  const coverage = mkdtempSync(join(tmpdir(), 'portolan-loaded-'));
  try {
    const env = { ...process.env, NODE_V8_COVERAGE: coverage };
    execFileSync(process.execPath, [program, ...args], { cwd: folder, env, stdio: 'pipe' });
    return readdirSync(coverage).flatMap((file) =>
      (JSON.parse(readFileSync(join(coverage, file), 'utf8')) as { result: { url: string }[] }).result.map(
        ({ url }) => url,
      ),
    );
  } finally {
    rmSync(coverage, { recursive: true, force: true });
  }
}

const connectors = /\/plugins\/(file|ftp|http|sftp|smtp|webdav)\/|node_modules\/(ssh2|undici|nodemailer|basic-ftp)/;

test('validate loads no code of a connector, and a plan does', async () => {
  const folder = await newWorkspace();
  expect(loadedBy(folder, ['validate']).filter((url) => connectors.test(url))).toEqual([]);
  const planned = loadedBy(folder, ['plan', 'employees']);
  expect(planned.some((url) => url.includes('/plugins/file/'))).toBe(true);
}, 120_000);
