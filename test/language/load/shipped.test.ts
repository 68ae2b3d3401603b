import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compileConnector, compilePipeline } from '../../../src/language/compile/index.ts';
import { checkWorkspace, findingsAsText, loadTexts } from '../../../src/language/load/index.ts';
import { shippedCatalogue, shippedDocuments } from '../shipped-catalogue.ts';

const root = new URL('../../../', import.meta.url);
const read = (file: string) => ({ file, text: readFileSync(new URL(file, root), 'utf8') });

test('the declared connector gives no finding and compiles', () => {
  expect(findingsAsText(checkWorkspace(shippedDocuments, shippedCatalogue))).toBe('');
  expect(compileConnector(shippedDocuments, 'equeo', shippedCatalogue)).toMatchObject({ connector: 'equeo' });
});

test('the shipped pipeline gives no finding and compiles', () => {
  const text = `workspace: acme
timezone: Europe/Moscow
connections:
  hr: { sftp: { host: '\${HOST}', username: hr, password: '\${PASSWORD}', hostKey: 'SHA256:uNiVztksCsDhcc0u9e8BrrJXVGHZL1C6lb2uEtMyTgg' } }
  mail: { smtp: { url: '\${SMTP}', from: lms@acme.example } }
  lms: { equeo: { url: '\${URL}', token: '\${TOKEN}' } }
tables: { positions: { D1: Director }, admins: [a-1] }
key: \${KEY}
`;
  const loaded = loadTexts(root.pathname, [{ file: 'portolan.yaml', text }, read('pipelines/employees.yaml')]);
  expect(findingsAsText(checkWorkspace(loaded, shippedCatalogue))).toBe('');
  expect(compilePipeline(loaded, 'employees', shippedCatalogue).sinks.map(({ kind }) => kind)).toEqual([
    'equeo.users',
    'smtp',
  ]);
});
