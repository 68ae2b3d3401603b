import { expect, test } from 'vitest';
import { newWorkspace, portolan } from '../cli/harness.ts';

const streaming = `
pipeline: staff
source: { file: { path: in/staff.csv }, format: csv, feed: full }
record: { key: number, fields: { city: { required: true } } }
filter: city != 'Omsk'
map: { number: =number, city: =city }
sink: { file: { path: out/staff.csv }, format: csv }
`;
const compared = streaming
  .replace('filter:', 'steps:\n  - filter:')
  .replace('map:', '  - map:')
  .replace(/sink:.*/, '  - diff: { missing: { after: 2 days } }\nsink: { equeo.users: {} }');

const feed = 'number,city\n1,Tver\n2,Perm\n3,Omsk\n4,\n6,Tver\n7,Tver\n';
/** 2 has changed, 5 is absent, 6 came back, 7 is new. */
const known = ['1', '2', '4', '5', '6'].map((key) => ({
  key,
  record: { number: key, city: 'Tver' },
  ...(key === '6' ? { gone: true } : {}),
}));

const cases = [
  [
    'compared',
    compared,
    `{ read: 6, made: 0, absent: 1, filtered: 1, unchanged: 1, held: 1, pending: 0, rejected: 1, delivered: 3,
       unsettled: 0, create: 1, update: 1, returned: 1, missing: 0, upsert: 0 }`,
  ],
  ['streaming', streaming, '{ read: 6, filtered: 1, rejected: 1, delivered: 4, upsert: 4 }'],
] as const;

/** What `portolan test` says of one case for each expectation. */
async function answer(document: string, expected: string[]): Promise<string> {
  const before = document === compared ? 'known: fixtures/known.json, ' : '';
  const written = expected.map(
    (counts) => `  - { name: '${counts}', source: fixtures/staff.csv, ${before}expect: ${counts} }`,
  );
  const folder = await newWorkspace({
    'portolan.yaml': [
      "workspace: a\nkey: '${file:workspace.key}'",
      "connections: { lms: { equeo: { url: '${LMS_URL}', token: '${LMS_TOKEN}' } } }\n",
    ].join('\n'),
    'pipelines/staff.yaml': document,
    'pipelines/staff.check.yaml': `check: staff\nnow: 2026-11-24T02:30\ncases:\n${written.join('\n')}\n`,
    'pipelines/fixtures/staff.csv': feed,
    'pipelines/fixtures/known.json': JSON.stringify(known),
  });
  const { out, err } = await portolan(folder, ['test', 'staff']);
  return out + err;
}

test.each(cases)('each count of a %s run can be expected', async (_name, document, expected) => {
  expect(await answer(document, [expected])).toContain('1 case, all as expected.');
});

test.each(cases)('and each of a %s run is compared', async (_name, document, expected) => {
  const wrong = Array.from(
    expected.matchAll(/(\w+): (\d+)/g),
    ([, name, count]) => `{ ${name}: ${Number(count) + 1} }`,
  );
  expect(await answer(document, wrong)).toContain(`${wrong.length} cases, ${wrong.length} not as expected`);
});
