import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkWorkspace, loadTexts } from '../../../src/language/load/index.ts';
import { shippedCatalogue } from '../shipped-catalogue.ts';

const base = new URL('../wrong/base/', import.meta.url);
const pipeline = (name: string, template: string, connection = 'hr') => ({
  file: `pipelines/${name}.yaml`,
  text: `pipeline: ${name}
source: { sftp: { path: /out/${name}.csv }, connection: ${connection}, format: csv }
record: { key: id }
sink: { smtp: { to: '{{email}}', subject: Hi, body: templates/${template} } }
`,
});
const loaded = loadTexts(base.pathname, [
  { file: 'portolan.yaml', text: readFileSync(new URL('portolan.yaml', base), 'utf8') },
  pipeline('right', 'invitation.html'),
  pipeline('wrong', 'misspelt.html', 'hrr'),
]);
const places = (files?: string[]) =>
  checkWorkspace(loaded, shippedCatalogue, files).map(({ file, code }) => `${file} ${code}`);

test('every file is looked at in one go', () => {
  expect(places()).toEqual(['pipelines/wrong.yaml CONNECTION_UNKNOWN', 'templates/misspelt.html FUNCTION_UNKNOWN']);
});

test('a single file is told with the templates it uses, and nothing else', () => {
  expect(places(['pipelines/right.yaml'])).toEqual([]);
  expect(places(['pipelines/wrong.yaml'])).toEqual(places());
});

test('a broken workspace file does not make every connection and table unknown', () => {
  const broken = loadTexts(base.pathname, [
    { file: 'portolan.yaml', text: 'workspace: [\n' },
    pipeline('right', 'invitation.html'),
  ]);
  expect(checkWorkspace(broken, shippedCatalogue).map(({ code }) => code)).toEqual(['YAML_SYNTAX']);
});
