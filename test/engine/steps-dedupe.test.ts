import { expect, test } from 'vitest';
import { compileExpression } from '../../src/expression/index.ts';
import type { Step } from '../../src/language/compile/pipeline.ts';
import type { Fields } from '../../src/model/record.ts';
import { testPipeline, testTarget, testWorld } from './harness.ts';

const dedupe = (...by: string[]): Step => ({ kind: 'dedupe', at: 'steps[0]', by: by.map(compileExpression) });
const person = (id: string, email?: string): Fields => ({ id, team: 'sales', ...(email ? { email } : {}) });

test('later records of equal values are duplicates, and one without a value goes through', async () => {
  const lms = testTarget();
  const world = await testWorld({ target: lms });
  try {
    const rows = [person('p1', 'A@b.c'), person('p2', 'a@b.c'), person('p3'), person('p4'), person('p5', 'd@b.c')];
    const { counts } = await world.run(testPipeline({ before: [dedupe('$lowercase(email)')] }), rows);
    expect(counts).toMatchObject({ read: 5, filtered: { duplicate: 1 }, delivered: { create: 4 }, unsettled: 0 });
    expect(lms.done('create').sort()).toEqual(['p1', 'p3', 'p4', 'p5']);
  } finally {
    await world.close();
  }
});

test('several expressions must all be equal', async () => {
  const lms = testTarget();
  const world = await testWorld({ target: lms });
  try {
    const rows = [person('p1', 'a'), { ...person('p2', 'a'), team: 'retail' }, person('p3', 'a')];
    await world.run(testPipeline({ before: [dedupe('email', 'team')] }), rows);
    expect(lms.done('create')).toEqual(['p1', 'p2']);
  } finally {
    await world.close();
  }
});

test('S6: a duplicate was seen: never missing, and no leaver either', async () => {
  const lms = testTarget();
  const world = await testWorld({ target: lms });
  try {
    const pipeline = testPipeline({ before: [dedupe('email')], diff: { leaves: 'missing' } });
    await world.run(pipeline, [person('p1', 'a'), person('p2', 'b')]);
    const second = await world.run(pipeline, [person('p1', 'a'), person('p2', 'a')]);
    expect(second.counts).toMatchObject({
      read: 2,
      absent: 0,
      filtered: { duplicate: 1 },
      unchanged: 1,
      delivered: {},
    });
    expect(lms.done('missing')).toEqual([]);
  } finally {
    await world.close();
  }
});
