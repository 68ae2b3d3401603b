import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Step } from '../../src/language/compile/pipeline.ts';
import { people, testPipeline, testTarget, testWorld, type TestTarget, type TestWorld } from './harness.ts';

let target: TestTarget;
let world: TestWorld;

beforeEach(async () => {
  target = testTarget({ size: 500 });
  world = await testWorld({ target });
});
afterEach(() => world.close());

/** A page of a budget as small as these holds two people; a key needs 4 bytes, and 4 to 11 in the table. */
const forTenPeople = 20_000;
const forTwoThousandPeople = 40_000;

test('a run over its disk budget fails before it delivers, and goes on with more', async () => {
  await world.run(testPipeline(), people(10));
  world.world.limits = { diskBytes: 20_000 };
  const failed = await world.run(testPipeline(), people(2000, 'retail'));
  expect(failed).toMatchObject({
    status: 'failed',
    code: 'DISK_OVER_BUDGET',
    reason: 'What this run sets aside does not fit in the 20000 bytes of disk that it may take; nothing was delivered',
  });
  expect(failed.fix).toContain('limits: { disk: … }');
  expect(target.ledger.length).toBe(10);

  world.world.limits = { diskBytes: 1024 ** 2 };
  const next = await world.run(testPipeline(), people(2000, 'retail'));
  expect(next).toMatchObject({ status: 'done', counts: { delivered: { create: 1990, update: 10 }, unsettled: 0 } });
});

test('a run whose keys do not fit in its memory fails before it delivers, and goes on with more', async () => {
  world.world.limits = { memoryBytes: forTenPeople };
  await world.run(testPipeline(), people(10));
  const failed = await world.run(testPipeline(), people(2000, 'retail'));
  expect(failed).toMatchObject({
    status: 'failed',
    code: 'MEMORY_OVER_BUDGET',
    reason:
      'What this run compares does not fit in the 20000 bytes of memory that it may take, even with all else on disk; nothing was delivered',
  });
  expect(failed.fix).toContain('limits: { memory: … }');
  expect(target.ledger.length).toBe(10);

  world.world.limits = { memoryBytes: forTwoThousandPeople };
  const next = await world.run(testPipeline(), people(2000, 'retail'));
  expect(next).toMatchObject({ status: 'done', counts: { delivered: { create: 1990, update: 10 }, unsettled: 0 } });
  expect((await world.run(testPipeline(), people(1999, 'retail'))).counts).toMatchObject({
    unchanged: 1999,
    delivered: { missing: 1 },
  });
  expect(target.done('missing')).toEqual(['p2000']);
});

test('what memory does not hold is bounded by the disk budget too', async () => {
  world.world.limits = { memoryBytes: forTwoThousandPeople, diskBytes: 50_000 };
  const rows = people(2000);
  const failed = await world.run(testPipeline({ filter: 'false' }), rows);
  expect(failed).toMatchObject({ status: 'failed', code: 'DISK_OVER_BUDGET' });
  world.world.limits = { memoryBytes: forTwoThousandPeople, diskBytes: 1024 ** 2 };
  expect((await world.run(testPipeline({ filter: 'false' }), rows)).status).toBe('done');
});

test('a plan over a budget fails as its run would', async () => {
  world.world.limits = { memoryBytes: forTenPeople };
  const failed = await world.run(testPipeline(), people(2000), { dryRun: true });
  expect(failed).toMatchObject({ status: 'failed', code: 'MEMORY_OVER_BUDGET' });
});

const uniqueNames: Step = { kind: 'validate', at: 'steps[2]', schema: {}, unique: ['name'] };

test('values that must be unique take of the same budget', async () => {
  world.world.limits = { memoryBytes: forTwoThousandPeople };
  const pipeline = testPipeline({ before: [uniqueNames] });
  expect(await world.run(pipeline, people(2000))).toMatchObject({ status: 'failed', code: 'MEMORY_OVER_BUDGET' });
  world.world.limits = { memoryBytes: 2 * forTwoThousandPeople };
  const rows = [...people(2000), { id: 'p2001', name: 'Name 7' }];
  expect(await world.run(pipeline, rows)).toMatchObject({
    status: 'done',
    counts: { delivered: { create: 2000 }, rejected: 1 },
  });
});

test('a run without a diff that is over a budget does not say that nothing was delivered', async () => {
  target = testTarget({ operations: ['upsert'], repeat: 'safe' });
  const stream = await testWorld({ target });
  stream.world.limits = { memoryBytes: forTenPeople };
  const failed = await stream.run(testPipeline({ diff: null, before: [uniqueNames] }), people(20_000));
  await stream.close();
  expect(failed).toMatchObject({ status: 'failed', code: 'MEMORY_OVER_BUDGET' });
  expect(failed.reason).toMatch(/; what was delivered before stays delivered$/);
});

test('a delivery that has begun is not ended by a budget', async () => {
  world.world.limits = { memoryBytes: forTwoThousandPeople };
  const result = await world.run(testPipeline({ after: [uniqueNames] }), people(2000));
  expect(result).toMatchObject({ status: 'done', counts: { delivered: { create: 2000 }, unsettled: 0 } });
});

test('a disk that is full is told in a sentence before anything is delivered', async ({ skip }) => {
  const folder = join(world.folder, 'small');
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    if (process.env.CI) throw error;
    return skip('only root may make a small disk');
  }
  world.world.runsFolder = join(folder, 'runs');
  world.world.limits = { memoryBytes: forTwoThousandPeople };
  const failed = await world
    .run(testPipeline({ filter: 'false' }), people(2000))
    .finally(() => execFileSync('umount', ['-l', folder]));
  expect(failed).toMatchObject({
    status: 'failed',
    code: 'STAGING_DISK_FULL',
    reason:
      'The disk that holds the workspace is full, so the comparison could not be set aside; nothing was delivered',
  });
});
