import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newWorkspace, portolan } from '../cli/harness.ts';

const here = import.meta.dirname;
const documents = ['connector.yaml', 'connector.txt'];
/** Folders of connectors, each with its document; those of `examples` are tried as whole integrations. */
const folders = readdirSync(here).filter((folder) => documents.some((name) => existsSync(join(here, folder, name))));

function textsIn(folder: string, under: string): Record<string, string> {
  const texts = readdirSync(join(here, folder)).filter((name) => /\.(json|xml)$/.test(name));
  return Object.fromEntries(texts.map((name) => [`${under}/${name}`, readFileSync(join(here, folder, name), 'utf8')]));
}

test.each(folders)('the check of %s comes to what it expects', async (folder) => {
  const document = documents.map((name) => join(here, folder, name)).find((path) => existsSync(path)) ?? '';
  const check = readFileSync(join(here, folder, 'check.txt'), 'utf8');
  const name = /^check: (\S+)$/m.exec(check)?.[1] ?? '';
  const workspace = await newWorkspace({
    [`connectors/${name}.yaml`]: readFileSync(document, 'utf8'),
    [`connectors/${name}.check.yaml`]: check,
    ...textsIn(folder, `connectors/${folder}`),
    ...textsIn(join(folder, 'fixtures'), 'connectors/fixtures'),
  });
  const { code, out } = await portolan(workspace, ['test', name, '--json']);
  const { cases } = JSON.parse(out) as { cases: { name: string; differences: string[] }[] };
  expect(cases.filter(({ differences }) => differences.length > 0)).toEqual([]);
  expect([code, cases.length > 0]).toEqual([0, true]);
});
