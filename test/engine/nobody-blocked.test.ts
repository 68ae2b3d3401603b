import { afterEach, beforeEach, expect, test as once } from 'vitest';
import { compileCondition } from '../../src/expression/index.ts';
import { people, testPipeline, testTarget, testWorld, type TestTarget, type TestWorld } from './harness.ts';

let target: TestTarget;
let world: TestWorld;

beforeEach(async () => {
  target = testTarget();
  world = await testWorld({ target });
});
afterEach(() => world.close());

const blocked = (): string[] => target.done('missing');

/** Each promise holds with everybody in memory, and with all but two people on disk. */
function test(name: string, body: () => Promise<void>): void {
  once(name, body);
  once(`${name}, with one page of memory`, async () => {
    world.world.limits = { pages: { entries: 2, inMemory: 1 } };
    await body();
  });
}

test('whoever is really absent from a complete full feed is blocked', async () => {
  await world.run(testPipeline(), people(10));
  const result = await world.run(testPipeline(), people(9));
  expect(blocked()).toEqual(['p10']);
  expect(result.counts).toMatchObject({ read: 9, absent: 1, unchanged: 9, delivered: { missing: 1 }, unsettled: 0 });
});

test('a person whose row is rejected is not blocked', async () => {
  const fields = [{ name: 'name', from: ['name'], required: true, personal: false, none: [] }];
  await world.run(testPipeline({ fields }), people(10));
  const rows = people(10);
  rows[9] = { id: 'p10', name: '', team: 'sales' };
  const result = await world.run(testPipeline({ fields }), rows);
  expect(blocked()).toEqual([]);
  expect(result.counts).toMatchObject({ rejected: 1, absent: 0 });
});

test('a person whose row is filtered out is not blocked', async () => {
  const pipeline = testPipeline({ filter: "team = 'sales'" });
  await world.run(pipeline, people(10));
  const rows = people(10);
  rows[9] = { id: 'p10', name: 'Name 10', team: 'retail' };
  const result = await world.run(pipeline, rows);
  expect(blocked()).toEqual([]);
  expect(result.counts).toMatchObject({ filtered: { filter: 1 }, absent: 0 });
});

test('a person with two rows that contradict each other is not blocked, and both rows are named', async () => {
  await world.run(testPipeline(), people(10));
  const result = await world.run(testPipeline(), [...people(10), { id: 'p10', name: 'Another', team: 'sales' }]);
  expect(blocked()).toEqual([]);
  expect(target.done('update')).toEqual([]);
  expect(result.rejects.map(({ line, code }) => [line, code])).toEqual([
    [12, 'DUPLICATE_KEY'],
    [11, 'DUPLICATE_KEY'],
  ]);
  const stored = await world.store.rejects({ pipeline: 'people' });
  expect(stored.map(({ source }) => (source as { name: string }).name).sort()).toEqual(['Another', 'Name 10']);
});

test('an old row that says gone blocks nobody whose other row is rejected or filtered out', async () => {
  const fields = [{ name: 'name', from: ['name'], required: true, personal: false, none: [] }];
  const pipeline = testPipeline({ fields, filter: "team != 'contractor'", gone: "state = 'left'" });
  await world.run(pipeline, people(10));
  const rows = [
    ...people(8),
    { id: 'p9', name: '', team: 'sales' },
    { id: 'p9', name: 'Name 9', team: 'sales', state: 'left' },
    { id: 'p10', name: 'Name 10', team: 'contractor' },
    { id: 'p10', name: 'Name 10', team: 'sales', state: 'left' },
  ];
  const result = await world.run(pipeline, rows);
  expect(blocked()).toEqual([]);
  expect(result.counts).toMatchObject({ rejected: 3, filtered: { filter: 1 }, unchanged: 8, unsettled: 0 });
});

test('a run given an earlier date does not make grace pass', async () => {
  const pipeline = testPipeline({ diff: { missing: { after: { days: 2 } } } });
  await world.run(pipeline, people(10));
  await world.run(pipeline, people(9), { asOf: Date.UTC(2025, 0, 1) });
  await world.run(pipeline, people(9));
  expect(blocked()).toEqual([]);
});

test('nobody is blocked while a row has a key that cannot be read', async () => {
  await world.run(testPipeline(), people(10));
  const result = await world.run(testPipeline(), [...people(8), { id: '', name: 'Name 9', team: 'sales' }]);
  expect(blocked()).toEqual([]);
  expect(result.held).toEqual({ 'unreadable key': 2 });
  expect(result.notes.join()).toContain('people.csv:10');
});

test('nobody is blocked while a row could not be decoded', async () => {
  await world.run(testPipeline(), people(10));
  const unreadable = [
    { line: 7, code: 'CSV_QUOTE_UNCLOSED', message: 'A quote is opened and never closed', raw: '"p9;…' },
  ];
  const result = await world.run(testPipeline(), { rows: people(8), unreadable });
  expect(blocked()).toEqual([]);
  expect(result.held).toEqual({ 'unreadable key': 2 });
});

test('nobody is blocked when the read was cut short', async () => {
  await world.run(testPipeline(), people(10));
  const result = await world.run(testPipeline(), {
    rows: people(6),
    complete: false,
    reason: 'the file ends in the middle',
  });
  expect(blocked()).toEqual([]);
  expect(result.counts.absent).toBe(0);
  expect(result.notes.join()).toContain('the file ends in the middle');
});

test('nobody is blocked when the read breaks, and the run is failed', async () => {
  await world.run(testPipeline(), people(10));
  const result = await world.run(testPipeline(), { rows: people(10), failAfter: 6 });
  expect(result.status).toBe('failed');
  expect(blocked()).toEqual([]);
  expect(world.state.settled).toBe(1);
});

test('an empty feed over known people is guarded, and nobody is blocked', async () => {
  await world.run(testPipeline(), people(10));
  const result = await world.run(testPipeline(), []);
  expect(result.status).toBe('guarded');
  expect(result.guards[0]?.operation).toBe('feed');
  expect(blocked()).toEqual([]);
});

test('a run without a file blocks nobody', async () => {
  await world.run(testPipeline(), people(10));
  const result = await world.run(testPipeline(), { rows: [], nothing: 'No file matches.' });
  expect(result.status).toBe('done');
  expect(blocked()).toEqual([]);
});

test('half a file is guarded, nobody is blocked, and neither file nor grace moves on', async () => {
  await world.run(testPipeline(), people(100));
  const result = await world.run(testPipeline(), people(40));
  expect(result.status).toBe('guarded');
  expect(blocked()).toEqual([]);
  expect(world.state.settled).toBe(1);
  const next = await world.run(testPipeline({ diff: { missing: { after: { feeds: 2 } } } }), people(99));
  expect(next.held).toEqual({ grace: 1 });
});

test('a renamed column fails the run before anything, and nobody is blocked', async () => {
  const fields = [{ name: 'team', from: ['team'], required: false, personal: false, none: [] }];
  await world.run(testPipeline({ fields }), { rows: people(10), columns: ['id', 'name', 'team'] });
  const rows = people(10).map(({ id, name, team }) => ({ id, name, Team: team }));
  const result = await world.run(testPipeline({ fields }), { rows, columns: ['id', 'name', 'Team'] });
  expect(result).toMatchObject({ status: 'failed', code: 'RECORD_COLUMN_MISSING' });
  expect(result.reason).toContain('the nearest is “Team”');
  expect(target.ledger.length).toBe(10);
});

test('an edited filter that newly excludes people holds them until a person accepts', async () => {
  const rows = people(30).map((row, index) => ({ ...row, team: index < 20 ? 'sales' : 'retail' }));
  const leaves = { leaves: 'missing' } as const;
  await world.run(testPipeline({ filter: "team in ['sales', 'retail']", diff: leaves }), rows);
  const edited = testPipeline({ filter: "team = 'sales'", diff: leaves });
  const result = await world.run(edited, rows);
  expect(result.status).toBe('guarded');
  expect(result.guards.map(({ operation }) => operation)).toContain('rule');
  expect(blocked()).toEqual([]);
  const { accept } = result;
  await world.store.accept({
    pipeline: 'people',
    hash: accept as string,
    person: 'anna',
    at: world.clock.at,
    expiresAt: world.clock.at + 1e9,
  });
  const accepted = await world.run(edited, rows);
  expect(accepted.status).toBe('done');
  expect(blocked().length).toBe(10);
  const again = await world.run(edited, rows);
  expect(again.counts).toMatchObject({ filtered: { filter: 10 }, unchanged: 20, delivered: {} });
});

test('a run with a limit blocks nobody and consumes no file', async () => {
  await world.run(testPipeline(), people(10));
  const result = await world.run(testPipeline(), people(10), { limit: 3 });
  expect(result.counts).toMatchObject({ read: 3, unchanged: 3, absent: 0 });
  expect(blocked()).toEqual([]);
  expect(world.state.settled).toBe(1);
});

test('the same file twice is one feed: grace in feeds does not advance', async () => {
  const pipeline = testPipeline({ diff: { missing: { after: { feeds: 2 } } } });
  await world.run(pipeline, people(10));
  await world.run(pipeline, people(9));
  await world.run(pipeline, people(9));
  expect(blocked()).toEqual([]);
  await world.run(pipeline, [...people(9), { id: 'p11', name: 'New', team: 'sales' }]);
  expect(blocked()).toEqual(['p10']);
});

test('grace in days is over on the day, whatever the hour', async () => {
  const pipeline = testPipeline({ diff: { missing: { after: { days: 2 } } } });
  await world.run(pipeline, people(10));
  await world.run(pipeline, people(9));
  await world.run(pipeline, people(9));
  expect(blocked()).toEqual([]);
  world.clock.at -= 3_600_000;
  await world.run(pipeline, people(9));
  expect(blocked()).toEqual(['p10']);
});

test('who comes back within the grace starts anew the next time', async () => {
  const pipeline = testPipeline({ diff: { missing: { after: { feeds: 2 } } } });
  await world.run(pipeline, people(10));
  await world.run(pipeline, people(9));
  await world.run(pipeline, people(10));
  const result = await world.run(pipeline, people(9));
  expect(result.held).toEqual({ grace: 1 });
  expect(blocked()).toEqual([]);
});

test('a protected account is never blocked, and the report says so', async () => {
  const pipeline = testPipeline({ diff: { protect: compileCondition("id in ['p10']") } });
  await world.run(pipeline, people(10));
  const result = await world.run(pipeline, people(8));
  expect(blocked()).toEqual(['p9']);
  expect(result.held).toEqual({ protected: 1 });
  expect(result.notes.join()).toContain('Protected');
});

test('a guard holds only what it guards, and accepting its hash lets exactly that set through, once', async () => {
  const pipeline = testPipeline({ diff: { guard: { missing: { share: 0.05 }, floor: 2, then: 'hold' } } });
  await world.run(pipeline, people(100));
  const rows = people(90);
  rows[0] = { id: 'p1', name: 'Renamed', team: 'sales' };
  const result = await world.run(pipeline, rows);
  expect(result).toMatchObject({ status: 'guarded', held: { guard: 10 } });
  expect(target.done('update')).toEqual(['p1']);
  expect(blocked()).toEqual([]);
  const accepted = {
    pipeline: 'people',
    hash: result.accept as string,
    person: 'anna',
    at: world.clock.at,
    expiresAt: world.clock.at + 1e9,
  };
  await world.store.accept(accepted);
  const other = await world.run(pipeline, people(89));
  expect(other.status).toBe('guarded');
  expect(blocked()).toEqual([]);
  const through = await world.run(pipeline, rows);
  expect(through.status).toBe('done');
  expect(blocked().length).toBe(10);
});

test('guards of creates and of people taken out by the filter hold them', async () => {
  const pipeline = testPipeline({ diff: { guard: { create: { count: 3 }, floor: 0, then: 'hold' } } });
  expect(await world.run(pipeline, people(5))).toMatchObject({
    status: 'guarded',
    held: { guard: 5 },
    guards: [{ operation: 'create', count: 5, limit: 3 }],
  });
  expect(target.ledger).toEqual([]);
  const guard = { leaves: { share: 0.1 }, floor: 0, then: 'hold' as const };
  const filtered = testPipeline({ filter: "team = 'sales'", diff: { leaves: 'missing', guard } });
  await world.run(filtered, people(10));
  const rows = people(10).map((row, index) => (index < 3 ? { ...row, team: 'retail' } : row));
  expect(await world.run(filtered, rows)).toMatchObject({
    status: 'guarded',
    held: { guard: 3 },
    guards: [{ operation: 'leaves', count: 3 }],
  });
  expect(blocked()).toEqual([]);
});

test('a plan shows what waits for a person, and a hash that fits nothing is told', async () => {
  const pipeline = testPipeline({
    diff: { guard: { missing: { count: 1 }, create: { count: 0 }, floor: 0, then: 'hold' } },
  });
  await world.run(testPipeline(), people(10));
  const rows = [...people(8), { id: 'n1', name: 'New' }];
  await world.run(pipeline, rows, { dryRun: true });
  expect(world.state.changes.map(({ key, operation, reason }) => [key, operation, reason]).sort()).toEqual([
    ['n1', 'held', 'guard: create'],
    ['p10', 'held', 'guard: missing'],
    ['p9', 'held', 'guard: missing'],
  ]);
  const result = await world.run(pipeline, rows, { accept: 'deadbeef' });
  expect(result.notes.join()).toContain('deadbeef');
});

test('an acceptance that has expired lets nothing through', async () => {
  const pipeline = testPipeline({ diff: { guard: { missing: { count: 1 }, floor: 0, then: 'stop' } } });
  await world.run(pipeline, people(10));
  const result = await world.run(pipeline, people(8));
  await world.store.accept({
    pipeline: 'people',
    hash: result.accept as string,
    person: 'anna',
    at: 0,
    expiresAt: world.clock.at - 1,
  });
  expect((await world.run(pipeline, people(8))).status).toBe('guarded');
  expect(blocked()).toEqual([]);
});

test('a guard that stops writes nothing at all', async () => {
  const pipeline = testPipeline({ diff: { guard: { missing: { count: 1 }, floor: 0, then: 'stop' } } });
  await world.run(pipeline, people(10));
  const rows = people(8);
  rows[0] = { id: 'p1', name: 'Renamed', team: 'sales' };
  const result = await world.run(pipeline, rows);
  expect(result.status).toBe('guarded');
  expect(result.counts.unsettled).toBe(3);
  expect(target.ledger.length).toBe(10);
});

test("the workspace's limit holds a block that every pipeline's own guard would let through", async () => {
  world.world.limits.missing = { count: 5, perMs: 86_400_000 };
  await world.run(testPipeline(), people(10));
  await world.run(testPipeline(), people(7));
  expect(blocked().length).toBe(3);
  world.clock.at -= 80_000_000;
  const result = await world.run(testPipeline(), people(4), { asOf: world.clock.at });
  expect(result.guards.map(({ operation }) => operation)).toContain('limit');
  expect(blocked().length).toBe(3);
});

test('a first run into a target that is not empty is guarded', async () => {
  world.world.holdsRecords = async () => true;
  const result = await world.run(testPipeline(), people(3));
  expect(result).toMatchObject({ status: 'guarded', guards: [{ operation: 'first', then: 'stop' }] });
  expect(target.ledger).toEqual([]);
});

test('a changed key newly excludes everybody: everybody is held, and nobody gets a second account', async () => {
  await world.run(testPipeline(), people(30));
  const rows = people(30).map((row) => ({ ...row, number: `n${String(row.id)}` }));
  const result = await world.run(testPipeline({ key: 'number' }), rows);
  expect(result.status).toBe('guarded');
  expect(blocked()).toEqual([]);
  expect(target.done('create').length).toBe(30);
});

test('a record that says it is gone is blocked at once, and one never known is not created', async () => {
  const pipeline = testPipeline({ gone: "state = 'left'", diff: { missing: { after: { days: 30 } } } });
  await world.run(pipeline, people(10));
  const rows = [...people(10), { id: 'p99', name: 'Never known', state: 'left' }].map((row) =>
    row.id === 'p10' ? { ...row, state: 'left' } : row,
  );
  const result = await world.run(pipeline, rows);
  expect(blocked()).toEqual(['p10']);
  expect(target.people.has('p99')).toBe(false);
  expect(result.counts).toMatchObject({ filtered: { gone: 1 }, delivered: { missing: 1 } });
});
