import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLms, type Lms } from '../../../src/sandbox/lms/index.ts';
import { newWorkspace, portolan } from '../../cli/harness.ts';

let lms: Lms;
beforeAll(async () => {
  lms = await startLms();
  const { id: userId } = lms.users.create({ login: 'learner', lastName: 'Learner' });
  const at = new Date(0).toISOString();
  for (const [id, programmeId] of [
    ['s_1', 'p_001'],
    ['s_2', 'p_002'],
  ] as const)
    lms.state.statistics.push({ id, userId, programmeId, state: 'passed', score: 90, completedAt: at, updatedAt: at });
});
afterAll(() => lms.close());

const workspace = `
workspace: a
key: '\${file:workspace.key}'
connections: { lms: { equeo: { url: '\${LMS_URL}', token: '\${LMS_TOKEN}' } } }
`;

test.each([
  ['groups', 'source: equeo.groups'],
  ['programmes', 'source: equeo.programmes'],
  ['statistics', 'source: { equeo.statistics: { programmeId: p_001 } }'],
] as const)('%s come into a file by a pipeline', async (name, source) => {
  const folder = await newWorkspace({
    'portolan.yaml': workspace,
    'pipelines/out.yaml': [
      `pipeline: out\n${source}`,
      'map: { id: =id }',
      `sink: { file: { path: out/${name}.csv }, format: csv }\n`,
    ].join('\n'),
  });
  const env = { LMS_URL: lms.url, LMS_TOKEN: lms.token };
  expect(await portolan(folder, ['run', 'out'], { env })).toMatchObject({ code: 0 });
  const all = lms.state[name as 'statistics'];
  const expected = name === 'statistics' ? all.filter(({ programmeId }) => programmeId === 'p_001') : all;
  expect(expected.length).toBeGreaterThan(0);
  const written = readFileSync(join(folder, `out/${name}.csv`), 'utf8')
    .trim()
    .split(/\r?\n/)
    .slice(1);
  expect(written.sort()).toEqual(expected.map(({ id }) => id).sort());
});
