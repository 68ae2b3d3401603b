import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { newFolder } from './harness.ts';

const program = join(import.meta.dirname, '../../dist/bin/portolan.js');
beforeAll(() => {
  // `npm test` builds before it tests.
  if (!existsSync(program)) throw new Error('There is no dist/: run `npm run build` first.');
});

const start = (folder: string, args: string[]) => {
  const child = spawn(process.execPath, [program, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text));
  return { child, said, ended: once(child, 'close').then(([code]) => code as number) };
};

test('the program prints into a pipe as a whole, and ends with the code of its command', async () => {
  const folder = newFolder();
  const made = start(folder, ['init']);
  expect(await made.ended).toBe(0);
  const json = start(folder, ['connectors', '--json']);
  expect(await json.ended).toBe(0);
  expect(json.said.out.length, 'more than a pipe holds at once').toBeGreaterThan(65_536 / 4);
  expect(() => JSON.parse(json.said.out) as unknown).not.toThrow();
  const wrong = start(folder, ['run', 'nobody']);
  expect(await wrong.ended).toBe(2);
  expect(wrong.said).toMatchObject({ out: '', err: expect.stringContaining('error PIPELINE_UNKNOWN') as unknown });
});

test('a reader that goes early, such as head, is no fault', async () => {
  const { child, said, ended } = start(newFolder(), ['connectors', '--json']);
  child.stdout.destroy();
  expect(await ended).toBe(0);
  expect(said.err).toBe('');
});
