import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withConnectors } from '../../../src/language/catalogue/index.ts';
import { checkWorkspace, findingsAsText, loadTexts } from '../../../src/language/load/index.ts';
import { shippedCatalogue } from '../shipped-catalogue.ts';

const folder = import.meta.dirname;
const base = join(folder, 'base');
const workspace = { file: 'portolan.yaml', text: readFileSync(join(base, 'portolan.yaml'), 'utf8') };

/** `# title`, then `=== FILE` before each file, then `=== expected`: the whole text that `validate` prints. */
function readCase(name: string): { title: string; files: { file: string; text: string }[]; expected: string } {
  const [head = '', ...sections] = readFileSync(join(folder, name), 'utf8').split(/^=== /m);
  const parts = sections.map((section) => {
    const end = section.indexOf('\n');
    return { file: section.slice(0, end), text: section.slice(end + 1) };
  });
  return {
    title: head.replace(/^# /, '').trim(),
    files: parts.filter(({ file }) => file !== 'expected'),
    expected: parts.find(({ file }) => file === 'expected')?.text ?? '',
  };
}

function findingsOf(files: { file: string; text: string }[]): string {
  const all = files.some(({ file }) => file === workspace.file) ? files : [workspace, ...files];
  const named = files.map(({ file }) => file);
  const loaded = loadTexts(base, all);
  const connectors = loaded.documents.filter(({ kind }) => kind === 'connector').map(({ value }) => value);
  const catalogue = connectors.length > 0 ? withConnectors(shippedCatalogue, connectors) : shippedCatalogue;
  const findings = checkWorkspace(loaded, catalogue);
  // Without its own portolan.yaml a case says nothing about what the base leaves unused.
  const told = findings.filter((finding) => named.includes(finding.file) || !all.some(({ file }) => file === finding.file));
  return told.length === 0 ? '' : `${findingsAsText(told)}\n`;
}

/** Regenerates what is expected; read every change before you commit it. */
const isUpdate = process.env.UPDATE_WRONG !== undefined;
const cases = readdirSync(folder).filter((name) => name.endsWith('.txt'));

test('the corpus holds at least sixty wrong documents', () => {
  expect(cases.length).toBeGreaterThanOrEqual(60);
});

for (const name of cases) {
  const { title, files, expected } = readCase(name);
  test(`${name}: ${title} is told at its place`, () => {
    const found = findingsOf(files);
    if (isUpdate) {
      const text = readFileSync(join(folder, name), 'utf8');
      writeFileSync(join(folder, name), text.slice(0, text.indexOf('=== expected\n')) + `=== expected\n${found}`);
      return;
    }
    expect(expected).not.toBe('');
    expect(found).toBe(expected);
  });
}
