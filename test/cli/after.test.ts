import { expect, test } from 'vitest';
import { newWorkspace, portolan } from './harness.ts';

const pipeline = (name: string, more: string): string => `
pipeline: ${name}
${more}
source: { file: { path: in/${name}.csv }, format: csv, feed: full }
record: { key: number }
sink: { file: { path: out/${name}.csv, overwrite: true }, format: csv }
`;

const workspace = () =>
  newWorkspace({
    'portolan.yaml': "workspace: a\nkey: '${file:workspace.key}'\n",
    'pipelines/departments.yaml': pipeline(
      'departments',
      'schedule: { every: 1h, overlap: queue, missed: all, late: "06:00" }',
    ),
    'pipelines/people.yaml': pipeline('people', 'schedule: { after: departments }'),
    'pipelines/managers.yaml': pipeline('managers', 'schedule: { after: [departments, people] }'),
    'in/departments.csv': 'number\n1\n',
    'in/people.csv': 'number\n2\n',
    'in/managers.csv': 'number\n3\n',
  });

test('a pipeline `after` others is skipped, with 5 and what to run first, until they are done', async () => {
  const folder = await workspace();
  const waiting = await portolan(folder, ['run', 'people']);
  expect(waiting.code).toBe(5);
  expect(waiting.out + waiting.err).toContain('people runs after departments, and it has not run yet.');
  expect(waiting.out + waiting.err).toContain('portolan run departments');
  for (const [name, code] of [
    ['departments', 0],
    ['managers', 5],
    ['people', 0],
    ['managers', 0],
  ] as const) {
    expect((await portolan(folder, ['run', name])).code, name).toBe(code);
  }
});
