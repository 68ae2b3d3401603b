import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { codes } from '../../src/model/codes.ts';

const root = join(import.meta.dirname, '../..');

test('every code that is thrown is listed, so that the manual has it', () => {
  const unlisted: string[] = [];
  for (const folder of ['src', 'plugins']) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
      const text = readFileSync(join(entry.parentPath, entry.name), 'utf8');
      for (const [, code = ''] of text.matchAll(/(?:problem\(\s*|code: )'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'/g)) {
        if (!(code in codes) && !code.startsWith('UND_')) unlisted.push(`${entry.name}: ${code}`);
      }
    }
  }
  expect(unlisted).toEqual([]);
});
