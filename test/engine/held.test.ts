import { afterEach, beforeEach, expect, test } from 'vitest';
import { compileCondition } from '../../src/expression/index.ts';
import { DAY_MS, people, testPipeline, testTarget, testWorld, type TestTarget, type TestWorld } from './harness.ts';

let target: TestTarget;
let world: TestWorld;
beforeEach(async () => {
  target = testTarget();
  world = await testWorld({ target });
});
afterEach(() => world.close());

const told = () =>
  world.state.changes.map(({ key, operation, reason, until }) => [key, operation, reason, until]).sort();

test('a plan says until which day grace goes on, in the zone of the workspace', async () => {
  const pipeline = testPipeline({ diff: { missing: { after: { days: 3 } } } });
  await world.run(pipeline, people(3));
  // 23:30 UTC of the 25th is the 26th in Moscow.
  world.clock.at = Date.UTC(2026, 10, 25, 23, 30);
  await world.run(pipeline, people(2));
  const plan = await world.run(pipeline, people(2), { dryRun: true });
  expect(told()).toEqual([['p3', 'held', 'grace: missing', '2026-11-29']]);
  expect(plan.held).toEqual({ grace: 1 });
  world.clock.at = Date.UTC(2026, 10, 28, 20, 0);
  expect((await world.run(pipeline, people(2))).held).toEqual({ grace: 1 });
  world.clock.at = Date.UTC(2026, 10, 28, 22, 0);
  await world.run(pipeline, people(2));
  expect(target.done('missing')).toEqual(['p3']);
});

test('a plan says how many feeds of the grace have gone by', async () => {
  const pipeline = testPipeline({ diff: { missing: { after: { feeds: 3 } } } });
  await world.run(pipeline, people(3));
  await world.run(pipeline, people(2));
  await world.run(pipeline, [...people(2), { id: 'x' }], { dryRun: true });
  expect(told()).toContainEqual(['p3', 'held', 'grace: missing', '2 of 3 feeds']);
});

test('who is protected is held as protected: in their grace, behind a guard and after it', async () => {
  const diff = { protect: compileCondition("id = 'p3'") };
  const grace = testPipeline({ diff: { ...diff, missing: { after: { feeds: 2 } } } });
  await world.run(grace, people(4));
  for (const dryRun of [true, false]) {
    expect((await world.run(grace, people(2), { dryRun })).held).toEqual({ grace: 1, protected: 1 });
    if (dryRun)
      expect(told()).toEqual([
        ['p3', 'held', 'protected: missing', undefined],
        ['p4', 'held', 'grace: missing', '1 of 2 feeds'],
      ]);
  }
  const guarded = testPipeline({ diff: { ...diff, guard: { missing: { count: 1 }, floor: 0, then: 'hold' } } });
  const plan = await world.run(guarded, people(2), { dryRun: true });
  expect(plan).toMatchObject({ status: 'guarded', held: { guard: 1, protected: 1 }, counts: { unsettled: 0 } });
  expect(told()).toEqual([
    ['p3', 'held', 'protected: missing', undefined],
    ['p4', 'held', 'guard: missing', undefined],
  ]);
  await world.run(testPipeline({ diff }), people(2), { dryRun: true });
  expect(told()).toEqual([
    ['p3', 'held', 'protected: missing', undefined],
    ['p4', 'missing', undefined, undefined],
  ]);
});

test('a run whose date lies ahead makes nobody missing, whoever they are, and its plan says the same', async () => {
  const pipeline = testPipeline({ gone: "state = 'left'", diff: { missing: { after: { days: 2 } } } });
  await world.run(pipeline, people(4));
  const rows = [...people(2), { id: 'p3', name: 'Name 3', team: 'sales', state: 'left' }];
  const asOf = world.clock.at + 30 * DAY_MS;
  const plan = await world.run(pipeline, rows, { asOf, dryRun: true });
  expect(told()).toEqual([['p3', 'held', 'date ahead: missing', undefined]]);
  await world.run(pipeline, rows.slice(0, 2), { asOf });
  const result = await world.run(pipeline, rows, { asOf });
  expect(result).toMatchObject({ status: 'done', held: { 'date ahead': 1 }, counts: { absent: 0, unsettled: 0 } });
  expect(plan.counts).toEqual(result.counts);
  for (const { notes } of [plan, result]) expect(notes.join()).toContain('lies ahead');
  expect(target.done('missing')).toEqual([]);
  // Nor has any grace gone on: it begins with the first run of a day that has come.
  await world.run(pipeline, people(3));
  expect((await world.run(pipeline, people(3))).held).toEqual({ grace: 1 });
  expect(target.done('missing')).toEqual([]);
});

test('grace in feeds does not count a feed of a day to come', async () => {
  const pipeline = testPipeline({ diff: { missing: { after: { feeds: 2 } } } });
  await world.run(pipeline, people(3));
  await world.run(pipeline, people(2), { asOf: world.clock.at + DAY_MS });
  expect((await world.run(pipeline, people(2))).held).toEqual({ grace: 1 });
});

test('a feed of a day to come does not put off when grace begins', async () => {
  const pipeline = testPipeline({ diff: { missing: { after: { days: 2 } } } });
  await world.run(pipeline, people(3));
  await world.run(pipeline, people(2), { asOf: world.clock.at + 30 * DAY_MS });
  await world.run(pipeline, people(2), { dryRun: true });
  expect(told()).toEqual([['p3', 'held', 'grace: missing', '2026-11-28']]);
});
