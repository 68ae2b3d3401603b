import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newWorkspace, portolan } from '../../cli/harness.ts';

const here = import.meta.dirname;
const connectors = { directory: 'odata-delta', graph: 'graphql' };
const fixtures = readdirSync(here).filter((name) => name.endsWith('.json'));

test.each(Object.entries(connectors))('the check of %s comes to what it expects', async (name, folder) => {
  const workspace = await newWorkspace({
    [`connectors/${name}.yaml`]: readFileSync(join(here, '..', folder, 'connector.txt'), 'utf8'),
    [`connectors/${name}.check.yaml`]: readFileSync(join(here, `${name}.txt`), 'utf8'),
    ...Object.fromEntries(fixtures.map((file) => [`connectors/${file}`, readFileSync(join(here, file), 'utf8')])),
  });
  const { code, out } = await portolan(workspace, ['test', name, '--json']);
  const { cases } = JSON.parse(out) as { cases: { name: string; differences: string[] }[] };
  expect(cases.filter(({ differences }) => differences.length > 0)).toEqual([]);
  expect([code, cases.length > 0]).toEqual([0, true]);
});
