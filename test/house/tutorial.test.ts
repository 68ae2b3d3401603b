import { spawn, type ChildProcess } from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { newFolder, portolan } from '../cli/harness.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/tutorial.md'), 'utf8');

interface Block {
  language: string;
  /** Of a file: its path, and `append` where it goes on. */
  words: string[];
  text: string;
}
const blocks = Array.from(
  page.matchAll(/^```(\w+)([^\n]*)\n([\s\S]*?)^```$/gm),
  ([, language = '', words = '', text = '']): Block => ({
    language,
    words: words.trim().split(' ').filter(Boolean),
    text,
  }),
);

let server: ChildProcess | undefined;
afterAll(() => server?.kill());

test('the tutorial, word by word', async () => {
  const folder = newFolder();
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const env: Record<string, string> = {};
  let port = '';
  let said = '';

  async function startServer(): Promise<void> {
    server = spawn(process.execPath, [join(folder, 'directory.mjs')], { env: { ...process.env, PORT: '0' } });
    port = await new Promise((resolve) => server?.stdout?.once('data', (text) => resolve(String(text).trim())));
  }
  /** One line of a terminal; what it says. */
  async function perform(line: string): Promise<string> {
    const [, given = '', command = ''] = /^((?:[A-Z_]+=\S+ )*)(.*)$/.exec(line) ?? [];
    const own = Object.fromEntries(
      given
        .trim()
        .split(' ')
        .filter(Boolean)
        .map((each) => each.split('=')),
    );
    const [program = '', ...args] = command.split(' ');
    if (program === 'node') return startServer().then(() => '');
    if (program === 'export') {
      for (const each of args) env[each.split('=')[0] ?? ''] = (each.split('=')[1] ?? '').replace('3000', port);
      return '';
    }
    if (program === 'portolan') {
      const { out, err } = await portolan(folder, args, { env: { ...env, ...own } });
      return out + err;
    }
    return execFileSync('sh', ['-c', line], { cwd: folder, env: { ...process.env, ...env, ...own }, encoding: 'utf8' });
  }

  expect(blocks.length).toBeGreaterThan(15);
  for (const { language, words, text } of blocks) {
    const [path, how] = words;
    if (path !== undefined) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      (how === 'append' ? appendFileSync : writeFileSync)(join(folder, path), text);
    } else if (language === 'sh') {
      said = '';
      for (const line of text.trim().split('\n')) said += await perform(line);
    } else {
      // Lines in their order; `…` stands for anything within a line.
      let rest = said;
      for (const line of text.trimEnd().split('\n')) {
        const pattern = line.split('…').map((part) =>
          part
            .trim()
            .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
            .replace(/ +/g, ' +'),
        );
        const found = new RegExp(pattern.join('.*')).exec(rest);
        expect(found, `after ${said}\nexpected ${line}`).not.toBeNull();
        rest = rest.slice((found?.index ?? 0) + (found?.[0].length ?? 0));
      }
    }
  }
});
