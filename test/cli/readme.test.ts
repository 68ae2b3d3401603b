import { readdirSync, readFileSync } from 'node:fs';
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

test('the README’s pipeline with a diff, put in its place as it stands, sends only what changed', async () => {
  const folder = await newWorkspace({ 'pipelines/employees.yaml': first });
  const check = readFileSync(join(folder, 'pipelines/employees.check.yaml'), 'utf8');
  const corrected = check.replace('upsert: 1', 'create: 1');
  put(folder, { 'pipelines/employees.yaml': compared, 'pipelines/employees.check.yaml': corrected });
  const second = await commands(folder, ['validate'], ['test'], ['run', 'employees'], ['run', 'employees']);
  expect(second).toMatch(/unchanged +2\n/);
  expect(readdirSync(join(folder, 'out')).filter((name) => name.startsWith('changes-'))).toHaveLength(1);
});
