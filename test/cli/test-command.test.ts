import { describe, expect, test } from 'vitest';
import { comparing, newWorkspace, portolan, put, staff } from './harness.ts';

const check = `
check: staff
now: 2026-11-24
cases:
  - name: who is new is created
    source: fixtures/staff.csv
    expect: { create: 3, rejected: 1, sent: fixtures/sent.json }
`;
const sent = [
  {
    sink: 'file',
    operation: 'create',
    record: { externalId: '1', name: 'Anna', mail: 'anna@a.example', city: 'Kazan' },
  },
];

const staffNamed = (externalId: string, name: string): object => ({
  sink: 'file',
  operation: 'create',
  record: { externalId, name },
});

const workspace = (): Promise<string> =>
  newWorkspace({
    'pipelines/staff.yaml': comparing,
    'pipelines/staff.check.yaml': check,
    'pipelines/fixtures/staff.csv': staff,
    'pipelines/fixtures/sent.json': JSON.stringify(sent),
  });

describe('portolan test', () => {
  test('what is not as expected is shown, field by field, with exit code 1', async () => {
    const { code, out } = await portolan(await workspace(), ['test', 'staff']);
    expect(code).toBe(1);
    expect(out).toContain('FAILED staff who is new is created\n');
    expect(out).toContain('    create: expected 3, was 2\n');
    expect(out).toContain('    sent 1, city: expected "Kazan", was "Tver"\n');
    expect(out).toContain('    sent 2: nothing expected, was create to file');
    expect(out).not.toContain('rejected: expected');
  });

  test('all checks run when none is named; --json is one object', async () => {
    const { code, out } = await portolan(await workspace(), ['test', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      format: 1,
      passed: 1,
      failed: 1,
      cases: [
        { check: 'employees', passed: true, differences: [] },
        { check: 'staff', file: 'pipelines/staff.check.yaml', passed: false },
      ],
    });
  });

  test('a case names a file for each lookup; without one the case can not be run', async () => {
    const folder = await newWorkspace({
      'pipelines/staff.yaml': `
pipeline: staff
source:
  file: { path: in/staff.csv }
  format: csv
  feed: full
record: { key: number }
steps:
  - lookup: { from: { file: { path: in/offices.csv }, format: csv }, key: code, by: office }
    as: place
  - map: { externalId: =number, name: =$place.city }
  - diff: { missing: ignore }
sink: { file: { path: out/staff.json }, format: json }
`,
      'pipelines/staff.check.yaml': `
check: staff
now: 2026-11-24
cases:
  - name: who has an office has its city
    source: fixtures/staff.csv
    lookups: { place: fixtures/offices.csv }
    expect: { create: 1, rejected: 1, sent: fixtures/sent.json }
  - name: nothing to look up in
    source: fixtures/staff.csv
    expect: { create: 1 }
`,
      'pipelines/fixtures/staff.csv': 'number,office\n1,k\n2,t\n',
      'pipelines/fixtures/offices.csv': 'code,city\nk,Kazan\n',
      'pipelines/fixtures/sent.json': JSON.stringify([staffNamed('1', 'Kazan')]),
    });
    const { code, out } = await portolan(folder, ['test', 'staff']);
    expect(code).toBe(1);
    expect(out).toContain('ok staff who has an office has its city\n');
    expect(out).toContain('FAILED staff nothing to look up in\n');
    expect(out).toContain('LOOKUP_INCOMPLETE What $place is looked up in (file) could not be read whole');
  });

  test('a case names a file for each source of a list; a source without one has nothing', async () => {
    const folder = await newWorkspace({
      'pipelines/staff.yaml': `
pipeline: staff
source:
  - file: { path: in/full.csv }
    format: csv
    feed: full
  - file: { path: in/delta_*.json, pick: newer, none: skip }
    format: json
    feed: changes
record: { key: number }
steps:
  - map: { externalId: =number, name: =name }
  - diff: { missing: ignore }
sink: { file: { path: out/staff.json }, format: json }
`,
      'pipelines/staff.check.yaml': `
check: staff
now: 2026-11-24
cases:
  - name: the changes hold
    source: [fixtures/full.csv, fixtures/delta.json]
    expect: { read: 3, filtered: 1, create: 2, sent: fixtures/both.json }
  - name: without changes the full file does
    source: fixtures/full.csv
    expect: { read: 2, filtered: 0, create: 2, sent: fixtures/full.json }
`,
      'pipelines/fixtures/full.csv': 'number,name\n1,Anna\n2,Boris\n',
      'pipelines/fixtures/delta.json': '[{"number":"2","name":"Bob"}]',
      'pipelines/fixtures/both.json': JSON.stringify([staffNamed('2', 'Bob'), staffNamed('1', 'Anna')]),
      'pipelines/fixtures/full.json': JSON.stringify([staffNamed('1', 'Anna'), staffNamed('2', 'Boris')]),
    });
    const { code, out } = await portolan(folder, ['test', 'staff']);
    expect(out).not.toContain('FAILED');
    expect(code).toBe(0);
  });

  test('nothing is left behind: no store, no file', async () => {
    const folder = await workspace();
    await portolan(folder, ['test']);
    expect((await portolan(folder, ['runs'])).out).toBe('No runs yet.\n');
  });

  test('a pipeline without a check, an unknown one, and documents with mistakes are refused', async () => {
    const folder = await newWorkspace({ 'pipelines/staff.yaml': comparing });
    expect((await portolan(folder, ['test', 'staff'])).err).toContain('error CHECK_MISSING');
    expect((await portolan(folder, ['test', 'stuff'])).err).toContain('error PIPELINE_UNKNOWN');
    put(folder, { 'pipelines/staff.yaml': comparing.replace('key:', 'kee:') });
    const { code, err } = await portolan(folder, ['test']);
    expect(code).toBe(2);
    expect(err).toContain('error WORKSPACE_INVALID');
  });
});
