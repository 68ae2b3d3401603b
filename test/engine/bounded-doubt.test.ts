import { afterEach, beforeEach, expect, test } from 'vitest';
import { people, testPipeline, testTarget, testWorld, type TestTarget, type TestWorld } from './harness.ts';

let target: TestTarget;
let world: TestWorld;
afterEach(() => world.close());

const CONCURRENCY = 2;
const sinks = [{ kind: 'target', options: {}, written: {}, neverRepeats: ['create' as const] }];

async function worldOf(options: Parameters<typeof testTarget>[0], over: { find?: undefined } = {}): Promise<void> {
  target = testTarget({ size: 1, ...options });
  const make = target.sink;
  target.sink = () => ({ ...make(), concurrency: CONCURRENCY, ...over }) as ReturnType<typeof make>;
  world = await testWorld({ target });
}
beforeEach(() => worldOf({ repeat: 'never' }));

/** The run loses its store as the third request is answered, as in a kill: what the other side did stands. */
async function killedRun(): Promise<void> {
  let requests = 0;
  target.answers.push(
    ...Array.from({ length: 20 }, () => () => {
      if (++requests === 3) throw new Error('killed');
      return undefined;
    }),
  );
  const { store } = world.world;
  // After a kill nothing is committed or closed any more.
  world.world.store = {
    ...store,
    commit: (...args) => (requests >= 3 ? Promise.reject(new Error('killed')) : store.commit(...args)),
  };
  await world.run(testPipeline({ sinks }), people(20));
  world.world.store = store;
  target.answers.length = 0;
}

test('a kill at a target that is never asked twice leaves no more in doubt than were being sent', async () => {
  await killedRun();
  const intents = await world.store.pendingIntents('people');
  expect(intents.flatMap(({ items }) => items).length).toBeLessThanOrEqual(CONCURRENCY);
  const next = await world.run(testPipeline({ sinks }), people(20));
  const unknown = next.rejects.filter(({ code }) => code === 'OUTCOME_UNKNOWN');
  expect(unknown.length).toBe(intents.length);
  const created = target.done('create');
  expect(new Set(created).size).toBe(created.length);
  const told = new Set([...created, ...unknown.map(({ key }) => key)]);
  expect(told.size).toBe(20);
});

test('requests whose outcome was unknown before do not count as rejects that the feed could mend', async () => {
  await killedRun();
  const pipeline = testPipeline({ sinks, tolerate: { count: 0 } });
  for (let night = 0; night < 2; night++) {
    const next = await world.run(pipeline, people(20));
    expect(next).toMatchObject({ status: 'done', counts: { rejected: 2, unsettled: 0 } });
  }
  const lost = await world.run(pipeline, [...people(20), { id: '', name: 'Nobody' }]);
  expect(lost).toMatchObject({ status: 'failed', code: 'TOLERATE_EXCEEDED' });
  expect(lost.reason).toContain('1 of 21 records');
});

test('an outcome that becomes unknown in this very run counts', async () => {
  target.answers.push(() => ({ is: 'unanswered', reason: 'reset' }));
  const result = await world.run(testPipeline({ sinks, tolerate: { count: 0 } }), people(3));
  expect(result).toMatchObject({ status: 'failed', code: 'TOLERATE_EXCEEDED' });
});

test('a plan shows who is in doubt as rejected, as the run will', async () => {
  await killedRun();
  const plan = await world.run(testPipeline({ sinks }), people(20), { dryRun: true });
  const rejected = world.state.changes.filter(({ operation }) => operation === 'rejected');
  expect(rejected.map(({ reason }) => reason?.split(':')[0])).toEqual(['OUTCOME_UNKNOWN', 'OUTCOME_UNKNOWN']);
  const run = await world.run(testPipeline({ sinks }), people(20));
  expect(run.counts).toEqual(plan.counts);
});

test('a create that could not be looked up is in doubt only while it is sent', async () => {
  await world.close();
  await worldOf({ repeat: 'safe' }, { find: undefined });
  await killedRun();
  expect((await world.store.pendingIntents('people')).length).toBeLessThanOrEqual(CONCURRENCY);
});

test('where a look-up cures the doubt, a wave of requests shares its commit', async () => {
  await world.close();
  await worldOf({ repeat: 'find' });
  await killedRun();
  expect((await world.store.pendingIntents('people')).length).toBe(CONCURRENCY * 8);
  const next = await world.run(testPipeline(), people(20));
  expect(next).toMatchObject({ status: 'done', counts: { rejected: 0, unsettled: 0 } });
  expect([...target.people.keys()].length).toBe(20);
});
