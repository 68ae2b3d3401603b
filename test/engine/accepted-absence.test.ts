import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunResult } from '../../src/engine/run/result.ts';
import { people, testPipeline, testTarget, testWorld, type TestTarget, type TestWorld } from './harness.ts';

let target: TestTarget;
let world: TestWorld;

beforeEach(async () => {
  target = testTarget();
  world = await testWorld({ target });
});
afterEach(() => world.close());

const blocked = (): string[] => target.done('missing').sort();
const guard = { missing: { count: 2 }, leaves: { count: 2 }, floor: 0, then: 'hold' as const };
const twoDays = { missing: { after: { days: 2 } }, guard };

/** A person accepts what the run asked for. */
async function accept({ accept: hash }: RunResult): Promise<void> {
  await world.store.accept({
    pipeline: 'people',
    hash: hash as string,
    person: 'anna',
    at: world.clock.at,
    expiresAt: world.clock.at + 1e9,
  });
}

test('S7: who was accepted as missing goes through the grace without being asked about again', async () => {
  const pipeline = testPipeline({ diff: twoDays });
  await world.run(pipeline, people(10));
  const asked = await world.run(pipeline, people(5));
  expect(asked).toMatchObject({ status: 'guarded', held: { guard: 5 } });
  await accept(asked);
  expect(await world.run(pipeline, people(5))).toMatchObject({ status: 'done', held: { grace: 5 } });
  expect(await world.run(pipeline, people(5))).toMatchObject({ status: 'done', guards: [], held: { grace: 5 } });
  expect(await world.run(pipeline, people(5))).toMatchObject({ status: 'done', guards: [] });
  expect(blocked()).toEqual(['p10', 'p6', 'p7', 'p8', 'p9']);
});

test('S7: beside accepted people the guard counts those who are newly absent, and them alone', async () => {
  const pipeline = testPipeline({ diff: twoDays });
  await world.run(pipeline, people(20));
  await accept(await world.run(pipeline, people(16)));
  await world.run(pipeline, people(16));
  const few = await world.run(pipeline, people(15));
  expect(few).toMatchObject({ status: 'done', held: { grace: 5 } });
  const more = await world.run(pipeline, people(12));
  expect(more).toMatchObject({ status: 'guarded', guards: [{ operation: 'missing', count: 4 }], held: { guard: 4 } });
  expect(blocked()).toEqual(['p17', 'p18', 'p19', 'p20']);
  await accept(more);
  for (let night = 0; night < 3; night++)
    expect(await world.run(pipeline, people(12))).toMatchObject({ status: 'done' });
  expect(blocked().length).toBe(8);
});

test('S7: who comes back after an acceptance is asked about anew the next time', async () => {
  const pipeline = testPipeline({ diff: twoDays });
  await world.run(pipeline, people(10));
  await accept(await world.run(pipeline, people(5)));
  await world.run(pipeline, people(5));
  await world.run(pipeline, people(10));
  expect(await world.run(pipeline, people(5))).toMatchObject({ status: 'guarded', held: { guard: 5 } });
  await world.run(pipeline, people(5));
  await world.run(pipeline, people(5));
  expect(blocked()).toEqual([]);
});

test('S7: an empty feed moves nobody on, not even who was accepted', async () => {
  const pipeline = testPipeline({ diff: twoDays });
  await world.run(pipeline, people(10));
  await accept(await world.run(pipeline, people(6)));
  await world.run(pipeline, people(6));
  await world.run(pipeline, people(6));
  expect(await world.run(pipeline, [])).toMatchObject({ status: 'guarded', held: { guard: 10 } });
  expect(blocked()).toEqual([]);
  await world.run(pipeline, people(6));
  expect(blocked().length).toBe(4);
});

test('S7: who was accepted as taken out by the filter goes through the grace without being asked about again', async () => {
  const pipeline = testPipeline({ filter: "team = 'sales'", diff: { ...twoDays, leaves: 'missing' } });
  await world.run(pipeline, people(10));
  const rows = people(10).map((row, index) => (index < 4 ? { ...row, team: 'retail' } : row));
  const asked = await world.run(pipeline, rows);
  expect(asked).toMatchObject({ status: 'guarded', guards: [{ operation: 'leaves', count: 4 }] });
  await accept(asked);
  expect(await world.run(pipeline, rows)).toMatchObject({ status: 'done', held: { grace: 4 } });
  expect(await world.run(pipeline, rows)).toMatchObject({ status: 'done', held: { grace: 4 } });
  expect(await world.run(pipeline, rows)).toMatchObject({ status: 'done' });
  expect(blocked()).toEqual(['p1', 'p2', 'p3', 'p4']);
});

test('S7: who was accepted after a changed rule is not asked about by the other guards on the nights after', async () => {
  const diff = { ...twoDays, leaves: 'missing' as const };
  const rows = people(10).map((row, index) => ({ ...row, team: index < 6 ? 'sales' : 'retail' }));
  await world.run(testPipeline({ filter: "team in ['sales', 'retail']", diff }), rows);
  const edited = testPipeline({ filter: "team = 'sales'", diff });
  const asked = await world.run(edited, rows);
  expect(asked.guards.map(({ operation }) => operation).sort()).toEqual(['leaves', 'rule']);
  await accept(asked);
  for (let night = 0; night < 3; night++) expect(await world.run(edited, rows)).toMatchObject({ status: 'done' });
  expect(blocked().length).toBe(4);
});

test('S7: an acceptance survives a run that fails while it delivers', async () => {
  const pipeline = testPipeline({ diff: { guard }, gone: "state = 'left'" });
  await world.run(pipeline, people(10));
  const rows = people(6).map((row, index) => (index === 0 ? { ...row, state: 'left' } : row));
  await accept(await world.run(pipeline, rows));
  const down = (): never => {
    throw new Error('the target fell over');
  };
  target.answers.push(down);
  expect(await world.run(pipeline, rows)).toMatchObject({ status: 'failed' });
  expect(blocked()).toEqual([]);
  expect(await world.run(pipeline, rows)).toMatchObject({ status: 'done', guards: [] });
  expect(blocked()).toEqual(['p1', 'p10', 'p7', 'p8', 'p9']);
});
