import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OpenSink } from '../../src/connect/sdk/index.ts';
import type { Operation, Outcome, WriteAnswer, WriteItem } from '../../src/model/record.ts';
import { people, testPipeline, testTarget, testWorld, type TestTarget, type TestWorld } from './harness.ts';

/** A target that takes batches as jobs and works on them when `work` is called. */
function slowTarget(options: Parameters<typeof testTarget>[0] = {}) {
  const target = testTarget({ size: 10, ...options });
  const jobs = new Map<string, { operation: Operation; items: WriteItem[]; outcomes?: Outcome[] }>();
  const make = target.sink;
  const slow = {
    target,
    jobs,
    /** Answers of the next requests for an outcome, in place of the job's. */
    instead: [] as WriteAnswer[],
    isQuick: false,
    work(fates: Record<string, Outcome> = {}) {
      for (const [once, job] of jobs) {
        job.outcomes ??= job.items.map((item) => fates[item.key] ?? target.perform(job.operation, item, once));
      }
    },
  };
  const write: OpenSink['write'] = async ({ once, operation, items, journal }) => {
    if (!journal) throw new Error('no journal was given');
    const isBegun = (await journal.steps()).length > 0;
    if (!isBegun) {
      jobs.set(once, { operation, items });
      await journal.write({ place: 0, answer: { job: once } });
    }
    const job = jobs.get(once);
    if (!job) {
      await journal.forget();
      return { is: 'unanswered', reason: 'the job is gone' };
    }
    if (isBegun && slow.instead.length > 0) return slow.instead.shift() as WriteAnswer;
    if (slow.isQuick) slow.work();
    return { is: 'answered', outcomes: job.outcomes ?? items.map(() => ({ is: 'pending', reason: 'busy' })) };
  };
  target.sink = () => ({ ...make(), write });
  return slow;
}

let slow: ReturnType<typeof slowTarget>;
let second: TestTarget;
let world: TestWorld;
async function open(options: Parameters<typeof testTarget>[0] = {}): Promise<void> {
  slow = slowTarget(options);
  second = testTarget({ repeat: 'safe' });
  world = await testWorld({ target: slow.target, second });
}
beforeEach(() => open());
afterEach(() => world.close());
const reopened = async (options: Parameters<typeof testTarget>[0]): Promise<void> => {
  await world.close();
  await open(options);
};

const sinkOf = (kind: string) => ({ kind, options: {}, written: {} });
const pipeline = testPipeline();

describe('records that a target answers later', () => {
  test('pass on to the next sink when their outcome is known, and are created once at each', async () => {
    const both = testPipeline({ sinks: [sinkOf('target'), sinkOf('second')] });
    expect((await world.run(both, people(2))).counts).toMatchObject({ pending: 2, unsettled: 0 });
    expect(second.ledger).toEqual([]);
    slow.work();
    const next = await world.run(both, people(2));
    expect(next).toMatchObject({ status: 'done', counts: { read: 2, delivered: { create: 2 }, pending: 0 } });
    expect(slow.target.done('create')).toEqual(['p1', 'p2']);
    expect(second.done('create')).toEqual(['p1', 'p2']);
    expect((await world.run(both, people(2))).counts).toMatchObject({ unchanged: 2 });
  });

  test('are not sent again before their outcome is known, in the feed or not, and nobody of them is missing', async () => {
    slow.isQuick = true;
    await world.run(pipeline, people(2));
    slow.isQuick = false;
    const changed = people(3).map((person) => ({ ...person, name: 'New' }));
    expect((await world.run(pipeline, changed)).counts).toMatchObject({ pending: 3, unsettled: 0 });
    const jobs = slow.jobs.size;
    const later = changed.slice(1).map((person) => ({ ...person, name: 'Newer' }));
    const waiting = await world.run(pipeline, later);
    expect(waiting).toMatchObject({
      status: 'done',
      counts: { read: 2, absent: 1, pending: 3, filtered: {}, unchanged: 0, delivered: {}, unsettled: 0 },
    });
    expect(slow.jobs.size).toBe(jobs);
    slow.work();
    slow.isQuick = true;
    const next = await world.run(pipeline, later);
    expect(next.counts).toMatchObject({ read: 2, absent: 1, pending: 0, delivered: { update: 2, missing: 1 } });
    expect(slow.target.done('create')).toEqual(['p1', 'p2', 'p3']);
  });

  test('keep what the target gave them', async () => {
    await world.run(pipeline, people(1));
    slow.work();
    await world.run(pipeline, people(1));
    const [stored] = await world.store.snapshotRecords([1]);
    expect(stored).toMatchObject({ key: 'p1', kept: { target: { id: 'u1' } }, record: { name: 'Name 1' } });
  });

  test('were counted by the run that sent them: the next one tells their outcome and counts its own feed', async () => {
    await world.run(pipeline, people(3));
    slow.work({ p2: { is: 'rejected', code: 'HTTP_REJECTED', reason: 'no such team' } });
    slow.isQuick = true;
    const next = await world.run(pipeline, people(3));
    expect(next.counts).toMatchObject({ read: 3, unchanged: 2, rejected: 0, delivered: { create: 1 }, unsettled: 0 });
    expect(next.notes).toEqual([
      'Outcome of 3 records that an earlier run left pending at target: 2 delivered, 1 rejected.',
    ]);
    expect(await world.store.pendingIntents('people')).toEqual([]);
  });

  test('that are refused are open rejects, with their source, until a feed mends them', async () => {
    await world.run(pipeline, people(2));
    slow.work({ p2: { is: 'rejected', code: 'HTTP_REJECTED', reason: 'no such team' } });
    await world.run(pipeline, people(1));
    const [open] = await world.store.rejects({ status: 'open' });
    expect(open).toMatchObject({ key: 'p2', stage: 'deliver', sink: 'target', source: { id: 'p2', name: 'Name 2' } });
  });

  test('refused as a whole are rejected', async () => {
    await world.run(pipeline, people(2));
    slow.instead = [{ is: 'refused', code: 'HTTP_REJECTED', reason: 'bad file' }];
    await world.run(pipeline, []);
    expect(await world.store.rejects({ status: 'open' })).toHaveLength(2);
  });

  test('count for the limit of people who may be missing when it is known that they are', async () => {
    slow.isQuick = true;
    await world.run(pipeline, people(30));
    slow.isQuick = false;
    expect((await world.run(pipeline, people(28))).counts).toMatchObject({ absent: 2, pending: 2 });
    expect(await world.store.deliveredSince('missing', 0)).toBe(0);
    slow.work();
    expect((await world.run(pipeline, people(28))).counts).toMatchObject({ absent: 0, unchanged: 28 });
    expect(await world.store.deliveredSince('missing', 0)).toBe(2);
  });

  test('are not missing while they wait, though a filter takes them out', async () => {
    const leaving = testPipeline({ filter: "team = 'sales'", diff: { leaves: 'missing' } });
    slow.isQuick = true;
    await world.run(leaving, people(2));
    slow.isQuick = false;
    const moved = people(2).map((person) => ({ ...person, name: 'New' }));
    await world.run(leaving, moved);
    const out = moved.map((person) => ({ ...person, team: 'it' }));
    expect((await world.run(leaving, out)).counts).toMatchObject({
      filtered: { filter: 2 },
      delivered: {},
      unsettled: 0,
    });
    slow.isQuick = true;
    slow.work();
    await world.run(leaving, out);
    expect(slow.target.done('missing')).toHaveLength(2);
  });

  test('whose key stands twice in the feed are rejected there as any other', async () => {
    await world.run(pipeline, people(1));
    const twice = [...people(1), { id: 'p1', name: 'Another', team: 'sales' }];
    expect((await world.run(pipeline, twice)).counts).toMatchObject({ read: 2, rejected: 2, pending: 0, unsettled: 0 });
  });

  test('are taken up as in doubt where the pipeline has lost the sink that holds them', async () => {
    await world.run(pipeline, people(1));
    const moved = testPipeline({ sinks: [sinkOf('second')] });
    expect((await world.run(moved, people(1))).counts).toMatchObject({ pending: 0, delivered: { create: 1 } });
    expect(second.done('create')).toEqual(['p1']);
  });

  test('that the target did not do are taken up again by the same run', async () => {
    await world.run(pipeline, people(2));
    slow.work({ p2: { is: 'retry', reason: 'not processed' } });
    slow.isQuick = true;
    const next = await world.run(pipeline, people(2));
    expect(next.counts).toMatchObject({ unchanged: 1, delivered: { create: 1 } });
    expect(next.notes.join()).toContain('1 delivered, 0 rejected, 1 not done and taken up again');
    expect(slow.target.done('create')).toEqual(['p1', 'p2']);
  });
});

describe('an outcome that nobody can learn', () => {
  const gone = async (repeat: 'safe' | 'find' | 'never'): Promise<void> => {
    await reopened({ repeat });
    await world.run(pipeline, people(1));
    slow.work();
    slow.jobs.clear();
    slow.isQuick = true;
  };

  test('is looked up where the target can be asked, and who is found is not created again', async () => {
    await gone('find');
    expect((await world.run(pipeline, people(1))).counts).toMatchObject({ delivered: { create: 1 }, rejected: 0 });
    expect(slow.target.done('create')).toEqual(['p1']);
  });

  test('is for a person where no repeat is recognised', async () => {
    await gone('never');
    const next = await world.run(pipeline, people(1));
    expect(next).toMatchObject({ counts: { rejected: 1 }, rejects: [{ code: 'OUTCOME_UNKNOWN' }] });
    expect((await world.run(pipeline, people(1))).counts).toMatchObject({ rejected: 1 });
    expect(slow.target.done('create')).toEqual(['p1']);
  });

  test.each([
    ['never', { rejected: 1, delivered: {} }],
    ['find', { rejected: 0, delivered: { create: 1 } }],
  ] as const)('of one record alone leaves the others as they are told (%s)', async (repeat, counts) => {
    await reopened({ repeat });
    await world.run(pipeline, people(2));
    slow.work();
    const job = [...slow.jobs.values()][0];
    if (job?.outcomes) job.outcomes[1] = { is: 'unknown', reason: 'two results' };
    slow.isQuick = true;
    expect((await world.run(pipeline, people(2))).counts).toMatchObject({ read: 2, unchanged: 1, ...counts });
    expect(slow.target.done('create')).toEqual(['p1', 'p2']);
  });
});

describe('a pipeline that compares nothing', () => {
  const stream = testPipeline({ diff: null, tolerate: { count: 0 } });
  const upserting = () => reopened({ operations: ['upsert'] });

  test('holds back a record whose outcome is owed, as a reject that `tolerate` does not count', async () => {
    await upserting();
    expect((await world.run(stream, people(1))).counts).toMatchObject({ pending: 1 });
    const waiting = await world.run(stream, people(1));
    expect(waiting).toMatchObject({ status: 'done', rejects: [{ key: 'p1', code: 'TARGET_PENDING' }] });
    expect(slow.jobs.size).toBe(1);
    slow.work();
    slow.isQuick = true;
    expect((await world.run(stream, people(1))).counts).toMatchObject({ delivered: { upsert: 1 } });
    expect(await world.store.rejects({ status: 'open' })).toEqual([]);
  });
});

test('a run that was ended behind a finished step goes on there, whatever is said of repeats', async () => {
  await reopened({ repeat: 'never' });
  const { store } = world.world;
  world.world.store = { ...store, keepPending: () => Promise.reject(new Error('killed')) };
  const never = testPipeline({ sinks: [{ ...sinkOf('target'), neverRepeats: ['create' as const] }] });
  await world.run(never, people(1));
  world.world.store = store;
  slow.isQuick = true;
  const plan = await world.run(never, people(1), { dryRun: true });
  const next = await world.run(never, people(1));
  expect(next.counts).toMatchObject({ rejected: 0, delivered: { create: 1 } });
  expect(plan.counts).toEqual(next.counts);
  expect(slow.jobs.size).toBe(1);
});

describe('a new key that `match` takes for a known person', () => {
  const matching = testPipeline({ diff: { match: ['name'] } });
  const renamed = [{ id: 'n1', name: 'Name 1', team: 'it' }];
  /** p1 is known; the target knows people by a field that a new key does not change. */
  const known = async (): Promise<void> => {
    await reopened({ key: 'name' });
    slow.isQuick = true;
    await world.run(matching, people(1));
    slow.isQuick = false;
  };

  test('is one person while the target owes the answer to it, and afterwards', async () => {
    await known();
    expect((await world.run(matching, renamed)).counts).toMatchObject({ pending: 1, unsettled: 0 });
    const waiting = await world.run(matching, renamed);
    expect(waiting).toMatchObject({ counts: { read: 1, absent: 0, pending: 1, delivered: {}, unsettled: 0 } });
    slow.work();
    slow.isQuick = true;
    const next = await world.run(matching, renamed);
    expect(next).toMatchObject({ status: 'done', counts: { read: 1, absent: 0, unchanged: 1, delivered: {} } });
    expect((await world.run(matching, renamed)).counts).toMatchObject({ absent: 0, unchanged: 1 });
    expect(slow.target.done('missing')).toEqual([]);
    expect(slow.target.done('create')).toEqual(['p1']);
  });

  test('waits while the outcome of the known person is owed', async () => {
    await known();
    await world.run(matching, people(1, 'hr'));
    const jobs = slow.jobs.size;
    const waiting = await world.run(matching, renamed);
    expect(waiting).toMatchObject({
      status: 'done',
      counts: { read: 1, absent: 0, pending: 1, delivered: {}, unsettled: 0 },
    });
    expect(slow.jobs.size).toBe(jobs);
    slow.work();
    slow.isQuick = true;
    const next = await world.run(matching, renamed);
    expect(next.counts).toMatchObject({ read: 1, absent: 0, delivered: { update: 1 } });
    expect((await world.run(matching, renamed)).counts).toMatchObject({ absent: 0, unchanged: 1 });
    expect(slow.target.done('create')).toEqual(['p1']);
    expect(slow.target.done('missing')).toEqual([]);
  });
});
