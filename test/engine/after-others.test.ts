import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Pipeline } from '../../src/language/compile/pipeline.ts';
import { people, testPipeline, testTarget, testWorld, type TestTarget, type TestWorld } from './harness.ts';

let target: TestTarget;
let world: TestWorld;

beforeEach(async () => {
  target = testTarget();
  world = await testWorld({ target });
});
afterEach(() => world.close());

const departments: Pipeline = { ...testPipeline({ diff: { snapshot: 'departments' } }), name: 'departments' };
const staff: Pipeline = { ...testPipeline(), after: ['departments'] };

test('a pipeline `after` another is skipped until the newest run of that one ended done', async () => {
  expect(await world.run(staff, people(3))).toMatchObject({
    status: 'skipped',
    code: 'PIPELINE_WAITS',
    reason: 'people runs after departments, and it has not run yet.',
    fix: 'Run departments first: portolan run departments',
  });
  expect(target.done('create')).toEqual([]);
  expect(await world.store.runs({ pipeline: 'people', limit: 9 })).toEqual([]);

  await world.run(departments, people(2));
  expect(await world.run(staff, people(3))).toMatchObject({ status: 'done', counts: { read: 3 } });

  await world.run(departments, { rows: people(2), failAfter: 1 });
  expect(await world.run(staff, people(4))).toMatchObject({
    status: 'skipped',
    reason: 'people runs after departments, and its newest run is failed.',
  });
  expect(target.done('create').sort()).toEqual(['p1', 'p2', 'p3']);
});

test('a plan shows what would come, whoever is waited for', async () => {
  expect(await world.run(staff, people(3), { dryRun: true })).toMatchObject({ status: 'done', counts: { read: 3 } });
});
