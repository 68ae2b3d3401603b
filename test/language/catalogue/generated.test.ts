import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { afterAll, describe, expect, test } from 'vitest';
import { declarations } from '../../../plugins/index.ts';
import { shippedConnectors } from '../../../plugins/shipped.ts';
import {
  catalogue,
  checkAgainst,
  generatedFiles,
  generatedFolders,
  loadCatalogue,
  withConnectors,
} from '../../../src/language/catalogue/index.ts';
import { checkWorkspace, findingsAsText, loadTexts } from '../../../src/language/load/index.ts';

const root = join(import.meta.dirname, '../../..');
const connectors = loadTexts(root, shippedConnectors()).documents.map(({ value }) => value);
const files = generatedFiles(withConnectors(catalogue(declarations()), connectors));

describe('generated files', () => {
  test('are committed as the declarations make them, byte by byte: run `npm run generate`', () => {
    const stale = files.filter(({ path, text }) => read(path) !== text).map(({ path }) => path);
    expect(stale).toEqual([]);
  });

  test('stand alone in their folders', () => {
    const found = generatedFolders.flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(root, join(entry.parentPath, entry.name))),
    );
    expect(found.sort()).toEqual(files.map(({ path }) => path).sort());
  });

  test('every kind has a page with a sentence for each of its options', () => {
    const silent = files
      .filter(({ path }) => path.endsWith('.md'))
      .flatMap(({ path, text }) =>
        text.split('\n').flatMap((line) => (/^\| `.* \|  \|$/.test(line) ? [`${path}: ${line}`] : [])),
      );
    expect(silent).toEqual([]);
  });

  test.each([
    ['sources/sftp', ['connection', 'format', 'feed']],
    ['sources/equeo.statistics', ['connection', 'feed']],
    ['sinks/equeo.users', ['connection', 'only', 'when']],
    ['sinks/file', ['connection', 'format', 'only', 'when']],
    ['steps/set', ['only', 'when', 'as']],
    ['steps/diff', []],
    ['formats/csv', []],
  ])('the page of %s lists the words that stand beside the kind: %j', (path, words) => {
    const { text = '' } = files.find((file) => file.path === `docs/reference/${path}.md`) ?? {};
    const section = /## Beside it\n([\s\S]*?)(\n## |$)/.exec(text)?.[1] ?? '';
    expect([...section.matchAll(/^\| `(\w+)`/gm)].map(([, word]) => word)).toEqual(words);
  });
});

describe('the examples of the reference', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-examples-'));
  mkdirSync(join(folder, 'templates'));
  writeFileSync(join(folder, 'templates/invitation.html'), '<p>Welcome</p>');
  afterAll(() => rmSync(folder, { recursive: true }));

  const examples = files.flatMap(({ path, text }) =>
    [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(
      (match, index) => [`${path} ${index + 1}`, match[1] ?? ''] as const,
    ),
  );
  const documents = loadCatalogue().documents;

  test.each(examples)('%s is right by its schema', (_name, yaml) => {
    for (const document of parseAllDocuments(yaml)) {
      const value = document.toJS() as Record<string, unknown> | null;
      if (value === null) continue;
      const kind = Object.keys(value)[0] as keyof typeof documents;
      expect(documents[kind], kind).toBeDefined();
      expect(checkAgainst(documents[kind], value)).toEqual([]);
    }
  });

  test.each(examples.filter(([, yaml]) => yaml.startsWith('pipeline:')))('%s is right as a whole', (_name, yaml) => {
    const connections = Object.entries(connection).map(([kind, options]) => `  my-${kind}: { ${kind}: ${options} }\n`);
    const loaded = loadTexts(folder, [
      { file: 'portolan.yaml', text: `workspace: example\nconnections:\n${connections.join('')}` },
      { file: 'connectors/acme.yaml', text: acme },
      { file: 'pipelines/example.yaml', text: yaml },
    ]);
    const own = loaded.documents.filter(({ kind }) => kind === 'connector').map(({ value }) => value);
    const found = checkWorkspace(loaded, withConnectors(loadCatalogue(), own), ['pipelines/example.yaml']);
    expect(findingsAsText(found.filter(({ severity }) => severity === 'error'))).toBe('');
  });
});

/** What the example of a step that calls is of. */
const acme = `
connector: acme
http: { baseUrl: https://acme.example }
call: { access.grant: { with: { properties: { id: {} } }, request: { put: '/access/{{$with.id}}' } } }
`;

const connection: Record<string, string> = {
  sftp: "{ host: sftp.client.example, username: equeo, password: '${P}', hostKey: 'SHA256:x' }",
  smtp: "{ url: '${MAIL}', from: lms@acme.example }",
  equeo: "{ url: 'https://lms.example', token: '${T}' }",
  ftp: "{ host: ftp.client.example, username: equeo, password: '${P}' }",
  webdav: "{ url: 'https://files.client.example/', username: equeo, password: '${P}' }",
};

function read(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return undefined;
  }
}
