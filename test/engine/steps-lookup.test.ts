import { afterEach, beforeEach, expect, test } from 'vitest';
import type { OpenSource } from '../../src/connect/sdk/index.ts';
import { compileCondition, compileExpression } from '../../src/expression/index.ts';
import type { Step } from '../../src/language/compile/pipeline.ts';
import type { Fields, ReadEnd, Unreadable } from '../../src/model/record.ts';
import { unknownColumns } from '../../src/engine/run/unknown-columns.ts';
import { people, setStep, testPipeline, testTarget, testWorld, type TestTarget, type TestWorld } from './harness.ts';

let target: TestTarget;
let world: TestWorld;
/** What is looked up in, and what was asked for. */
let list: { records: Fields[]; unreadable?: Unreadable[]; end?: Partial<ReadEnd>; nothing?: string; fails?: boolean };
let asked: unknown[];
let closed: number;

beforeEach(async () => {
  target = testTarget();
  world = await testWorld({ target });
  [asked, closed] = [[], 0];
  list = { records: ['m1', 'm2', 'm3'].map((code) => ({ code, email: `${code}@acme.example` })) };
  const ofFeed = world.world.openSource;
  world.world.openSource = async (use, opening) => {
    if (use.kind !== 'managers') return ofFeed(use, opening);
    expect(opening).toMatchObject({ dryRun: true, latestFirst: false });
    asked.push(opening.scope.wanted);
    return list.nothing ? { nothing: list.nothing } : listed();
  };
});
afterEach(() => world.close());

const listed = (): OpenSource => ({
  async *read() {
    const { records, unreadable = [], fails } = list;
    yield { origin: 'managers', records, lines: Uint32Array.from(records, (_record, at) => at + 1), unreadable };
    if (fails) throw new Error('the connection broke');
  },
  end: () => ({ complete: true, contentHash: '', ...list.end }),
  consumptions: () => [],
  settled: async () => expect.unreachable('nothing of it is consumed'),
  close: async () => void closed++,
});

const lookup = (more: Record<string, unknown> = {}): Step =>
  ({
    kind: 'lookup',
    at: 'steps[0]',
    use: { kind: 'managers', options: {}, written: {}, feed: 'full' },
    key: compileExpression('code'),
    by: compileExpression('manager'),
    isOptional: false,
    as: 'boss',
    ...more,
  }) as Step;
const pipelineWith = (...before: Step[]): ReturnType<typeof testPipeline> =>
  testPipeline({ before: [...before, setStep({ bossEmail: '=$boss.email' })] });
const led = (...managers: (string | undefined)[]): Fields[] =>
  people(managers.length).map((person, at) =>
    managers[at] === undefined ? person : { ...person, manager: managers[at] },
  );
const bossOf = (id: string): unknown => target.people.get(id)?.record.bossEmail;
const codes = async (): Promise<string[]> =>
  (await world.store.rejects({ pipeline: 'people' })).map(({ key, code, field }) => `${key} ${code} ${field}`);

test('each record gets what the other source says of its key, which is read once', async () => {
  const { counts } = await world.run(pipelineWith(lookup()), led('m2', 'm1', undefined, 'm2'));
  expect(counts).toMatchObject({ read: 4, delivered: { create: 4 }, unsettled: 0 });
  expect(['p1', 'p2', 'p3', 'p4'].map(bossOf)).toEqual([
    'm2@acme.example',
    'm1@acme.example',
    undefined,
    'm2@acme.example',
  ]);
  expect([asked, closed]).toEqual([[undefined], 1]);
});

test('who names nobody is rejected, or goes on without the name', async () => {
  const strict = await world.run(pipelineWith(lookup()), led('m1', 'm9'));
  expect(strict.counts).toMatchObject({ rejected: 1, delivered: { create: 1 }, unsettled: 0 });
  expect(await codes()).toEqual(['p2 LOOKUP_NOBODY manager']);
  const { counts } = await world.run(pipelineWith(lookup({ isOptional: true })), led('m1', 'm9'));
  expect(counts).toMatchObject({ rejected: 0, delivered: { create: 1 }, unsettled: 0 });
  expect(bossOf('p2')).toBeUndefined();
});

test('several records of a key reject who names it, unless they are the same', async () => {
  list.records.push({ email: 'm1@acme.example', code: 'm1' }, { code: 'm2', email: 'other@acme.example' });
  await world.run(pipelineWith(lookup({ isOptional: true })), led('m1', 'm2'));
  expect(bossOf('p1')).toBe('m1@acme.example');
  expect(await codes()).toEqual(['p2 LOOKUP_SEVERAL manager']);
});

test.each([
  ['is not there', { nothing: 'There is no managers.csv.' }, 'There is no managers.csv.'],
  ['is not whole', { end: { complete: false, reason: 'page 2 failed' } }, 'page 2 failed'],
])('a source to look up in that %s fails the run, and nothing is sent', async (_what, fault, sentence) => {
  Object.assign(list, fault);
  const result = await world.run(pipelineWith(lookup({ isOptional: true })), led('m1'));
  expect(result).toMatchObject({ status: 'failed', code: 'LOOKUP_INCOMPLETE' });
  expect(result.reason).toBe(`What $boss is looked up in (managers) could not be read whole: ${sentence}`);
  expect(target.ledger).toEqual([]);
});

test('a source that breaks is closed, and the run fails', async () => {
  list.fails = true;
  expect((await world.run(pipelineWith(lookup()), led('m1'))).status).toBe('failed');
  expect([closed, target.ledger.length]).toEqual([1, 0]);
});

test.each([
  [
    'a row that could not be read',
    () => void (list.unreadable = [{ line: 9, code: 'CSV_RAGGED', message: 'short', raw: 'm9' }]),
  ],
  ['a row without a key', () => void list.records.push({ email: 'who@acme.example' })],
])('%s leaves it open who is unknown', async (_what, spoil) => {
  spoil();
  for (const batch of [undefined, 2]) {
    const step = lookup({ isOptional: true, ...(batch ? { batch } : {}) });
    const { counts, notes } = await world.run(pipelineWith(step), led('m1', 'm9', 'm9', 'm9'));
    expect(counts).toMatchObject({ rejected: 3, unsettled: 0 });
    expect(notes.join()).toContain('1 row of what $boss is looked up in (managers) could not be read');
    expect(new Set((await codes()).map((told) => told.slice(3)))).toEqual(new Set(['LOOKUP_UNSURE manager']));
  }
});

test('with `batch` only wanted keys are asked for, some at once, each once, and records stay in order', async () => {
  const step = lookup({ batch: 2, isOptional: true });
  const { counts } = await world.run(pipelineWith(step), led('m1', 'm2', 'm1', 'm3', 'm9', undefined));
  expect(counts).toMatchObject({ read: 6, delivered: { create: 6 }, unsettled: 0 });
  expect(asked).toEqual([
    ['m1', 'm2'],
    ['m3', 'm9'],
  ]);
  expect(target.done('create')).toEqual(['p1', 'p2', 'p3', 'p4', 'p5', 'p6']);
  expect([bossOf('p3'), bossOf('p4'), bossOf('p5')]).toEqual(['m1@acme.example', 'm3@acme.example', undefined]);
});

test('with `batch` what the answer holds beside the keys that were asked for is not taken', async () => {
  const { openSource } = world.world;
  world.world.openSource = (use, opening) => {
    const stale = String(opening.scope.wanted) === 'm1' ? 'old' : 'new';
    list.records = ['m1', 'm2'].map((code) => ({ code, email: `${stale}@acme.example` }));
    return openSource(use, opening);
  };
  await world.run(pipelineWith(lookup({ batch: 1 })), led('m1', 'm2'));
  expect(asked).toEqual([['m1'], ['m2']]);
  expect([bossOf('p1'), bossOf('p2')]).toEqual(['old@acme.example', 'new@acme.example']);
});

test('with `batch` records go on in the order in which they came', async () => {
  const validate: Step = { kind: 'validate', at: 'steps[1]', schema: {}, unique: ['team'] };
  await world.run(testPipeline({ before: [lookup({ batch: 5 }), validate] }), led('m1', undefined));
  expect(await codes()).toEqual(['p2 FIELD_NOT_UNIQUE team']);
});

test('with `batch` a failure ends it, and nothing more is asked', async () => {
  list.fails = true;
  const result = await world.run(pipelineWith(lookup({ batch: 1 })), led('m1', 'm2', 'm3'));
  expect(result.status).toBe('failed');
  expect(asked).toEqual([['m1']]);
});

test('`when` and `only` leave a record out, and behind the diff only what changed is looked up', async () => {
  const step = lookup({ batch: 5, when: compileCondition("team != 'retail'"), only: ['update'] });
  const pipeline = testPipeline({ after: [step, setStep({ bossEmail: '=$boss.email' })] });
  await world.run(pipeline, led('m1', 'm2'));
  expect(asked).toEqual([]);
  await world.run(pipeline, [
    { ...people(1)[0], manager: 'm3' },
    { ...people(2, 'retail')[1], manager: 'm1' },
  ]);
  expect(asked).toEqual([['m3']]);
  expect(target.ledger.slice(2).map(({ record }) => record.bossEmail)).toEqual(['m3@acme.example', undefined]);
});

test('a plan looks up as well', async () => {
  await world.run(pipelineWith(lookup()), led('m1'), { dryRun: true });
  expect(world.state.changes).toMatchObject([{ key: 'p1', after: { bossEmail: 'm1@acme.example' } }]);
});

test('a column that `by` reads and the file does not have is told', () => {
  expect(unknownColumns(pipelineWith(lookup()), ['id', 'name', 'team', 'manger'])).toEqual([
    'lookup reads manager, and the file has no such column; is manger meant?',
  ]);
});
