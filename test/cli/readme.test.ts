import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newWorkspace, portolan, put } from './harness.ts';

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
const [first = '', compared = ''] = [...readme.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text);

const commands = async (folder: string, ...all: string[][]): Promise<string> => {
  let said = '';
  for (const args of all) {
    const { code, out, err } = await portolan(folder, args);
    expect({ args, code, err }).toEqual({ args, code: 0, err: '' });
    said = out;
  }
  return said;
};

test('the first pipeline of the README does what the commands above it say', async () => {
  const folder = await newWorkspace({ 'pipelines/employees.yaml': first });
  await commands(folder, ['validate'], ['plan', 'employees'], ['run', 'employees'], ['test']);
  expect(readFileSync(join(folder, 'out/employees.csv'), 'utf8').split('\r\n')).toHaveLength(4);
});

test('what the README shows to paste keeps the line that the editor goes by', async () => {
  const folder = await newWorkspace();
  const [line = ''] = readFileSync(join(folder, 'pipelines/employees.yaml'), 'utf8').split('\n');
  expect(line).toContain('yaml-language-server');
  expect([first, compared].map((text) => text.split('\n')[0])).toEqual([line, line]);
  const [, schema = ''] = /\$schema=(.*)/.exec(line) ?? [];
  expect(existsSync(join(folder, 'pipelines', schema))).toBe(true);
});

test('the commands of the README are scripts and commands that there are', async () => {
  const lines = [...readme.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, text = '']) => text.split('\n'));
  const all = lines.flatMap((line) => line.replace(/#.*/, '').split('&&')).map((command) => command.trim());
  const { scripts } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const asked = all.flatMap((command) => /^npm run (\S+)/.exec(command)?.slice(1) ?? []);
  expect(asked).toContain('build');
  expect(asked.filter((name) => !(name in scripts))).toEqual([]);
  const { out } = await portolan(tmpdir(), ['--help']);
  const own = all.flatMap((command) => /^portolan (\S+)/.exec(command)?.slice(1) ?? []);
  expect(own.filter((name) => !new RegExp(`^  ${name} `, 'm').test(out))).toEqual([]);
  // Before `portolan` is called it is installed, built and put on the path.
  const at = (command: string): number =>
    all.lastIndexOf(
      command,
      all.findIndex((each) => each.startsWith('portolan ')),
    );
  expect([at('npm ci'), at('npm run build'), at('npm link')].every((place) => place >= 0)).toBe(true);
});

test('the README’s pipeline with a diff, put in its place as it stands, sends only what changed', async () => {
  const folder = await newWorkspace({ 'pipelines/employees.yaml': first });
  const check = readFileSync(join(folder, 'pipelines/employees.check.yaml'), 'utf8');
  const corrected = check.replace('upsert: 1', 'create: 1');
  put(folder, { 'pipelines/employees.yaml': compared, 'pipelines/employees.check.yaml': corrected });
  const second = await commands(folder, ['validate'], ['test'], ['run', 'employees'], ['run', 'employees']);
  expect(second).toMatch(/unchanged +2\n/);
  expect(readdirSync(join(folder, 'out')).filter((name) => name.startsWith('changes-'))).toHaveLength(1);
});
