import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadTexts, resolveSecrets, secretRoots } from '../../../src/language/load/index.ts';

let folder = '';
let outside = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-secrets-'));
  outside = mkdtempSync(join(tmpdir(), 'portolan-outside-'));
  mkdirSync(join(folder, 'keys'));
  writeFileSync(join(folder, 'keys/hr'), 'line 1\nline 2\n');
  writeFileSync(join(outside, 'other'), 'secret of another');
  symlinkSync(join(outside, 'other'), join(folder, 'keys/link'));
});
afterAll(() => {
  for (const path of [folder, outside]) rmSync(path, { recursive: true, force: true });
});

const fill = (value: unknown, environment: Record<string, string> = {}) =>
  resolveSecrets(value, { environment, roots: secretRoots(folder, environment), folder });
const refuses = (value: string, code: string, environment?: Record<string, string>) =>
  expect(() => fill(value, environment)).toThrow(expect.objectContaining({ code }));

test('references are filled in wherever a text stands', () => {
  const value = { a: ['${HOST}:22', 5], b: { c: '${USER:-portolan}' } };
  expect(fill(value, { HOST: 'sftp.example' })).toEqual({ a: ['sftp.example:22', 5], b: { c: 'portolan' } });
});

test('a default stands in for a variable that is empty, as in a shell', () => {
  expect(fill('${PROXY:-none}', { PROXY: '' })).toBe('none');
  expect(fill('${PROXY:-}', {})).toBe('');
  expect(fill('x${PROXY}', { PROXY: '' })).toBe('x');
});

test('what a reference brings is not looked through again', () => {
  expect(fill('${A}', { A: '${B}', B: 'x' })).toBe('${B}');
});

test('a file is read whole, without the line end that editors add', () => {
  expect(fill('${file:keys/hr}')).toBe('line 1\nline 2');
  expect(fill(`\${file:${join(folder, 'keys/hr')}}`)).toBe('line 1\nline 2');
});

test('a file outside the allowed folders is refused, also through a link', () => {
  refuses('${file:/etc/passwd}', 'FILE_NOT_ALLOWED');
  refuses('${file:../../etc/passwd}', 'FILE_NOT_ALLOWED');
  refuses('${file:keys/link}', 'FILE_NOT_ALLOWED');
  refuses(`\${file:${join(outside, 'other')}}`, 'FILE_NOT_ALLOWED');
  expect(fill(`\${file:${join(outside, 'other')}}`, { PORTOLAN_SECRETS: outside })).toBe('secret of another');
});

test('what is missing is told by its name', () => {
  refuses('${HR_HOST}', 'VARIABLE_MISSING');
  refuses('${file:keys/none}', 'WORKSPACE_FILE_MISSING');
  expect(() => fill('${HR_HOST}')).toThrow(/HR_HOST/);
});

test('a loaded workspace holds the references, not what they stand for', () => {
  process.env.PORTOLAN_TEST_SECRET = 'hunter2';
  const loaded = loadTexts(folder, [{ file: 'portolan.yaml', text: 'workspace: a\nkey: ${PORTOLAN_TEST_SECRET}\n' }]);
  delete process.env.PORTOLAN_TEST_SECRET;
  expect(loaded.workspace?.value.key).toBe('${PORTOLAN_TEST_SECRET}');
  expect(loaded.findings).toEqual([]);
});
