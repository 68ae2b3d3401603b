import { afterEach, beforeEach, expect, test } from 'vitest';
import { compileCondition, compileShape } from '../../src/expression/index.ts';
import type { Step } from '../../src/language/compile/pipeline.ts';
import { problem } from '../../src/model/problem.ts';
import type { Fields } from '../../src/model/record.ts';
import { unknownColumns } from '../../src/engine/run/unknown-columns.ts';
import { people, setStep, testPipeline, testTarget, testWorld, type TestTarget, type TestWorld } from './harness.ts';

let target: TestTarget;
let world: TestWorld;
let made: { parameters: Fields; once: string }[];
let inFlight: number;
let most: number;
let closed: number;
let answer: (parameters: Fields) => Promise<unknown>;

beforeEach(async () => {
  target = testTarget();
  world = await testWorld({ target });
  [made, inFlight, most, closed] = [[], 0, 0, 0];
  answer = async ({ id }) => ({ level: `level of ${String(id)}` });
  world.world.openCall = async () => ({
    concurrency: 3,
    async perform(parameters, once) {
      made.push({ parameters, once });
      most = Math.max(most, ++inFlight);
      try {
        await new Promise(setImmediate);
        return await answer(parameters);
      } finally {
        inFlight--;
      }
    },
    close: async () => void closed++,
  });
});
afterEach(() => world.close());

const call = (more: Partial<Step> = {}, parameters: Fields = { id: '=id' }): Step =>
  ({
    kind: 'call',
    at: 'steps[0]',
    use: { kind: 'acme.access.get', options: {}, written: {} },
    parameters: compileShape(parameters),
    writes: false,
    as: 'access',
    ...more,
  }) as Step;
const writing = (more: Partial<Step> = {}): Step => call({ at: 'steps[2]', writes: true, ...more } as Partial<Step>);
const called = (): unknown[] => made.map(({ parameters }) => parameters.id);

test('before the diff every record is asked for, a few at once, and the answer is read by its name', async () => {
  const pipeline = testPipeline({ before: [call(), setStep({ level: '=$access.level' })] });
  const result = await world.run(pipeline, people(8));
  expect(result.counts).toMatchObject({ read: 8, delivered: { create: 8 } });
  expect(target.people.get('p7')?.record).toMatchObject({ id: 'p7', level: 'level of p7' });
  expect(called()).toEqual(people(8).map(({ id }) => id));
  expect([most, closed]).toEqual([3, 1]);
});

test('an answer from before the diff is known by its name after it', async () => {
  const pipeline = testPipeline({ before: [call()], after: [setStep({ level: '=$access.level' })] });
  await world.run(pipeline, people(2));
  expect(target.people.get('p2')?.record.level).toBe('level of p2');
});

test('records go on in their order, however long each answer takes', async () => {
  const unique: Step = { kind: 'validate', at: 'steps[1]', schema: {}, unique: ['team'] };
  answer = async ({ id }) => {
    for (let turns = id === 'p1' ? 20 : 1; turns > 0; turns--) await new Promise(setImmediate);
    return {};
  };
  const rows = people(6).map((row) => ({ ...row, team: 'one' }));
  const result = await world.run(testPipeline({ before: [call(), unique] }), rows);
  expect(result.counts).toMatchObject({ rejected: 5, delivered: { create: 1 } });
  expect(target.done('create')).toEqual(['p1']);
  expect(result.rejects.map(({ key }) => key)).toEqual(['p2', 'p3', 'p4', 'p5', 'p6']);
});

test('after the diff only records to be sent are called for', async () => {
  const pipeline = testPipeline({ after: [writing()] });
  await world.run(pipeline, people(3));
  expect(called()).toEqual(['p1', 'p2', 'p3']);
  const rows = people(3);
  rows[1] = { id: 'p2', name: 'Renamed' };
  await world.run(pipeline, rows);
  expect(called().slice(3)).toEqual(['p2']);
});

test('a plan asks before the diff, and calls nothing after it', async () => {
  const pipeline = testPipeline({ before: [call()], after: [writing({ as: 'granted' })] });
  const result = await world.run(pipeline, people(2), { dryRun: true });
  expect(result.counts).toMatchObject({ delivered: { create: 2 } });
  expect(called()).toEqual(['p1', 'p2']);
  expect(result.notes).toEqual([
    'A plan makes no call that is for records to be sent; what the steps behind it do is not shown.',
  ]);
});

test('a plan of a pipeline without a diff asks, and writes nothing', async () => {
  const steps = [call(), writing({ as: 'granted' })];
  target = testTarget({ operations: ['upsert'] });
  await world.run(testPipeline({ diff: null, before: steps }), people(2), { dryRun: true });
  expect(called()).toEqual(['p1', 'p2']);
});

test.each([
  ['before', { before: [call()] }],
  ['after', { after: [writing()] }],
])('a refusal %s the diff rejects its record alone', async (_place, over) => {
  answer = async ({ id }) => {
    if (id === 'p2') throw problem('HTTP_REJECTED', 'no such access');
    return {};
  };
  const result = await world.run(testPipeline(over), people(3));
  expect(result.counts).toMatchObject({ rejected: 1, delivered: { create: 2 } });
  expect(result.rejects).toMatchObject([{ key: 'p2', stage: 'call', code: 'HTTP_REJECTED', reason: 'no such access' }]);
  const open = await world.store.rejects({ pipeline: 'people', status: 'open', limit: 10 });
  expect(open).toMatchObject([{ key: 'p2', stage: 'call' }]);
});

test('a system that is away fails the run before anything is delivered, and is not asked on', async () => {
  answer = async ({ id }) => {
    if (id === 'p2') throw problem('HTTP_UNAVAILABLE', 'acme is away');
    return {};
  };
  const result = await world.run(testPipeline({ before: [call()] }), people(50));
  expect(result).toMatchObject({ status: 'failed', code: 'HTTP_UNAVAILABLE' });
  expect(target.ledger).toEqual([]);
  expect(made.length).toBeLessThan(8);
  expect([inFlight, closed]).toEqual([0, 1]);
});

test('a call that was not committed is made again under the same key, and another change under another (S1)', async () => {
  const pipeline = testPipeline({ after: [writing()] });
  target.answers.push(() => ({ is: 'refused', code: 'DOWN', reason: 'refused' }));
  target.answers.push(() => ({ is: 'answered', outcomes: [{ is: 'rejected', code: 'NO', reason: 'no' }] }));
  await world.run(pipeline, people(1));
  await world.run(pipeline, people(1));
  expect(target.done('create')).toEqual([]);
  await world.run(pipeline, people(1));
  expect(target.done('create')).toEqual(['p1']);
  await world.run(pipeline, [{ id: 'p1', name: 'Renamed' }]);
  const keys = made.map(({ once }) => once);
  expect(keys).toHaveLength(4);
  expect(new Set(keys.slice(0, 3)).size).toBe(1);
  expect(new Set(keys).size).toBe(2);
});

test('a call made again for a later sink alone has the same key (S1, S11)', async () => {
  const [second, openCall] = [testTarget(), world.world.openCall];
  await world.close();
  world = await testWorld({ target, second });
  world.world.openCall = openCall!;
  const sinks = ['target', 'second'].map((kind) => ({ kind, options: {}, written: {} }));
  const pipeline = testPipeline({ sinks, after: [writing()] });
  for (const rows of [people(1), [{ id: 'p1', name: 'Renamed' }]]) {
    made = [];
    second.answers.push(...Array.from({ length: 3 }, () => () => ({ is: 'notDone' as const, reason: 'busy' })));
    expect((await world.run(pipeline, rows)).status).toBe('failed');
    expect((await world.run(pipeline, rows)).status).toBe('done');
    expect(made).toHaveLength(2);
    expect(new Set(made.map(({ once }) => once)).size).toBe(1);
  }
});

test('`only` and `when` choose who is called for', async () => {
  const when = compileCondition("name != 'Name 2'");
  const pipeline = testPipeline({ after: [writing({ only: ['create'], when })] });
  await world.run(pipeline, people(3));
  await world.run(pipeline, [{ id: 'p1', name: 'Renamed' }, ...people(3).slice(1)]);
  expect(called()).toEqual(['p1', 'p3']);
});

test('where nothing answers calls the run says so', async () => {
  delete world.world.openCall;
  const result = await world.run(testPipeline({ before: [call()] }), people(1));
  expect(result).toMatchObject({ status: 'failed', code: 'CALL_UNAVAILABLE' });
});

test('a cancelled run begins no further call', async () => {
  const abort = new AbortController();
  answer = async () => abort.abort();
  const result = await world.run(testPipeline({ before: [call()] }), people(20), { signal: abort.signal });
  expect(result.status).toBe('cancelled');
  expect(made.length).toBeLessThanOrEqual(3);
});

test('a column that parameters misspell is told, as one of any other expression', () => {
  const pipeline = testPipeline({ before: [call({}, { code: '=cod' })] });
  expect(unknownColumns(pipeline, ['id', 'code'])).toContain(
    'call reads cod, and the file has no such column; is code meant?',
  );
});
