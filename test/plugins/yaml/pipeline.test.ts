import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { RunResult } from '../../../src/engine/run/result.ts';
import { newWorkspace, portolan } from '../../cli/harness.ts';

const people = `
people:
  - &first {code: 0001, name: Ada, groups: [a, b], rate: 0.50, active: true, hired: 2026-01-02}
  - {<<: *first, code: 0002, name: Bob}
  - just a text
`;

// In a folder of data: any other YAML file of a workspace is a document.
const pipeline = `
pipeline: people
source:
  file: { path: fixtures/people.yaml }
  format: { yaml: { records: people } }
record: { key: code }
map: { code: =code, name: =name, groups: =groups, half: =rate * 0.5, active: =active, hired: =hired }
errors: { tolerate: 50% }
sink:
  - file: { path: fixtures/written.yaml, overwrite: true }
    format: { yaml: { documents: true } }
  - file: { path: out/people.xml, overwrite: true }
    format: { xml: { records: /people/person, encoding: windows-1251 } }
`;

it('a pipeline reads a list in yaml with its types, and writes documents', async () => {
  const folder = await newWorkspace({ 'pipelines/people.yaml': pipeline, 'fixtures/people.yaml': people });
  const { code, out, err } = await portolan(folder, ['run', 'people', '--json']);
  const result = JSON.parse(out) as RunResult;
  expect({ code, err, counts: result.counts }).toMatchObject({
    code: 0,
    counts: { read: 3, rejected: 1, delivered: { upsert: 2 } },
  });
  expect(result.rejects).toMatchObject([{ code: 'YAML_NOT_A_RECORD', line: 5 }]);
  const rest = 'groups:\n  - a\n  - b\nhalf: 0.25\nactive: true\nhired: "2026-01-02"\n';
  expect(readFileSync(join(folder, 'fixtures/written.yaml'), 'utf8')).toBe(
    `---\ncode: "0001"\nname: Ada\n${rest}---\ncode: "0002"\nname: Bob\n${rest}`,
  );
  expect(readFileSync(join(folder, 'out/people.xml'), 'latin1')).toContain(
    '<person><code>0001</code><name>Ada</name><groups>a</groups><groups>b</groups><half>0.25</half>',
  );
});
