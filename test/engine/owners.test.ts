import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DiffRule, Pipeline } from '../../src/language/compile/pipeline.ts';
import { people, setStep, testPipeline, testTarget, testWorld, type TestTarget, type TestWorld } from './harness.ts';

let target: TestTarget;
let world: TestWorld;

beforeEach(async () => {
  target = testTarget();
  world = await testWorld({ target });
});
afterEach(() => world.close());

const blocked = (): string[] => target.done('missing').sort();
const named = (name: string, over: Parameters<typeof testPipeline>[0] = {}): Pipeline => ({
  ...testPipeline(over),
  name,
});
const own = (name: string, over: Partial<DiffRule> = {}): Pipeline =>
  named(name, { diff: { snapshot: name, ...over } });

test('S19: `was` takes over everything that stands under the old name, once', async () => {
  const diff = { missing: { after: { days: 2 } } } as const;
  const staff = own('staff', diff);
  await world.run(staff, people(10));
  target.answers.push((items) => ({
    is: 'answered',
    outcomes: items.map(() => ({ is: 'rejected', code: 'HTTP_REJECTED', reason: 'no' })),
  }));
  await world.run(staff, [...people(9), { id: 'p11', name: 'Eleven', team: 'sales' }]);
  const lock = await world.store.lock('staff', 'staff');
  await world.store.consume(lock, 'staff', [
    { store: 'hr', path: '/out/a.csv', size: 1, mtime: 2, contentHash: 'abc' },
  ]);
  await world.store.claimTick('staff', 77);
  const intent = { id: 'i1', run: 'r0', snapshot: 'staff', sink: 'gone', operation: 'create' as const };
  await world.store.openIntents(lock, [{ ...intent, items: [{ key: 'p50', hash: '00', target: { id: 'p50' } }] }]);
  await lock.release();
  const before = await world.store.rejects({ pipeline: 'staff', status: 'open' });
  expect(before.map(({ key }) => key)).toEqual(['p11']);

  const renamed = { ...own('employees', diff), was: 'staff' };
  const first = await world.run(renamed, people(9));
  expect(first).toMatchObject({ status: 'done', counts: { unchanged: 9 }, held: { grace: 1 } });
  expect(first.notes.join()).toContain('goes on as employees');
  expect(target.done('create').length).toBe(10);
  expect(await world.store.snapshotFacts('staff')).toBeUndefined();
  expect(await world.store.snapshotFacts('employees')).toMatchObject({ owner: 'employees', entries: 10 });
  expect(await world.store.rejects({ pipeline: 'staff' })).toEqual([]);
  expect((await world.store.rejects({ pipeline: 'employees' })).map(({ key, source }) => [key, source])).toEqual(
    before.map(({ key, source }) => [key, source]),
  );
  const file = { store: 'hr', path: '/out/a.csv', size: 1, mtime: 2 };
  expect(await world.store.isConsumed('employees', file)).toBe(true);
  expect(await world.store.claimTick('employees', 77)).toBe(false);
  expect(await world.store.pendingIntents('staff')).toEqual([]);
  expect((await world.store.pendingIntents('employees')).flatMap(({ items }) => items.map(({ key }) => key))).toEqual([
    'p50',
  ]);
  expect((await world.store.runs({ pipeline: 'employees', limit: 10 })).length).toBe(3);
  expect(await world.store.findInSnapshot('employees', world.world.vault.keyHash('p1'))).toMatchObject({ key: 'p1' });

  const second = await world.run(renamed, people(9));
  expect(second).toMatchObject({ status: 'done', counts: { delivered: { missing: 1 } } });
  expect(second.notes).not.toContain(first.notes[0]);
  expect(blocked()).toEqual(['p10']);
});

test('S19: a plan of a renamed pipeline compares with the old name, and writes nothing', async () => {
  await world.run(own('staff'), people(10));
  const renamed = { ...own('employees'), was: 'staff' };
  const plan = await world.run(renamed, people(9), { dryRun: true });
  expect(plan).toMatchObject({ status: 'done', counts: { unchanged: 9, delivered: { missing: 1 } } });
  expect(plan.notes.join()).toContain('stands under the name staff');
  expect(await world.store.snapshotFacts('employees')).toBeUndefined();
  expect(await world.store.snapshotFacts('staff')).toMatchObject({ entries: 10, owner: 'staff' });
});

test('S19: two names that both have state are refused, in a run and in a plan, and nothing is changed', async () => {
  await world.run(own('staff'), people(10));
  await world.run(own('employees'), [{ id: 'q1', name: 'Other', team: 'sales' }]);
  const renamed = { ...own('employees'), was: 'staff' };
  for (const dryRun of [true, false]) {
    const result = await world.run(renamed, people(10), { dryRun });
    expect(result).toMatchObject({ status: 'failed', code: 'RENAME_BOTH_HAVE_STATE' });
    expect(result.reason).toContain('`was: staff`');
  }
  expect(await world.store.snapshotFacts('staff')).toMatchObject({ entries: 10 });
  expect(await world.store.snapshotFacts('employees')).toMatchObject({ entries: 1 });
});

test('S19: a renamed pipeline does not run while the old name does', async () => {
  await world.run(own('staff'), people(10));
  const lock = await world.store.lock('staff', 'staff');
  const renamed = { ...own('employees'), was: 'staff' };
  expect(await world.run(renamed, people(10))).toMatchObject({ status: 'skipped', code: 'PIPELINE_LOCKED' });
  await lock.release();
  expect(await world.run(renamed, people(10))).toMatchObject({ status: 'done', counts: { unchanged: 10 } });
});

test('S12: a rename changes no password: the mail that comes after it names the one that was made', async () => {
  const mail = testTarget({ operations: ['create'], repeat: 'safe' });
  const both = await testWorld({ target, mail });
  const pipeline = (name: string): Pipeline =>
    named(name, {
      diff: { snapshot: name },
      after: [setStep({ password: '=$password(12)' }, ['create'])],
      sinks: [
        { kind: 'target', options: {}, written: {} },
        { kind: 'mail', options: {}, written: {}, only: ['create'] },
      ],
    });
  mail.answers.push(() => ({ is: 'answered', outcomes: [{ is: 'rejected', code: 'SMTP_REFUSED', reason: 'full' }] }));
  await both.run(pipeline('staff'), people(1));
  expect(mail.ledger).toEqual([]);
  await both.run({ ...pipeline('employees'), was: 'staff' }, people(1));
  expect(mail.ledger[0]?.record.password).toMatch(/^\w{12}$/);
  expect(mail.ledger[0]?.record.password).toBe(target.ledger[0]?.record.password);
  await both.close();
});

test('S19: people whom another pipeline delivered into a shared snapshot are not missing until the owner has seen them', async () => {
  const nightly = named('nightly');
  const hourly = named('hourly', { feed: 'changes', diff: { missing: 'ignore' } });
  await world.run(nightly, people(10));
  await world.run(hourly, [{ id: 'h1', name: 'Hired', team: 'sales' }]);
  const result = await world.run(nightly, people(10));
  expect(result).toMatchObject({ status: 'done', held: { "another pipeline's": 1 }, counts: { absent: 1 } });
  expect(blocked()).toEqual([]);
  await world.run(nightly, [...people(10), { id: 'h1', name: 'Hired', team: 'sales' }]);
  await world.run(hourly, [{ id: 'h1', name: 'Hired Again', team: 'sales' }]);
  await world.run(nightly, people(10));
  expect(blocked()).toEqual(['h1']);
});

test('a change feed says itself who is gone, in a snapshot of its own; of another pipeline it blocks nobody', async () => {
  const changes = { feed: 'changes' as const, gone: "team = 'left'", diff: { missing: 'ignore' as const } };
  const left = [{ id: 'p1', name: 'P1', team: 'left' }];
  await world.run(named('nightly'), people(10));
  const hourly = await world.run(named('hourly', changes), left);
  expect(hourly.counts).toMatchObject({ filtered: { gone: 1 }, delivered: {} });
  expect(blocked()).toEqual([]);
  const alone = named('alone', { ...changes, diff: { missing: 'ignore', snapshot: 'alone' } });
  await world.run(
    alone,
    people(10).map((row) => ({ ...row, id: `q${String(row.id).slice(1)}` })),
  );
  const others = [{ ...left[0], id: 'q1' }];
  expect((await world.run(alone, others)).counts).toMatchObject({ delivered: { missing: 1 } });
  expect(blocked()).toEqual(['q1']);
  expect((await world.run(alone, others)).counts).toMatchObject({ unchanged: 1 });
});

test('S19: whom another pipeline delivered is not missing where the owner filters them out', async () => {
  const nightly = named('nightly', { filter: "team = 'sales'", diff: { leaves: 'missing' } });
  const retail = named('retail', { filter: "team = 'retail'", diff: { missing: 'ignore' } });
  const all = [...people(10), { id: 'x1', name: 'X', team: 'retail' }];
  await world.run(nightly, all);
  await world.run(retail, all);
  await world.run(nightly, all);
  await world.run(nightly, all);
  expect(blocked()).toEqual([]);
  // The other's filter is not a changed rule of the owner's.
  await world.run(retail, all);
  const moved = all.map((row) => (row.id === 'p1' ? { ...row, team: 'retail' } : row));
  expect(await world.run(nightly, moved)).toMatchObject({ status: 'done', guards: [] });
  expect(blocked()).toEqual(['p1']);
});

test("S19: a pipeline that looks for the missing in another's snapshot fails before it reads", async () => {
  await world.run(named('nightly'), people(10));
  const result = await world.run(named('second'), people(3));
  expect(result).toMatchObject({ status: 'failed', code: 'SNAPSHOT_OF_ANOTHER', counts: { read: 0 } });
  expect(result.reason).toContain("nightly's");
  expect(blocked()).toEqual([]);
});

test('S19: who ignores absence owns nothing, so the one that looks for the missing may come later', async () => {
  await world.run(named('hourly', { feed: 'changes', diff: { missing: 'ignore' } }), people(3));
  expect(await world.run(named('nightly'), people(10))).toMatchObject({ status: 'done' });
  expect(await world.store.snapshotFacts('people')).toMatchObject({ owner: 'nightly' });
  await world.run(named('nightly'), people(9));
  expect(blocked()).toEqual(['p10']);
});

test('S19: two pipelines over one snapshot never run at once', async () => {
  const lock = await world.store.lock('people', 'nightly');
  const hourly = named('hourly', { feed: 'changes', diff: { missing: 'ignore' } });
  expect(await world.run(hourly, people(1))).toMatchObject({ status: 'skipped', code: 'PIPELINE_LOCKED' });
  await lock.release();
  expect(target.ledger).toEqual([]);
});

test("S19: who was adopted and is another pipeline's is never missing while the other has them", async () => {
  const first = own('first');
  const second = own('second');
  await world.run(first, people(10));
  const adopting = await world.run(second, people(10));
  expect(adopting.counts.delivered).toEqual({ create: 10 });
  const kept = await world.run(second, people(9));
  expect(kept).toMatchObject({ status: 'done', held: { "another pipeline's": 1 } });
  expect(blocked()).toEqual([]);
  await world.run(first, people(9));
  expect(blocked()).toEqual(['p10']);
  expect(await world.run(second, people(9))).toMatchObject({ counts: { delivered: { missing: 1 } } });
});
