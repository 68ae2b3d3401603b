import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newFolder, portolan } from '../../cli/harness.ts';

const tests = join(import.meta.dirname, '../..');
const texts = readdirSync(tests, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.includes('tested-options'))
  .map((name) => readFileSync(join(tests, name), 'utf8'));

/** Commands and options as help lists them, without `--help` itself. */
async function listed(path: string[], of: 'Commands' | 'Options'): Promise<string[]> {
  const { out } = await portolan(newFolder(), [...path, '--help']);
  const [, block = ''] = new RegExp(`^${of}:\n((?: .*\n|\n)*)`, 'm').exec(out) ?? [];
  const names = of === 'Commands' ? /^ {2}([a-z][\w-]*)/gm : /^ {2}(?:-\w, )?(--[a-z][\w-]*)/gm;
  return Array.from(block.matchAll(names), ([, name = '']) => name).filter((name) => !/^(--)?help$/.test(name));
}

/** Every command with what stands before it: `rejects list` is `['rejects', 'list']`. */
async function commands(path: string[]): Promise<string[][]> {
  const below = (await listed(path, 'Commands')).map((name) => [...path, name]);
  return [...below, ...(await Promise.all(below.map(commands))).flat()];
}

test('each command and each option that help lists is used by a test', async () => {
  const untested: string[] = [];
  const all = [[], ...(await commands([]))];
  expect(all.length).toBeGreaterThan(10);
  for (const path of all) {
    const ofCommand = texts.filter((text) => path.every((word) => new RegExp(`['" ]${word}['" ]`).test(text)));
    if (ofCommand.length === 0) untested.push(path.join(' '));
    for (const option of await listed(path, 'Options')) {
      if (!ofCommand.some((text) => text.includes(option))) untested.push([...path, option].join(' '));
    }
  }
  expect(untested).toEqual([]);
});
