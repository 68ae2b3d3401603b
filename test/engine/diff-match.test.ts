import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Fields } from '../../src/model/record.ts';
import { people, testPipeline, testTarget, testWorld, type Feed, type TestTarget, type TestWorld } from './harness.ts';

let target: TestTarget;
let world: TestWorld;

beforeEach(async () => {
  target = testTarget();
  world = await testWorld({ target });
});
afterEach(() => world.close());

const byMail = (over: Parameters<typeof testPipeline>[0] = {}) =>
  testPipeline({ ...over, diff: { match: ['email'], ...over.diff } });
const staff = (count: number): Fields[] => people(count).map((one) => ({ ...one, email: `${one.id}@acme.example` }));
const known = (key: string) => world.store.findInSnapshot('people', world.world.vault.keyHash(key));
/** p1 under the number n1. */
const renumbered = (rows: Fields[], more: Fields = {}): Fields[] =>
  rows.map((row) => (row.id === 'p1' ? { ...row, id: 'n1', ...more } : row));

test('match: a new number with a known address is the known person, updated under their own id and not created', async () => {
  await world.run(byMail(), staff(5));
  const id = target.people.get('p1')?.id;
  const run = await world.run(byMail(), renumbered(staff(5)));
  expect(run).toMatchObject({
    status: 'done',
    counts: { read: 5, absent: 0, unchanged: 4, delivered: { update: 1 }, unsettled: 0 },
  });
  expect(run.notes.join()).toContain('1 new key stands for people who were known under another one');
  expect(target.done('create').length).toBe(5);
  expect(target.ledger.at(-1)).toMatchObject({ operation: 'update', key: 'n1', changed: { id: 'n1' } });
  expect(target.people.get('n1')).toMatchObject({ id, blocked: false });
  expect(await known('p1')).toBeUndefined();
  expect(await known('n1')).toMatchObject({ key: 'n1', record: { id: 'n1' }, kept: { target: { id } } });
  const next = await world.run(byMail(), { rows: renumbered(staff(5)), hash: 'next' });
  expect(next).toMatchObject({ counts: { absent: 0, unchanged: 5, delivered: {} } });
  expect(target.ledger.length).toBe(6);
  expect(await world.store.snapshotFacts('people')).toMatchObject({ entries: 5 });
});

test('match: who was gone comes back under a new number: returned, then updated, counted once', async () => {
  await world.run(byMail(), staff(30));
  await world.run(byMail(), staff(30).slice(1));
  expect(target.done('missing')).toEqual(['p1']);
  const run = await world.run(byMail(), [...staff(30).slice(1), { ...staff(1)[0], id: 'n1', team: 'retail' }]);
  expect(run).toMatchObject({ status: 'done', counts: { unchanged: 29, delivered: { returned: 1 }, absent: 0 } });
  expect(target.ledger.slice(-2).map(({ operation, key }) => [operation, key])).toEqual([
    ['returned', 'n1'],
    ['update', 'n1'],
  ]);
  expect(target.people.get('n1')).toMatchObject({ blocked: false, record: { team: 'retail' } });
  expect(await known('p1')).toBeUndefined();
});

test('match: a person whose own key is in the feed is never adopted, whatever their row says', async () => {
  const pipeline = byMail({ filter: "team != 'out'" });
  await world.run(pipeline, staff(3));
  const [first] = staff(1) as [Fields];
  const run = await world.run(pipeline, [...staff(3).slice(1), { ...first, team: 'out' }, { ...first, id: 'n1' }]);
  expect(run).toMatchObject({ counts: { delivered: { create: 1 }, filtered: { filter: 1 }, unchanged: 2 } });
  expect(await known('p1')).toMatchObject({ key: 'p1' });
});

test('match: two known people for one new key are a person to decide about: rejected with both named, nobody missing', async () => {
  const shared = staff(30).map((one, index) => (index < 2 ? { ...one, email: 'shared@acme.example' } : one));
  await world.run(byMail(), shared);
  const rows = [...shared.slice(2), { ...shared[0], id: 'n1' }];
  const run = await world.run(byMail(), rows);
  expect(run).toMatchObject({ status: 'done', counts: { rejected: 1, absent: 0, unchanged: 28, delivered: {} } });
  expect(run.rejects).toMatchObject([{ key: 'n1', code: 'MATCH_AMBIGUOUS', stage: 'diff', line: 30 }]);
  expect(run.rejects[0]?.reason).toContain('n1 may be p1 and p2');
  expect(run.causes[0]?.reason).not.toContain('p1');
  expect(target.ledger.length).toBe(30);
});

test('match: two new keys for one known person are rejected, both named, and nobody is created or missing', async () => {
  await world.run(byMail(), staff(30));
  const [first] = staff(1) as [Fields];
  const run = await world.run(byMail(), [...staff(30).slice(1), { ...first, id: 'n1' }, { ...first, id: 'n2' }]);
  expect(run).toMatchObject({ counts: { rejected: 2, absent: 0, unchanged: 29, delivered: {} } });
  expect(run.rejects.map(({ key, code }) => [key, code])).toEqual([
    ['n1', 'MATCH_AMBIGUOUS'],
    ['n2', 'MATCH_AMBIGUOUS'],
  ]);
  for (const { reason } of run.rejects) expect(reason).toContain('n1 and n2 may each be p1');
  expect(target.ledger.length).toBe(30);
});

test('match: the first field that finds anybody decides, and a field without a value finds nobody', async () => {
  const pipeline = byMail({ diff: { match: ['code', 'email'] } });
  const rows = staff(30).map((one): Fields => ({ ...one, code: `c${String(one.id)}` }));
  await world.run(pipeline, rows);
  const [, second] = rows as [Fields, Fields];
  const mixed = { ...second, id: 'n1', code: 'cp1' };
  const bare = { id: 'n2', name: 'No address', team: 'sales' };
  const run = await world.run(pipeline, [...rows.slice(2), mixed, bare]);
  expect(run).toMatchObject({ counts: { absent: 1, delivered: { update: 1, create: 1, missing: 1 } } });
  expect(target.done('missing')).toEqual(['p2']);
  expect(await known('p1')).toBeUndefined();
  expect(await known('n1')).toMatchObject({ kept: { target: { id: 'u1' } } });
});

test('match: while a key could not be read, or the read is not complete, who may be somebody known waits', async () => {
  await world.run(byMail(), staff(30));
  const rows = renumbered(staff(30));
  const broken: Feed[] = [
    { rows, unreadable: [{ line: 9, code: 'CSV_QUOTE', message: 'broken', raw: 'x' }] },
    { rows, complete: false, reason: 'the file was cut' },
  ];
  for (const [index, feed] of broken.entries()) {
    const run = await world.run(byMail(), feed);
    expect(run.counts).toMatchObject({ held: 1, delivered: {}, absent: 0 });
    const by = index === 0 ? 'unreadable key' : 'incomplete read';
    expect(run.held).toEqual({ [by]: 1 });
    const strict = byMail({ diff: { guard: { update: { count: 0 }, floor: 0, then: 'hold' } } });
    expect((await world.run(strict, feed, { dryRun: true })).counts.held).toBe(1);
    expect(world.state.changes.map(({ reason }) => reason)).toContain(`${by}: update`);
  }
  expect(target.ledger.length).toBe(30);
  expect(await world.run(byMail(), rows)).toMatchObject({ counts: { delivered: { update: 1 } } });
});

test('match: a plan shows the person before and after, and writes nothing', async () => {
  await world.run(byMail(), staff(5));
  const plan = await world.run(byMail(), renumbered(staff(5)), { dryRun: true });
  expect(plan).toMatchObject({ counts: { unchanged: 4, delivered: { update: 1 } } });
  expect(world.state.changes).toMatchObject([
    { key: 'n1', operation: 'update', before: { id: 'p1' }, after: { id: 'n1' } },
  ]);
  expect(await known('p1')).toMatchObject({ key: 'p1' });
});

test('match: what the target refuses leaves the old key known, and the next run adopts again', async () => {
  await world.run(byMail(), staff(5));
  target.answers.push((items) => ({
    is: 'answered',
    outcomes: items.map(() => ({ is: 'rejected', code: 'HTTP_REJECTED', reason: 'no' })),
  }));
  const run = await world.run(byMail(), renumbered(staff(5)));
  expect(run).toMatchObject({ counts: { rejected: 1, absent: 0, unchanged: 4 } });
  expect(await known('p1')).toMatchObject({ key: 'p1' });
  expect(await world.run(byMail(), renumbered(staff(5)))).toMatchObject({ counts: { delivered: { update: 1 } } });
  expect(target.done('create').length).toBe(5);
});

test.each(['intent', 'before commit', 'committed'])(
  'S9: a run that is killed at “%s” while it adopts never creates the person, even when the value is another by then',
  async (label) => {
    await world.run(byMail(), staff(5));
    const id = target.people.get('p1')?.id;
    world.world.reached = (at) => {
      if (at === label) throw new Error('killed');
    };
    await world.run(byMail(), renumbered(staff(5)));
    delete world.world.reached;
    const rows = renumbered(staff(5), { email: 'other@acme.example' });
    const run = await world.run(byMail(), { rows, hash: 'other' });
    expect(run).toMatchObject({ status: 'done', counts: { absent: 0, delivered: { update: 1 }, unchanged: 4 } });
    expect(target.done('create').length).toBe(5);
    expect(target.people.size).toBe(5);
    expect(target.people.get('n1')).toMatchObject({ id, record: { email: 'other@acme.example' } });
    expect(await known('p1')).toBeUndefined();
    expect(await world.store.pendingIntents('people')).toEqual([]);
  },
);

test('S9: a lost block of the old key is made good under the new one: returned and not merely updated', async () => {
  await world.run(byMail(), staff(30));
  world.world.reached = (at) => {
    if (at === 'before commit') throw new Error('killed');
  };
  await world.run(byMail(), staff(30).slice(1));
  delete world.world.reached;
  expect(target.people.get('p1')).toMatchObject({ blocked: true });
  const run = await world.run(byMail(), renumbered(staff(30)));
  expect(run).toMatchObject({ status: 'done', counts: { delivered: { returned: 1 } } });
  expect([...target.people.values()].every(({ blocked }) => !blocked)).toBe(true);
  expect(target.people.size).toBe(30);
  expect(await world.store.pendingIntents('people')).toEqual([]);
});
