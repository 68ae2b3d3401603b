import { afterEach, beforeEach, expect, test } from 'vitest';
import { people, testPipeline, testTarget, testWorld, type Feed, type TestTarget, type TestWorld } from './harness.ts';
import { balance } from '../../src/engine/run/account.ts';
import type { RunResult } from '../../src/engine/run/result.ts';

let target: TestTarget;
let world: TestWorld;

beforeEach(async () => {
  target = testTarget();
  world = await testWorld({ target });
});
afterEach(() => world.close());

const nameOf = (key: string): unknown => target.people.get(key)?.record.name;
const blocked = (): string[] => target.done('missing').sort();
const both = testPipeline({ feeds: ['full', 'changes'] });
const full = (rows = people(3)): Feed => ({ rows });
const changes = (...rows: Record<string, unknown>[]): Feed => ({ rows, hash: JSON.stringify(rows) });

function addsUp({ counts }: RunResult): void {
  const { known, settled } = balance(counts);
  expect(settled).toBe(known);
}

test('S17: of a key the row of the later source is delivered, and the earlier one is merged', async () => {
  const result = await world.run(both, { sources: [full(), changes({ id: 'p2', name: 'New' })] });
  expect(result).toMatchObject({
    status: 'done',
    counts: { read: 4, filtered: { merged: 1 }, delivered: { create: 3 } },
  });
  expect(['p1', 'p2', 'p3'].map(nameOf)).toEqual(['Name 1', 'New', 'Name 3']);
  addsUp(result);
});

test('S17: of three sources the last one that carries the key holds', async () => {
  const pipeline = testPipeline({ feeds: ['full', 'changes', 'changes'] });
  const result = await world.run(pipeline, {
    sources: [full(), changes({ id: 'p1', name: 'A' }, { id: 'p2', name: 'A' }), changes({ id: 'p2', name: 'B' })],
  });
  expect(result.counts.filtered).toEqual({ merged: 3 });
  expect(['p1', 'p2', 'p3'].map(nameOf)).toEqual(['A', 'B', 'Name 3']);
  addsUp(result);
});

test('S17: two rows of a key that differ within one source are still rejected, and the earlier source says nothing of it', async () => {
  const result = await world.run(both, {
    sources: [full(), changes({ id: 'p1', name: 'A' }, { id: 'p1', name: 'B' })],
  });
  expect(result.counts).toMatchObject({ rejected: 2, filtered: { merged: 1 }, delivered: { create: 2 } });
  expect(nameOf('p1')).toBeUndefined();
  addsUp(result);
});

test('S17: a later row that is rejected, filtered or gone holds too: what it replaces is never sent as if it were current', async () => {
  const required = { name: 'name', from: ['name'], required: true, personal: false, none: [] };
  const pipeline = testPipeline({
    feeds: ['full', 'changes'],
    fields: [required],
    filter: "team = 'sales'",
    gone: "status = 'out'",
  });
  await world.run(pipeline, { sources: [full(), changes()] });
  const renamed = people(3).map((person) => ({ ...person, name: 'Stale' }));
  const later = changes(
    { id: 'p1', team: 'sales' },
    { id: 'p2', name: 'New', team: 'office' },
    { id: 'p3', name: 'New', status: 'out', team: 'sales' },
  );
  const sent = target.ledger.length;
  const result = await world.run(pipeline, { sources: [full(renamed), later] });
  expect(result.counts).toMatchObject({
    read: 6,
    rejected: 1,
    filtered: { merged: 3, filter: 1 },
    delivered: { missing: 1 },
  });
  expect(target.ledger.slice(sent).map(({ operation, key }) => [operation, key])).toEqual([['missing', 'p3']]);
  addsUp(result);
});

test('S17: an earlier row that could not be read is no reject where a later source has the key right', async () => {
  const required = { name: 'name', from: ['name'], required: true, personal: false, none: [] };
  const pipeline = testPipeline({ feeds: ['full', 'changes'], fields: [required] });
  const result = await world.run(pipeline, { sources: [full([{ id: 'p1' }]), changes({ id: 'p1', name: 'Right' })] });
  expect(result.counts).toMatchObject({ rejected: 0, filtered: { merged: 1 }, delivered: { create: 1 } });
  expect(nameOf('p1')).toBe('Right');
});

test('S17: a value that changes hands between the sources is unique', async () => {
  const unique = { kind: 'validate' as const, at: 'steps[0]', schema: {}, unique: ['email'] };
  const pipeline = testPipeline({ feeds: ['full', 'changes'], before: [unique] });
  const result = await world.run(pipeline, {
    sources: [
      full([
        { id: 'p1', email: 'x@a.org' },
        { id: 'p2', email: 'y@a.org' },
      ]),
      changes({ id: 'p1', email: 'z@a.org' }, { id: 'p2', email: 'x@a.org' }),
    ],
  });
  expect(result.counts).toMatchObject({ rejected: 0, delivered: { create: 2 } });
});

test('S6: absent is who is in no source; whom the changes alone carry is there', async () => {
  await world.run(both, { sources: [full(), changes({ id: 'x1', name: 'Hired' })] });
  const result = await world.run(both, {
    sources: [{ ...full(people(2)), hash: '2' }, changes({ id: 'x1', name: 'Hired' })],
  });
  expect(result.counts).toMatchObject({ absent: 1, delivered: { missing: 1 } });
  expect(blocked()).toEqual(['p3']);
  addsUp(result);
});

test('S6: of two full sources each must have ended complete, and somebody is absent who is in neither', async () => {
  const pipeline = testPipeline({ feeds: ['full', 'full'] });
  const second = { rows: [{ id: 'q1', name: 'Other' }], hash: 'q' };
  await world.run(pipeline, { sources: [full(), second] });
  const cut = { ...full(people(1)), complete: false, reason: 'half a file' };
  const result = await world.run(pipeline, { sources: [cut, second] });
  expect(result.counts.absent).toBe(0);
  expect(result.notes.join()).toMatch(/not complete.*half a file/);
  await world.run(pipeline, { sources: [full(people(1)), second] });
  expect(blocked()).toEqual(['p2', 'p3']);
});

test('S6: changes that were cut short make nobody missing: what was not read may be anybody', async () => {
  await world.run(both, { sources: [full(), changes({ id: 'x1', name: 'Hired' })] });
  const result = await world.run(both, { sources: [full(people(2)), { rows: [], complete: false, reason: 'cut' }] });
  expect(result.counts.absent).toBe(0);
  expect(blocked()).toEqual([]);
});

test('S6: without its full source a run delivers the changes, and nobody is missing', async () => {
  await world.run(both, { sources: [full(), changes()] });
  const result = await world.run(both, {
    sources: [{ rows: [], nothing: 'No file.' }, changes({ id: 'p1', name: 'New' })],
  });
  expect(result).toMatchObject({ status: 'done', counts: { absent: 0, delivered: { update: 1 } } });
  expect(result.notes.join()).toMatch(/No file.*not complete/);
  const none = await world.run(both, {
    sources: [
      { rows: [], nothing: 'No file.' },
      { rows: [], nothing: 'None.' },
    ],
  });
  expect(none).toMatchObject({ status: 'done', counts: { read: 0 }, notes: ['No file. None.'] });
});

test('S6: other changes over the same full file are the same feed of the grace', async () => {
  const pipeline = testPipeline({ feeds: ['full', 'changes'], diff: { missing: { after: { feeds: 2 } } } });
  await world.run(pipeline, { sources: [full(), changes()] });
  for (const name of ['A', 'B', 'C']) {
    await world.run(pipeline, { sources: [full(people(2)), changes({ id: 'p1', name })] });
    expect(blocked()).toEqual([]);
  }
  await world.run(pipeline, { sources: [{ ...full(people(2)), hash: 'another' }, changes()] });
  expect(blocked()).toEqual(['p3']);
});

test('S17: without a diff sources are delivered in order, so that the last one stands at the target', async () => {
  target = testTarget({ operations: ['upsert'], repeat: 'safe' });
  await world.close();
  world = await testWorld({ target });
  const pipeline = testPipeline({ feeds: ['full', 'changes'], diff: null });
  await world.run(pipeline, { sources: [full(), changes({ id: 'p2', name: 'New' })] });
  expect(target.done('upsert')).toEqual(['p1', 'p2', 'p3', 'p2']);
});

test('S13: every source is settled and closed; a failing one closes those that were opened before', async () => {
  await world.run(both, { sources: [full(), changes()] });
  expect(world.state.settled).toBe(2);
  const closed: string[] = [];
  const open = world.world.openSource;
  let count = 0;
  world.world.openSource = async (use, opening) => {
    if (++count === 2) throw new Error('refused');
    const source = await open(use, opening);
    return 'nothing' in source ? source : { ...source, close: async () => void closed.push('first') };
  };
  expect((await world.run(both, { sources: [full(), changes()] })).status).toBe('failed');
  expect(closed).toEqual(['first']);
});

test('rows of files of one name are told apart by their source', async () => {
  const result = await world.run(both, {
    sources: [full([...people(1), { id: 'p2', name: 'A' }, { id: 'p2', name: 'B' }]), changes({ id: 'p9', name: 'C' })],
  });
  expect(result.origins).toEqual(['people.csv', 'people.csv (source 1)']);
  expect(result.rejects.map(({ origin, line }) => `${origin}:${line}`)).toEqual([
    'people.csv (source 1):4',
    'people.csv (source 1):3',
  ]);
});
