import { expect, test } from 'vitest';
import { compileExpression } from '../../src/expression/index.ts';
import type { Step } from '../../src/language/compile/pipeline.ts';
import type { Fields } from '../../src/model/record.ts';
import { DAY_MS, testPipeline, testTarget, testWorld, type TestTarget, type TestWorld } from './harness.ts';

const holdStep: Step = { kind: 'hold', at: 'steps[0]', until: compileExpression('from') };
const full = testPipeline({ before: [holdStep] });
const changes = testPipeline({ before: [holdStep], feed: 'changes', diff: { missing: 'ignore' } });
const stream = testPipeline({ before: [holdStep], feed: 'changes', diff: null });
/** Day 0 is 2026-11-24; each run is a day later. */
const person = (id: string, from?: string, name = id): Fields => ({ id, name, ...(from ? { from } : {}) });
const nothing = { rows: [], nothing: 'No new file.' };

async function inWorld(run: (world: TestWorld, lms: TestTarget) => Promise<void>): Promise<void> {
  const lms = testTarget({ operations: ['create', 'update', 'missing', 'returned', 'upsert'] });
  const world = await testWorld({ target: lms });
  try {
    await run(world, lms);
  } finally {
    await world.close();
  }
}
const sent = (lms: TestTarget): string[] =>
  lms.ledger.map(({ operation, key, record }) => `${operation} ${key} ${String(record.name)}`);

test('a record waits until its date, and goes on though it came only once', () =>
  inWorld(async (world, lms) => {
    const first = await world.run(changes, [person('p1'), person('p2', '2026-11-26'), person('p3', '2026-11-01')]);
    expect(first).toMatchObject({ status: 'done', held: { until: 1 } });
    expect(first.counts).toMatchObject({ read: 3, held: 1, delivered: { create: 2 }, unsettled: 0 });
    expect((await world.run(changes, nothing)).counts).toMatchObject({ read: 0 });
    const third = await world.run(changes, nothing);
    expect(third.counts).toMatchObject({ read: 1, held: 0, delivered: { create: 1 }, unsettled: 0 });
    expect(third.notes).toContain('1 record that waited for a date was taken up.');
    expect(sent(lms)).toEqual(['create p1 p1', 'create p3 p3', 'create p2 p2']);
    expect((await world.run(changes, nothing)).counts).toMatchObject({ read: 0 });
    expect(await world.store.postponed('people')).toEqual([]);
  }));

test('a date begins at its midnight in the zone of the pipeline, and a moment to the second', () =>
  inWorld(async (world, lms) => {
    // The first run is at 05:30 in Moscow.
    await world.run(stream, [
      person('p1', '2026-11-25'),
      person('p2', '2026-11-24T05:30:00+03:00'),
      person('p3', '2026-11-24T02:30:01Z'),
    ]);
    expect(lms.done('upsert')).toEqual(['p2']);
    world.clock.at = Date.UTC(2026, 10, 24, 20, 59);
    await world.run(stream, nothing);
    expect(lms.done('upsert')).toEqual(['p2', 'p3']);
    world.clock.at = Date.UTC(2026, 10, 24, 21, 0);
    await world.run(stream, nothing);
    expect(lms.done('upsert')).toEqual(['p2', 'p3', 'p1']);
  }));

test('a newer record of the key replaces what waits, whatever becomes of it', () =>
  inWorld(async (world, lms) => {
    await world.run(changes, [
      person('p1', '2026-11-26', 'old'),
      person('p2', '2026-11-26', 'old'),
      person('p3', '2026-11-26', 'old'),
    ]);
    await world.run(changes, [
      person('p1', undefined, 'new'),
      person('p2', '2026-11-27', 'new'),
      person('p3', 'soon', 'new'),
    ]);
    await world.run(changes, nothing);
    expect(sent(lms)).toEqual(['create p1 new']);
    await world.run(changes, nothing);
    expect(sent(lms)).toEqual(['create p1 new', 'create p2 new']);
  }));

test('a newer record of a stream replaces what waits', () =>
  inWorld(async (world, lms) => {
    await world.run(stream, [person('p1', '2026-11-25', 'old')]);
    await world.run(stream, [person('p1', '2026-11-26', 'new')]);
    await world.run(stream, nothing);
    expect(sent(lms)).toEqual(['upsert p1 new']);
  }));

test('of several dates of one key each has its day, and of those that are past the last alone is sent', () =>
  inWorld(async (world, lms) => {
    const dated = [
      person('p1', undefined, 'today'),
      person('p1', '2026-11-25', 'then'),
      person('p1', '2026-11-26', 'last'),
    ];
    const first = await world.run(changes, dated);
    expect(first.counts).toMatchObject({ read: 3, held: 2, delivered: { create: 1 }, rejected: 0, unsettled: 0 });
    await world.run(changes, nothing);
    await world.run(changes, nothing);
    expect(sent(lms)).toEqual(['create p1 today', 'update p1 then', 'update p1 last']);
    await world.run(changes, [person('p2', '2026-11-28', 'then'), person('p2', '2026-11-29', 'last')]);
    world.clock.at += 7 * DAY_MS;
    await world.run(changes, nothing);
    expect(sent(lms).slice(3)).toEqual(['create p2 last']);
    expect(await world.store.postponed('people')).toEqual([]);
  }));

test('S6: who waits is never missing, and a complete full feed without them withdraws what waits', () =>
  inWorld(async (world, lms) => {
    await world.run(full, [person('p1'), person('p2')]);
    const second = await world.run(full, [
      person('p1', '2026-11-27', 'moved'),
      person('p3', '2026-11-27'),
      person('p2'),
    ]);
    expect(second.counts).toMatchObject({ read: 3, held: 2, unchanged: 1, absent: 0, unsettled: 0 });
    expect(lms.done('missing')).toEqual([]);
    await world.run(full, [person('p1', '2026-11-27', 'moved'), person('p2')]);
    await world.run(full, nothing);
    await world.run(full, nothing);
    expect(sent(lms).slice(2)).toEqual(['update p1 moved']);
    expect(lms.people.has('p3')).toBe(false);
  }));

test('what a feed withdraws does not come back when the run died before it had read the feed for good', () =>
  inWorld(async (world, lms) => {
    await world.run(full, [person('p1'), person('p2', '2026-11-25')]);
    world.world.reached = (label) => {
      if (label === 'consumed') throw new Error('killed');
    };
    await world.run(full, [person('p1')]);
    delete world.world.reached;
    await world.run(full, nothing);
    expect(sent(lms)).toEqual(['create p1 p1']);
  }));

test.each([
  ['is not complete', { complete: false, reason: 'page 2 failed' }],
  ['has a row that could not be read', { unreadable: [{ line: 9, code: 'CSV_RAGGED', message: 'short', raw: 'x' }] }],
  ['has a row without a key', { rows: [person('p1'), { name: 'nobody' }] }],
])('a full feed that %s withdraws nobody', (_what, feed) =>
  inWorld(async (world, lms) => {
    await world.run(full, [person('p1'), person('p2', '2026-11-26')]);
    await world.run(full, { rows: [person('p1')], ...feed });
    await world.run(full, nothing);
    expect(sent(lms)).toEqual(['create p1 p1', 'create p2 p2']);
  }),
);

test('what waits is taken up again by a run that follows a failed one', () =>
  inWorld(async (world, lms) => {
    await world.run(changes, [person('p1', '2026-11-25')]);
    world.world.reached = (label) => {
      if (label === 'merged') throw new Error('killed');
    };
    expect((await world.run(changes, nothing)).status).toBe('failed');
    delete world.world.reached;
    const again = await world.run(changes, nothing);
    expect(again.counts).toMatchObject({ read: 1, unchanged: 1, unsettled: 0 });
    expect(sent(lms)).toEqual(['create p1 p1']);
    expect(await world.store.postponed('people')).toEqual([]);
  }));

test('a run with a limit takes nothing up, and a plan shows who waits and until when, and changes nothing', () =>
  inWorld(async (world, lms) => {
    await world.run(changes, [person('p1', '2026-11-25')]);
    await world.run(changes, { rows: [] }, { limit: 1 });
    expect(lms.ledger).toEqual([]);
    const plan = await world.run(changes, [person('p2', '2026-12-01')], { dryRun: true });
    expect(plan.counts).toMatchObject({ read: 2, held: 1, delivered: { create: 1 }, unsettled: 0 });
    expect(world.state.changes).toMatchObject([
      { key: 'p2', operation: 'held', until: '2026-12-01 00:00:00 +03:00' },
      { key: 'p1', operation: 'create' },
    ]);
    expect(await world.store.postponed('people')).toHaveLength(1);
  }));

test('what is no date rejects the record', () =>
  inWorld(async (world) => {
    const { counts } = await world.run(stream, [
      person('p1', 'soon'),
      { id: 'p2', from: 20261201 },
      person('p3', '2026-02-30'),
    ]);
    expect(counts).toMatchObject({ rejected: 3, unsettled: 0 });
    const codes = (await world.store.rejects({ pipeline: 'people' })).map(({ code }) => code);
    expect(codes).toEqual(['HOLD_UNTIL_UNREADABLE', 'HOLD_UNTIL_UNREADABLE', 'HOLD_UNTIL_UNREADABLE']);
  }));

test('what waits goes over to the new name of its pipeline', () =>
  inWorld(async (world, lms) => {
    await world.run(stream, [person('p1', '2026-11-25')]);
    await world.run({ ...stream, name: 'staff', was: 'people' }, nothing);
    expect(lms.done('upsert')).toEqual(['p1']);
  }));

test('a record that is rejected after it waited is told with where it stood', () =>
  inWorld(async (world) => {
    const validate: Step = { kind: 'validate', at: 'steps[1]', schema: { required: ['phone'] }, unique: [] };
    const strict = testPipeline({ before: [holdStep, validate], feed: 'changes', diff: null });
    await world.run(strict, [person('p0'), person('p1', '2026-11-25')]);
    await world.run(strict, nothing);
    const [reject] = await world.store.rejects({ pipeline: 'people' });
    expect(reject).toMatchObject({
      key: 'p1',
      origin: 'people.csv (waited until 2026-11-25 00:00:00 +03:00)',
      line: 3,
    });
    expect(reject?.source).toEqual(person('p1', '2026-11-25'));
  }));

test('what is held once more stands where it stood', () =>
  inWorld(async (world) => {
    const tomorrow: Step = { kind: 'hold', at: 'steps[0]', until: compileExpression('$today(1)') };
    const always = testPipeline({ before: [tomorrow], feed: 'changes', diff: null });
    await world.run(always, [person('p1')]);
    await world.run(always, nothing);
    const ids = (await world.store.postponed('people')).map(({ id }) => id);
    expect(await world.store.postponedRecords(ids)).toEqual([
      { key: 'p1', until: Date.UTC(2026, 10, 25, 21), origin: 'people.csv', line: 2, source: person('p1') },
    ]);
  }));

test('what waits is sealed in the store', () =>
  inWorld(async (world) => {
    await world.run(stream, [person('p1', '2027-01-01', 'Nobody Special')]);
    const { readFileSync, readdirSync } = await import('node:fs');
    const bytes = readdirSync(world.folder).filter((name) => name.startsWith('state.db'));
    expect(bytes.length).toBeGreaterThan(0);
    for (const name of bytes) expect(readFileSync(`${world.folder}/${name}`).includes('Nobody Special')).toBe(false);
  }));
