import { expect, test } from 'vitest';
import { newWorkspace, portolan } from '../cli/harness.ts';

const pipeline = `
pipeline: staff
source:
  file: { path: in/staff.csv, empty: allow }
  format: csv
  feed: full
record: { key: number }
params: { city: { default: Tver } }
filter: city = $params.city
map: { number: =number, city: =city, day: '=$string($today())' }
`;

const steps = pipeline
  .replace('filter:', 'steps:\n  - filter:')
  .replace('map:', '  - map:')
  .concat(`  - diff: {}\nsink: { equeo.users: {} }\n`);

const check = (now: string, expect: string, more = ''): string => `
check: staff
now: ${now}
cases:
  - name: one
    source: fixtures/staff.csv
    known: fixtures/known.json
    expect: ${expect}
${more}`;

const known = [
  { key: '1', record: { number: '1', city: 'Tver', day: '2026-11-24' }, kept: { 'equeo.users': { id: 'u1' } } },
  { key: '2', record: { number: '2', city: 'Tver', day: '2026-11-24' } },
  { key: '3', record: { number: '3', city: 'Tver', day: '2026-11-24' }, gone: true },
];

const workspace = (document: string, csv: string): Promise<string> =>
  newWorkspace({
    'portolan.yaml': [
      'workspace: a',
      'timezone: Europe/Moscow',
      "key: '${file:workspace.key}'",
      "connections: { lms: { equeo: { url: '${LMS_URL}', token: '${LMS_TOKEN}' } } }",
      '',
    ].join('\n'),
    'pipelines/staff.yaml': steps,
    'pipelines/staff.check.yaml': document,
    'pipelines/fixtures/staff.csv': csv,
    'pipelines/fixtures/known.json': JSON.stringify(known),
  });

test('the snapshot before is that of `known:`, and time stands still at `now:` in the zone of the workspace', async () => {
  const folder = await workspace(
    check('2026-11-24T02:30', '{ unchanged: 1, missing: 1, returned: 1, create: 1, rejected: 0 }'),
    'number,city\n1,Tver\n3,Tver\n4,Tver\n',
  );
  expect((await portolan(folder, ['test', 'staff'])).out).toContain('1 case, all as expected.');
});

test('another day is another record', async () => {
  const folder = await workspace(check('2026-11-25', '{ update: 2, unchanged: 0 }'), 'number,city\n1,Tver\n2,Tver\n');
  expect((await portolan(folder, ['test', 'staff'])).out).toContain('1 case, all as expected.');
});

test('`params:` of a case are those of the run', async () => {
  const folder = await workspace(
    check('2026-11-24', '{ filtered: 1, create: 1 }', '    params: { city: Omsk }\n'),
    'number,city\n1,Tver\n4,Omsk\n',
  );
  expect((await portolan(folder, ['test', 'staff'])).out).toContain('1 case, all as expected.');
});

test('a run that fails is never as expected', async () => {
  const folder = await workspace(check('2026-11-24', '{ read: 0 }'), 'number,city\n');
  const allowed = await portolan(folder, ['test', 'staff', '--json']);
  expect(JSON.parse(allowed.out), 'an empty file is allowed by the pipeline').toMatchObject({ failed: 0 });
  const strict = await workspace(check('2026-11-24', '{ read: 0 }'), 'number,city\n');
  const { writeFileSync } = await import('node:fs');
  writeFileSync(`${strict}/pipelines/staff.yaml`, steps.replace(', empty: allow', ''));
  expect((await portolan(strict, ['test', 'staff'])).out).toMatch(/the run is failed: \w+/);
});
