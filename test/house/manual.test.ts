import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { checkWorkspace, loadWorkspace } from '../../src/language/load/index.ts';
import { compileConnector, compilePipeline } from '../../src/language/compile/index.ts';
import { catalogueOf } from '../../src/workspace/index.ts';

const root = join(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'portolan-manual-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** What the manual's examples stand in. */
const surroundings: Record<string, string> = {
  'portolan.yaml': `workspace: manual
version: 1
timezone: Europe/Moscow
key: '\${file:workspace.key}'
connections:
  hr: { sftp: { host: '\${HR_HOST}', username: portolan, password: '\${HR_PASSWORD}', hostKey: '\${HR_HOST_KEY}' } }
  lms: { equeo: { url: '\${LMS_URL}', token: '\${LMS_TOKEN}' } }
  mail: { smtp: { url: '\${SMTP_URL}', from: 'LMS <noreply@acme.example>' } }
tables: { positions: tables/positions.csv }
`,
  'workspace.key': 'x',
  'tables/positions.csv': 'code,title\n1,Director\n',
  'templates/transfer.txt': '{{externalId}} goes to {{department}}',
  'templates/department.txt': '{{name}} ({{code}}) stands below {{parent}}',
  'templates/invitation.html': '<p>{{lastName}}</p>',
  'pipelines/fixtures/one-new.csv': 'a\n1\n',
  'pipelines/fixtures/people.json': '[]',
  'pipelines/fixtures/create.json': '[]',
};

interface Example {
  from: string;
  text: string;
}

function examples(): Example[] {
  const pages = [
    'README.md',
    ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.md') && !file.startsWith('reference'))
      .map((file) => `docs/${file}`),
  ];
  return pages.flatMap((page) =>
    [...readFileSync(join(root, page), 'utf8').matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map((match, index) => ({
      from: `${page}, example ${index + 1}`,
      text: match[1] as string,
    })),
  );
}

const all = examples();
const whole = all.filter(({ text }) => /^(workspace|pipeline|connector|check):/.test(text));

test('the manual has examples of every kind of document', () => {
  for (const kind of ['workspace', 'pipeline', 'connector', 'check'])
    expect(whole.some(({ text }) => text.startsWith(`${kind}:`))).toBe(true);
});

test.each(whole)('$from parses, validates and compiles', ({ from, text }) => {
  const folder = mkdtempSync(join(scratch, 'case-'));
  const isWorkspace = text.startsWith('workspace:');
  const files: Record<string, string> = {
    ...surroundings,
    [isWorkspace ? 'portolan.yaml' : 'pipelines/example.yaml']: text,
  };
  const checked = /^check: (\w+)/.exec(text)?.[1];
  if (checked !== undefined) {
    const tested = whole.find((other) =>
      new RegExp(`^(pipeline|connector): ${checked}\\n`).test(other.text),
    ) as Example;
    files['pipelines/tested.yaml'] = tested.text;
  }
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), content);
  }
  const loaded = loadWorkspace(folder);
  const catalogue = catalogueOf(loaded);
  const errors = checkWorkspace(loaded, catalogue).filter(({ severity }) => severity === 'error');
  expect(errors.map(({ line, message }) => `${from}:${line} ${message}`)).toEqual([]);
  for (const { kind, name } of loaded.documents) {
    if (kind === 'pipeline') expect(compilePipeline(loaded, name, catalogue).name).toBe(name);
    if (kind === 'connector') expect(compileConnector(loaded, name, catalogue)).toBeTruthy();
  }
});
