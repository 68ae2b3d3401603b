import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadTexts, loadWorkspace } from '../../../src/language/load/index.ts';

let root = '';
const write = (file: string, text: string): void => {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
};

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'portolan-load-'));
  write('portolan.yaml', 'workspace: acme\n');
  write('pipelines/a.yaml', 'pipeline: a\n---\npipeline: b\n');
  write('connectors/lms/connector.yml', 'connector: lms\n');
  write('a.check.yaml', 'check: a\n');
  for (const folder of ['.portolan', '.github', 'node_modules/x', 'tables', 'schemas', 'fixtures', 'templates']) {
    write(`${folder}/data.yaml`, 'not: a document\n');
  }
  write('other/portolan.yaml', 'workspace: other\n');
  write('other/pipelines/c.yaml', 'pipeline: c\n');
  symlinkSync(join(root, 'pipelines/a.yaml'), join(root, 'linked.yaml'));
  symlinkSync(join(root, 'nowhere.yaml'), join(root, 'broken.yaml'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('the workspace is found by walking up, with every document below it', () => {
  const loaded = loadWorkspace(join(root, 'pipelines'));
  expect(loaded.root).toBe(root);
  expect(loaded.workspace?.name).toBe('acme');
  expect(loaded.documents.map(({ kind, name, file }) => `${kind} ${name} ${file}`)).toEqual([
    'check a a.check.yaml',
    'connector lms connectors/lms/connector.yml',
    'pipeline a linked.yaml',
    'pipeline b linked.yaml',
    'pipeline a pipelines/a.yaml',
    'pipeline b pipelines/a.yaml',
  ]);
  expect(loaded.findings).toEqual([]);
});

test('no workspace above is one clear problem', () => {
  expect(() => loadWorkspace(tmpdir())).toThrow(expect.objectContaining({ code: 'WORKSPACE_NOT_FOUND' }));
});

const load = (text: string) => loadTexts('/', [{ file: 'a.yaml', text }]);

test('an anchor may be repeated, also the value of a whole key', () => {
  const { documents, findings } = load('pipeline: a\nmap: &all { x: =a }\nset: *all\n');
  expect(findings).toEqual([]);
  expect(documents[0]?.value.set).toEqual({ x: '=a' });
});

test('keys that look like numbers stay texts, and values keep their types', () => {
  const { documents, findings } = load(
    'pipeline: a\nmap: { 7: 1.5, 007: true, on: yes, none: null, day: 2026-11-24 }\n',
  );
  expect(findings).toEqual([]);
  expect(documents[0]?.value.map).toEqual({ 7: 1.5, '007': true, on: 'yes', none: null, day: '2026-11-24' });
});

test('a byte order mark, Windows line ends and empty documents do no harm', () => {
  const { documents, findings } = load('\uFEFFpipeline: a\r\ntitle: x\r\n---\r\n---\r\npipeline: b\r\n');
  expect(findings).toEqual([]);
  expect(documents.map(({ name }) => name)).toEqual(['a', 'b']);
});

test('a document that can not be read leaves the others of its file alone', () => {
  const { documents, findings } = load('pipeline: a\nmap: { x: =a\n---\npipeline: b\n');
  expect(documents.map(({ name }) => name)).toEqual(['b']);
  expect(findings.map(({ code, line }) => `${code} ${line}`)).toEqual(['YAML_SYNTAX 2']);
});

test.each([
  ['a comment behind a whole expression', 'pipeline: a\nfilter: a = 1 # only those\n'],
  ['an expression with its comma in quotes', "pipeline: a\nmap: { x: '=$f(a, b)', y: =b }\n"],
  ['an expression with its colon under a block', 'pipeline: a\nmap:\n  x: |-\n    =a ? b : c\n'],
  ['a text with an apostrophe and a comment', "pipeline: a\ntitle: People of Ann's # since May\n"],
  ['a list in brackets outside of flow maps', 'pipeline: a\nfilter: a in [1, 2] and b[0] = 1\n'],
  ['a key of several words', 'pipeline: a\nmap: { Born in Moscow: =a, R & D: =b, Name (ru): =c }\n'],
  ['two apostrophes in a flow list', "pipeline: a\nx: [it's, that's]\n"],
  ['decimals and negative numbers', 'pipeline: a\nmap: { x: -1.50, y: 0, z: 0.5 }\n'],
])('%s is no wreck', (_, text) => {
  const { findings } = load(text);
  expect(findings).toEqual([]);
});
