import { expect, test } from 'vitest';
import { compileExpression } from '../../src/expression/index.ts';
import type { Step } from '../../src/language/compile/pipeline.ts';
import { setStep, testPipeline, testTarget, testWorld } from './harness.ts';

const operation = (text: string): Step => ({
  kind: 'operation',
  at: 'steps[0]',
  expression: compileExpression(text),
});
const said = operation("deleted = 'yes' ? 'missing' : 'upsert'");
const target = () => testTarget({ operations: ['create', 'update', 'missing', 'returned', 'upsert'], repeat: 'safe' });
const row = (id: string, deleted = 'no') => ({ id, deleted });

test('a change feed says itself who is missing, and the target is told so in order', async () => {
  const lms = target();
  const world = await testWorld({ target: lms });
  try {
    const pipeline = testPipeline({ diff: null, feed: 'changes', before: [said] });
    const rows = [row('p1'), row('p2'), row('p1', 'yes'), row('p2', 'yes'), row('p2')];
    const result = await world.run(pipeline, rows);
    expect(result).toMatchObject({ status: 'done', counts: { read: 5, delivered: { upsert: 3, missing: 2 } } });
    expect(lms.people.get('p1')?.blocked).toBe(true);
    expect(lms.people.get('p2')?.blocked).toBe(false);
  } finally {
    await world.close();
  }
});

test('a record whose operation is not one is rejected, and the others go on', async () => {
  const lms = target();
  const world = await testWorld({ target: lms });
  try {
    const pipeline = testPipeline({ diff: null, before: [operation('deleted')] });
    const result = await world.run(pipeline, [row('p1', 'upsert'), row('p2', 'delete'), { id: 'p3' }]);
    expect(result.counts).toMatchObject({ read: 3, rejected: 2, delivered: { upsert: 1 }, unsettled: 0 });
    expect(result.causes).toMatchObject([{ code: 'OPERATION_UNKNOWN', stage: 'steps', count: 2 }]);
  } finally {
    await world.close();
  }
});

test('steps behind it and the sink see the operation; a plan shows it', async () => {
  const lms = target();
  const world = await testWorld({ target: lms });
  try {
    const before = [
      said,
      setStep({ why: '=$operation' }, ['missing']),
      setStep({ fresh: '=$operation' }, ['upsert', 'create', 'update']),
    ];
    const pipeline = testPipeline({ diff: null, before });
    const plan = await world.run(pipeline, [row('p1'), row('p2', 'yes')], { dryRun: true });
    expect(plan.counts.delivered).toEqual({ upsert: 1, missing: 1 });
    expect(lms.ledger).toEqual([]);
    await world.run(pipeline, [row('p1')]);
    await world.run(pipeline, [row('p1', 'yes')]);
    expect(lms.ledger.map(({ operation: done, record }) => [done, record.why, record.fresh])).toEqual([
      ['upsert', undefined, 'upsert'],
      ['missing', 'missing', undefined],
    ]);
  } finally {
    await world.close();
  }
});

test('without an operation step, what is said to be `only: upsert` is done', async () => {
  const lms = target();
  const world = await testWorld({ target: lms });
  try {
    await world.run(testPipeline({ diff: null, before: [setStep({ fresh: 'yes' }, ['upsert'])] }), [row('p1')]);
    expect(lms.ledger[0]?.record.fresh).toBe('yes');
  } finally {
    await world.close();
  }
});

test('S7: what would be missing above the limit of the workspace is not sent', async () => {
  const lms = target();
  const world = await testWorld({ target: lms });
  try {
    world.world.limits.missing = { count: 1, perMs: 3_600_000 };
    const pipeline = testPipeline({ diff: null, before: [said] });
    await world.run(pipeline, [row('p1'), row('p2')]);
    const result = await world.run(pipeline, [row('p1', 'yes'), row('p2', 'yes')]);
    expect(result).toMatchObject({ status: 'failed', code: 'LIMIT_MISSING', counts: { unsettled: 2 } });
    expect(lms.done('missing')).toEqual([]);
    expect((await world.run(pipeline, [row('p2', 'yes')])).status).toBe('done');
  } finally {
    await world.close();
  }
});
