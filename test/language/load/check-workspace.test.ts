import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

test('a template or a table that is a link out of the workspace is told, as a run would refuse it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-link-'));
  try {
    const root = join(folder, 'workspace');
    mkdirSync(join(root, 'templates'), { recursive: true });
    writeFileSync(join(folder, 'outside.html'), 'Hello');
    writeFileSync(join(folder, 'outside.csv'), 'code;title\n1;a\n');
    writeFileSync(join(root, 'templates/inside.html'), 'Hello');
    symlinkSync(join(folder, 'outside.html'), join(root, 'templates/out.html'));
    symlinkSync(join(root, 'templates/inside.html'), join(root, 'templates/in.html'));
    symlinkSync(join(folder, 'outside.csv'), join(root, 'positions.csv'));
    // The workspace itself may be reached through a link.
    symlinkSync(root, join(folder, 'linked'));
    const workspace = readFileSync(new URL('portolan.yaml', base), 'utf8').replace(
      'tables/positions.csv',
      'positions.csv',
    );
    const texts = [{ file: 'portolan.yaml', text: workspace }, pipeline('in', 'in.html'), pipeline('out', 'out.html')];
    for (const place of [root, join(folder, 'linked')]) {
      const findings = checkWorkspace(loadTexts(place, texts), shippedCatalogue);
      expect(findings.map(({ file, message }) => `${file}: ${message}`)).toEqual([
        'pipelines/out.yaml: `templates/out.html` is a link that leads outside the workspace.',
        'portolan.yaml: `positions.csv` is a link that leads outside the workspace.',
      ]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
