import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../../src/engine/run/result.ts';
import { newWorkspace, portolan } from '../../cli/harness.ts';

const staff = `<?xml version="1.0" encoding="UTF-8"?>
<v8:staff xmlns:v8="urn:staff">
  <v8:person id="0001"><v8:name kind="full">Ada</v8:name><v8:phone>1</v8:phone><v8:hired>2026-01-02</v8:hired></v8:person>
  <v8:person id="0002"><v8:name kind="full">Bob</v8:name><v8:phone>2</v8:phone><v8:phone>3</v8:phone></v8:person>
  <v8:person id="0003"><v8:phone>4</v8:phone></v8:person>
</v8:staff>
`;

const pipeline = `
pipeline: staff
source:
  file: { path: in/staff.xml }
  format: { xml: { records: /staff/person, lists: [phone] } }
  feed: full
record:
  key: number
  fields:
    number: { from: '@id' }
    hired: { date: YYYY-MM-DD }
steps:
  - map: { '@id': =number, name: =name.\`#text\`, kind: =name.\`@kind\`, phone: =phone, hired: =hired }
  - validate: { required: [name] }
  - diff: { missing: ignore, guard: { update: 100% } }
sink:
  - file: { path: out/staff.xml, overwrite: true }
    format: { xml: { records: /people/person } }
  - file: { path: fixtures/staff.yaml, overwrite: true }
    format: yaml
`;

async function runOf(text: string) {
  const folder = await newWorkspace({ 'pipelines/staff.yaml': pipeline, 'in/staff.xml': text, 'fixtures/.keep': '' });
  const { code, out, err } = await portolan(folder, ['run', 'staff', '--json']);
  return { folder, code, err, result: JSON.parse(out) as RunResult };
}

describe('a pipeline over xml', () => {
  it('reads attributes, lists and texts beside attributes, and writes xml and yaml', async () => {
    const { folder, code, result } = await runOf(staff);
    expect({ code, status: result.status, counts: result.counts }).toMatchObject({
      code: 0,
      status: 'done',
      counts: { read: 3, rejected: 1, delivered: { create: 2 } },
    });
    expect(result.rejects).toMatchObject([{ code: 'FIELD_REQUIRED', key: '0003', line: 5 }]);
    expect(readFileSync(join(folder, 'out/staff.xml'), 'utf8')).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<people>\n' +
        '  <person id="0001"><name>Ada</name><kind>full</kind><phone>1</phone><hired>2026-01-02</hired></person>\n' +
        '  <person id="0002"><name>Bob</name><kind>full</kind><phone>2</phone><phone>3</phone></person>\n</people>\n',
    );
    expect(readFileSync(join(folder, 'fixtures/staff.yaml'), 'utf8')).toBe(
      '- "@id": "0001"\n  name: Ada\n  kind: full\n  phone:\n    - "1"\n  hired: "2026-01-02"\n' +
        '- "@id": "0002"\n  name: Bob\n  kind: full\n  phone:\n    - "2"\n    - "3"\n',
    );
  });

  it('fails over a file with entities', async () => {
    const { code, result } = await runOf('<!DOCTYPE staff [<!ENTITY a "b">]><staff>&a;</staff>');
    expect({ code, why: result.code, read: result.counts.read }).toEqual({ code: 1, why: 'XML_DTD', read: 0 });
  });
});
