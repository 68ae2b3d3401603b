import { afterEach, beforeEach, expect, test } from 'vitest';
import { people, testPipeline, testTarget, testWorld, type TestTarget, type TestWorld } from './harness.ts';

let target: TestTarget;
let world: TestWorld;
beforeEach(async () => {
  target = testTarget({ size: 500 });
  world = await testWorld({ target });
});
afterEach(() => world.close());

const fields = [{ name: 'name', from: ['name'], required: true, personal: false, none: [] }];
const refuseAll = (count: number) => () =>
  ({
    is: 'answered',
    outcomes: Array.from({ length: count }, () => ({ is: 'rejected' as const, code: 'TARGET_REFUSED', reason: 'no' })),
  }) as const;

test('what the feed itself exceeds ends the run before anything is delivered, and it says so', async () => {
  const rows = people(10).map((row, index) => (index < 3 ? { ...row, name: '' } : row));
  const result = await world.run(testPipeline({ fields, tolerate: { share: 0.2 } }), rows);
  expect(result).toMatchObject({
    code: 'TOLERATE_EXCEEDED',
    reason: '3 of 10 records were rejected, and the pipeline tolerates 20.0%; nothing was delivered',
  });
  expect(target.ledger).toEqual([]);
});

test('one record of one is told in the singular', async () => {
  const rows = people(1).map((row) => ({ ...row, name: '' }));
  const result = await world.run(testPipeline({ fields, tolerate: { count: 0 } }), rows);
  expect(result.reason).toBe('1 of 1 record was rejected, and the pipeline tolerates 0; nothing was delivered');
});

test('rejects by the target end a run that has delivered, and it says so', async () => {
  target.answers.push(() => undefined, refuseAll(500));
  const result = await world.run(testPipeline({ tolerate: { share: 0.2 } }), people(2000));
  expect(result).toMatchObject({
    code: 'TOLERATE_EXCEEDED',
    reason:
      '500 of 2000 records were rejected, and the pipeline tolerates 20.0%; what was delivered before stays delivered, and nothing more is sent',
    counts: { delivered: { create: 500 }, rejected: 500, unsettled: 1000 },
  });
  expect(target.ledger.length).toBe(500);
});

test('a run without a diff does not say that nothing was delivered', async () => {
  target = testTarget({ operations: ['upsert'], repeat: 'safe' });
  const stream = await testWorld({ target });
  const rows = people(10).map((row, index) => (index < 3 ? { ...row, name: '' } : row));
  const result = await stream.run(testPipeline({ fields, diff: null, tolerate: { count: 1 } }), rows);
  await stream.close();
  expect(result.reason).toContain('; what was delivered before stays delivered');
  expect(target.ledger.length).toBe(7);
});
