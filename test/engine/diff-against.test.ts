import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DiffRule, SourceUse } from '../../src/language/compile/pipeline.ts';
import type { Fields } from '../../src/model/record.ts';
import { people, setStep, testPipeline, testTarget, testWorld, type TestTarget, type TestWorld } from './harness.ts';

let target: TestTarget;
let world: TestWorld;

beforeEach(async () => {
  target = testTarget();
  world = await testWorld({ target });
  world.world.holdsRecords = async () => target.people.size > 0;
});
afterEach(() => world.close());

const use: SourceUse = { kind: 'list', options: {}, feed: 'full', written: {} };
const against = (fields = ['id', 'name', 'team'], diff: Partial<DiffRule> = {}, over = {}) =>
  testPipeline({ ...over, diff: { ...diff, against: { use, fields, sink: 0 } } });
/** What the target lists now; `over` changes how the read goes. */
const list = (over: Fields = {}): void => {
  const rows = [...target.people.values()].map(({ id, record }) => ({ ...record, uid: id }));
  world.state.list = { rows, ...over };
};
const atTarget = (...records: Fields[]): void => {
  for (const record of records)
    target.people.set(String(record.id), { id: `x-${String(record.id)}`, record, blocked: false });
  list();
};
const known = (key: string) => world.store.findInSnapshot('people', world.world.vault.keyHash(key));

test('against: a first run adopts: equal is unchanged, different is updated, absent is created, a stranger is never touched', async () => {
  const [first, second] = people(2) as [Fields, Fields];
  atTarget(first, { ...second, team: 'old', extra: 'theirs' }, { id: 'stranger', name: 'Stranger', team: 'sales' });
  const run = await world.run(against(), people(3));
  expect(run).toMatchObject({
    status: 'done',
    guards: [],
    counts: { read: 3, unchanged: 1, delivered: { update: 1, create: 1 }, absent: 0, unsettled: 0 },
    against: { read: 3, adopted: 2, drifted: 0, lost: 0 },
  });
  expect(run.notes.join()).toContain('2 people whom it holds already are adopted and not created');
  expect(target.ledger.map(({ operation, key, changed }) => [operation, key, changed])).toEqual([
    ['update', 'p2', { team: 'sales' }],
    ['create', 'p3', expect.anything()],
  ]);
  expect(target.people.get('p2')?.record).toMatchObject({ team: 'sales', extra: 'theirs' });
  expect(await known('p1')).toMatchObject({ record: first, kept: { target: { id: 'x-p1' } } });
  expect(await known('p2')).toMatchObject({ kept: { target: { id: 'x-p2' } } });
  list();
  const later = await world.run(against(), people(2));
  expect(later).toMatchObject({ counts: { absent: 1, delivered: { missing: 1 } }, against: { drifted: 0 } });
  expect(target.done('missing')).toEqual(['p3']);
  expect(target.people.get('stranger')).toMatchObject({ blocked: false });
});

test('against: what was changed at the target by hand is brought back and counted; cleared where the feed has no value', async () => {
  await world.run(testPipeline(), people(5));
  const someone = target.people.get('p2');
  if (someone) someone.record = { ...someone.record, team: 'by hand', phone: '+79161234567' };
  list();
  const fields = ['id', 'name', 'team', 'phone'];
  const plan = await world.run(against(fields), people(5), { dryRun: true });
  expect(plan).toMatchObject({ counts: { unchanged: 4, delivered: { update: 1 } }, against: { drifted: 1 } });
  const run = await world.run(against(fields), people(5));
  expect(run).toMatchObject({ counts: { unchanged: 4, delivered: { update: 1 } }, against: { drifted: 1, lost: 0 } });
  expect(run.notes.join()).toContain('1 person changed there is brought back to what the feed says');
  expect(target.ledger.at(-1)).toMatchObject({ operation: 'update', changed: { team: 'sales', phone: null } });
  list();
  expect(await world.run(against(fields), people(5))).toMatchObject({
    counts: { unchanged: 5 },
    against: { drifted: 0 },
  });
});

test('against: sets compare as sets, nothing and an empty value are the same, and what is not mapped is not compared', async () => {
  const rows = [{ id: 'p1', groups: ['a', 'b'], note: '' }];
  atTarget({ id: 'p1', groups: ['b', 'a'], note: null, phone: '1', tags: [] });
  const run = await world.run(against(['id', 'groups', 'note', 'tags']), rows);
  expect(run).toMatchObject({ counts: { unchanged: 1, delivered: {} }, against: { adopted: 1 } });
  expect(target.ledger).toEqual([]);
});

test('against: a list that is not complete, or of which a record could not be read, adopts and repairs nothing, and a first run is guarded', async () => {
  atTarget(...people(2));
  const faults = [
    { complete: false, reason: 'a page came twice' },
    { unreadable: [{ line: 1, code: 'X', message: 'broken', raw: 'x' }] },
  ];
  for (const fault of faults) {
    list(fault);
    const run = await world.run(against(), people(2));
    expect(run).toMatchObject({ status: 'guarded', guards: [{ operation: 'first' }] });
    expect(run.against).toBeUndefined();
    expect(run.notes.join()).toContain("The target's list is not complete, so nobody is adopted");
  }
  expect(target.ledger).toEqual([]);
  list();
  await world.run(against(), people(2));
  const someone = target.people.get('p2');
  if (someone) someone.record = { ...someone.record, team: 'by hand' };
  list({ complete: false });
  expect(await world.run(against(), people(2))).toMatchObject({ status: 'done', counts: { unchanged: 2 } });
});

test('against: who is not at the target any more is created there again, under what is made once, and told to that sink alone', async () => {
  const mails = testTarget();
  await world.close();
  world = await testWorld({ target, mails });
  const sinks = ['target', 'mails'].map((kind) => ({ kind, options: {}, written: {} }));
  const over = { sinks, after: [setStep({ login: '=id' }, ['create'])] };
  await world.run(testPipeline(over), people(30));
  target.people.delete('p4');
  list();
  const run = await world.run(against(undefined, {}, over), people(30));
  expect(run).toMatchObject({
    status: 'done',
    counts: { unchanged: 29, delivered: { create: 1 } },
    against: { lost: 1 },
  });
  expect(target.ledger.at(-1)).toMatchObject({ operation: 'create', key: 'p4', record: { login: 'p4' } });
  expect(mails.ledger.length).toBe(30);
  expect(await known('p4')).toMatchObject({ kept: { target: { id: target.people.get('p4')?.id } } });
});

test('against: repairs count in the update guard, and a target that lacks more than half of the people is always guarded', async () => {
  await world.run(testPipeline(), people(100));
  for (const { record } of target.people.values()) record.team = 'by hand';
  list();
  const strict = against(undefined, { guard: { update: { share: 0.1 }, floor: 0, then: 'hold' } });
  const drift = await world.run(strict, people(100));
  expect(drift).toMatchObject({
    status: 'guarded',
    counts: { held: 100 },
    guards: [{ operation: 'update', count: 100 }],
  });
  const plan = await world.run(strict, people(100), { dryRun: true });
  expect(plan.counts.held).toBe(100);
  expect(world.state.changes.filter(({ reason }) => reason === 'guard: update').length).toBe(100);
  target.people.clear();
  list();
  const emptied = await world.run(against(), people(100));
  expect(emptied).toMatchObject({ status: 'guarded', counts: { held: 100, delivered: {} } });
  expect(emptied.guards[0]?.reason).toContain("The target's list lacks 100 of 100 active people");
  expect(target.done('create').length).toBe(100);
  await world.store.accept({
    pipeline: 'people',
    hash: emptied.accept ?? '',
    person: 'anna',
    at: world.clock.now(),
    expiresAt: world.clock.now() + 1e9,
  });
  expect(await world.run(against(), people(100))).toMatchObject({
    status: 'done',
    counts: { delivered: { create: 100 } },
  });
});

test('against: a record that changed in the feed brings the rest of the person back as well', async () => {
  await world.run(testPipeline(), people(3));
  const someone = target.people.get('p1');
  if (someone) someone.record = { ...someone.record, team: 'by hand' };
  list();
  const rows = people(3).map((row) => (row.id === 'p1' ? { ...row, name: 'Renamed' } : row));
  await world.run(against(), rows);
  expect(target.ledger.at(-1)).toMatchObject({ operation: 'update', changed: { name: 'Renamed', team: 'sales' } });
});

test('S9: a first run that is killed while it adopts adopts the rest in the next, and creates nobody twice', async () => {
  const [first, second] = people(2) as [Fields, Fields];
  atTarget(first, { ...second, team: 'old' });
  world.world.reached = (at) => {
    if (at === 'before commit') throw new Error('killed');
  };
  await world.run(against(), people(3));
  delete world.world.reached;
  list();
  expect(await world.run(against(), people(3))).toMatchObject({ status: 'done', counts: { unsettled: 0 } });
  expect(target.done('create')).toEqual(['p3']);
  expect(target.people.size).toBe(3);
  expect(await world.store.pendingIntents('people')).toEqual([]);
});

test('match and against: a new number whose person the target knows by the old one is updated, and not created', async () => {
  const rows = people(3).map((row): Fields => ({ ...row, email: `${String(row.id)}@acme.example` }));
  const fields = ['id', 'name', 'team', 'email'];
  const pipeline = against(fields, { match: ['email'] });
  await world.run(pipeline, rows);
  list();
  const run = await world.run(
    pipeline,
    rows.map((row) => (row.id === 'p1' ? { ...row, id: 'n1' } : row)),
  );
  expect(run).toMatchObject({ counts: { unchanged: 2, delivered: { update: 1 } }, against: { lost: 0, adopted: 0 } });
  expect(target.people.size).toBe(3);
});
