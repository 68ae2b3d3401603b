import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadTables, loadTexts } from '../../../src/language/load/index.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'portolan-tables-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function table(written: string, content?: string | Uint8Array, file = 't.csv') {
  if (content !== undefined) writeFileSync(join(root, file), content);
  const text = `workspace: a\ntables:\n  t: ${written}\n`;
  return loadTables(loadTexts(root, [{ file: 'portolan.yaml', text }])).get('t');
}
const refuses = (code: string, ...args: Parameters<typeof table>) =>
  expect(() => table(...args)).toThrow(expect.objectContaining({ code }));

test('a CSV may have commas, semicolons or tabs, quotes, a byte order mark and Windows line ends', () => {
  const expected = {
    columns: ['code', 'title'],
    rows: [
      { code: '1', title: 'a, "b"' },
      { code: '2', title: '' },
    ],
  };
  expect(table('t.csv', 'code,title\n1,"a, ""b"""\n2,\n')).toEqual(expected);
  expect(table('t.csv', '\uFEFFcode;title\r\n1;"a, ""b"""\r\n\r\n2;')).toEqual(expected);
  expect(table('t.csv', 'code\ttitle\n1\ta, "b"\n2\t\n')).toEqual(expected);
});

test('one column is a list', () => {
  expect(table('t.csv', 'login\nanna\nboris\n')).toEqual({
    columns: ['login'],
    rows: [{ login: 'anna' }, { login: 'boris' }],
  });
  expect(table('[anna, 7]')).toEqual({ columns: ['value'], rows: [{ value: 'anna' }, { value: '7' }] });
});

test('a map of codes, a list of maps and a YAML file say the same', () => {
  const expected = {
    columns: ['code', 'value'],
    rows: [
      { code: 'a', value: '1' },
      { code: 'b', value: '' },
    ],
  };
  expect(table('{ a: 1, b: }')).toEqual(expected);
  expect(table('[{ code: a, value: 1 }, { code: b }]')).toEqual(expected);
  expect(table('t.yaml', 'a: 1\nb:\n', 't.yaml')).toEqual(expected);
});

test('codes that look like numbers keep their zeros', () => {
  expect(table('t.csv', 'code;title\n007;x\n')?.rows).toEqual([{ code: '007', title: 'x' }]);
});

test('what can not be a table is told', () => {
  refuses('WORKSPACE_FILE_MISSING', 'none.csv');
  refuses('WORKSPACE_FILE_MISSING', '../other.csv');
  refuses('TABLE_UNREADABLE', 't.csv', '');
  refuses('TABLE_UNREADABLE', 't.csv', 'a;b\n1;2;3\n');
  refuses('TABLE_UNREADABLE', 't.csv', Uint8Array.of(0xcf, 0xf0, 0xe8));
  refuses('TABLE_UNREADABLE', '5');
  refuses('TABLE_UNREADABLE', '{ a: [1] }');
  refuses('TABLE_UNREADABLE', 't.yaml', 'a: [', 't.yaml');
});
