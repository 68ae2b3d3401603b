import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { balance, closeAccount, noCounts } from '../../src/engine/run/account.ts';
import { compileShape } from '../../src/expression/index.ts';
import type { Step } from '../../src/language/compile/pipeline.ts';
import type { WriteItem } from '../../src/model/record.ts';
import { people, setStep, testPipeline, testTarget, testWorld, type TestTarget, type TestWorld } from './harness.ts';

let target: TestTarget;
let mail: TestTarget;
let world: TestWorld;

const twoSinks = [
  { kind: 'target', options: {}, written: {} },
  { kind: 'mail', options: {}, written: {}, only: ['create' as const] },
];

beforeEach(async () => {
  target = testTarget();
  mail = testTarget({ operations: ['create', 'update'], repeat: 'safe', size: 1 });
  world = await testWorld({ target, mail });
});
afterEach(() => world.close());

const unanswered = () => ({ is: 'unanswered' as const, reason: 'the connection was reset' });
/** The work is done and the answer lost. */
const lost = (operation: 'create' | 'update' | 'missing') => (items: WriteItem[]) => {
  for (const item of items) target.perform(operation, item, 'lost');
  return unanswered();
};

test('the second run sends only what changed, and the third nothing', async () => {
  await world.run(testPipeline(), people(5));
  const rows = people(5);
  rows[2] = { id: 'p3', name: 'Renamed', team: 'sales' };
  const second = await world.run(testPipeline(), [...rows, { id: 'p6', name: 'New' }]);
  expect(second.counts.delivered).toEqual({ create: 1, update: 1 });
  expect(target.ledger.find(({ operation }) => operation === 'update')).toMatchObject({
    key: 'p3',
    changed: { name: 'Renamed' },
  });
  const before = target.ledger.length;
  const third = await world.run(testPipeline(), [...rows, { id: 'p6', name: 'New' }]);
  expect(third.counts).toMatchObject({ unchanged: 6, delivered: {} });
  expect(target.ledger.length).toBe(before);
  expect(target.opened).toBe(2);
});

test('a field that lost its value is sent as null', async () => {
  await world.run(testPipeline(), people(1));
  await world.run(testPipeline(), [{ id: 'p1', name: 'Name 1', team: '' }]);
  expect(target.ledger.at(-1)?.changed).toEqual({ team: null });
});

test('counts add up in a run with every fate', async () => {
  const pipeline = testPipeline({ filter: "team != 'none'", diff: { missing: { after: { feeds: 2 } } } });
  await world.run(pipeline, people(10));
  const rows = [
    ...people(8),
    { id: 'x1', name: 'Out', team: 'none' },
    { id: 'p1', name: 'Name 1', team: 'sales' },
    { id: 'n1', name: 'New', team: 'sales' },
  ];
  rows[1] = { id: 'p2', name: 'Changed', team: 'sales' };
  const { counts } = await world.run(pipeline, rows);
  expect(counts).toEqual({
    read: 11,
    made: 0,
    absent: 2,
    filtered: { filter: 1, duplicate: 1 },
    unchanged: 7,
    held: 2,
    pending: 0,
    rejected: 0,
    delivered: { create: 1, update: 1 },
    unsettled: 0,
  });
  expect(balance(counts)).toEqual({ known: 13, settled: 13 });
});

test('a lost answer to a create is looked up: nobody is created twice', async () => {
  target.answers.push(lost('create'));
  const result = await world.run(testPipeline(), people(2));
  expect(result.status).toBe('done');
  expect(target.done('create')).toEqual(['p1', 'p2']);
  expect(result.counts.delivered).toEqual({ create: 2 });
});

test('a request that was certainly not made is made again under the same key', async () => {
  const keys: number[] = [];
  target.answers.push(() => ({ is: 'notDone', reason: '429', afterMs: 1234 }));
  const result = await world.run(testPipeline(), people(2));
  expect(result.counts.delivered).toEqual({ create: 2 });
  expect(world.clock.slept).toEqual([1234]);
  expect(keys).toEqual([]);
});

test('a lost answer that nobody can look up is rejected for a person, and never sent again', async () => {
  target = testTarget({ repeat: 'never' });
  const other = await testWorld({ target });
  target.answers.push(lost('create'));
  const result = await other.run(testPipeline(), people(3));
  expect(result.counts).toMatchObject({ rejected: 2, delivered: { create: 1 } });
  expect(result.causes[0]?.code).toBe('OUTCOME_UNKNOWN');
  const next = await other.run(testPipeline(), people(3));
  expect(next.counts).toMatchObject({ rejected: 2, unchanged: 1 });
  expect(target.ledger.length).toBe(3);
  await other.close();
});

test('a target that stays away fails the run, its records stay unsettled, and the next run takes them', async () => {
  target.answers.push(unanswered, unanswered, unanswered);
  target.answers.unshift((items) => (void items, undefined));
  const pipeline = testPipeline();
  target.sink = ((make) => () => ({
    ...make(),
    find: async () =>
      Promise.reject(
        Object.assign(new Error('down'), {
          [Symbol.for('portolan.problem')]: true,
          class: 'transient',
          code: 'X',
          where: {},
        }),
      ),
  }))(target.sink);
  const result = await world.run(pipeline, people(6));
  expect(result).toMatchObject({ status: 'failed', code: 'TARGET_UNAVAILABLE' });
  expect(result.counts).toMatchObject({ delivered: { create: 2 }, unsettled: 4 });
  expect(world.state.settled).toBe(0);
});

test('a batch refused whole is halved where that is atomic, until the culprit stands alone', async () => {
  target = testTarget({ size: 8 });
  const other = await testWorld({ target });
  const refuse = (items: WriteItem[]) =>
    items.some(({ key }) => key === 'p5')
      ? ({ is: 'refused', code: 'HTTP_STATUS', reason: 'p5 is not welcome' } as const)
      : undefined;
  for (let i = 0; i < 10; i++) target.answers.push(refuse);
  const result = await other.run(testPipeline(), people(8));
  expect(result.counts).toMatchObject({ rejected: 1, delivered: { create: 7 } });
  expect(new Set(target.done('create')).size).toBe(7);
  await other.close();
});

test('a batch refused whole is not halved where a refusal may have done something', async () => {
  target = testTarget({ size: 8, atomic: false });
  const other = await testWorld({ target });
  target.answers.push(() => ({ is: 'refused', code: 'HTTP_STATUS', reason: 'no' }));
  const result = await other.run(testPipeline(), people(8));
  expect(result.counts).toMatchObject({ rejected: 8, delivered: {} });
  expect(target.ledger).toEqual([]);
  await other.close();
});

test('what the target put off is sent again alone, the rest of its batch is not', async () => {
  target.answers.push((items) => ({
    is: 'answered',
    outcomes: [target.perform('create', items[0] as WriteItem, ''), { is: 'retry', reason: 'later', afterMs: 5 }],
  }));
  const result = await world.run(testPipeline(), people(2));
  expect(result.counts.delivered).toEqual({ create: 2 });
  expect(target.done('create')).toEqual(['p1', 'p2']);
});

test('a record that is put off until attempts are used up is rejected, and the run goes on', async () => {
  const later = (items: WriteItem[]) => ({
    is: 'answered' as const,
    outcomes: items.map(() => ({ is: 'retry' as const, reason: 'later' })),
  });
  target.answers.push(later, later, later);
  const result = await world.run(testPipeline(), people(3));
  expect(result).toMatchObject({ status: 'done', counts: { rejected: 2, delivered: { create: 1 } } });
  expect(result.causes[0]?.code).toBe('TARGET_RETRY_EXHAUSTED');
});

test('a create that is a duplicate of our own key is adopted and brought up to date', async () => {
  target.people.set('p1', { id: 'u77', record: { id: 'p1', name: 'Old' }, blocked: false });
  const result = await world.run(testPipeline(), people(1));
  expect(result.counts.delivered).toEqual({ create: 1 });
  expect(target.people.get('p1')?.record).toMatchObject({ name: 'Name 1' });
  expect(target.done('create')).toEqual([]);
});

test("S10: a create that is a duplicate of another's record is rejected with both named", async () => {
  target.answers.push((items) => ({
    is: 'answered',
    outcomes: items.map(({ key }) => ({ is: 'exists', reason: 'the e-mail is taken', other: `u-of-${key}` })),
  }));
  const result = await world.run(testPipeline(), people(2));
  expect(result.counts.rejected).toBe(2);
  expect(result.rejects.map(({ key, reason }) => [key, reason])).toEqual([
    ['p1', expect.stringContaining('(our key is p1, the other record is u-of-p1)')],
    ['p2', expect.stringContaining('(our key is p2, the other record is u-of-p2)')],
  ]);
  const reason = 'The target holds another record with the same value: the e-mail is taken';
  expect(result.causes).toEqual([{ code: 'DUPLICATE_AT_TARGET', stage: 'deliver', reason, count: 2 }]);
});

test('S10: a duplicate that is found under another key is rejected with that key named', async () => {
  const make = target.sink;
  target.sink = () => ({ ...make(), find: async (items) => items.map(() => ({ is: 'absent', other: 'p77' })) });
  target.answers.push((items) => ({ is: 'answered', outcomes: items.map(() => ({ is: 'exists', reason: 'taken' })) }));
  const result = await world.run(testPipeline(), people(1));
  expect(result.rejects[0]).toMatchObject({ key: 'p1', code: 'DUPLICATE_AT_TARGET' });
  expect(result.rejects[0]?.reason).toContain('(our key is p1, the other record is p77)');
  expect(target.done('create')).toEqual([]);
});

test('a target that answers for another number of records than it was sent ends the run', async () => {
  target.answers.push(() => ({ is: 'answered', outcomes: [{ is: 'delivered' }] }));
  const result = await world.run(testPipeline(), people(2));
  expect(result).toMatchObject({ status: 'failed', code: 'SINK_ANSWER_COUNT' });
  expect(result.reason).toMatch(/ answered 1 outcome for 2 records$/);
});

test('a target that never says what became of a record is not asked for ever: the run fails', async () => {
  const silent = (items: WriteItem[]) => ({
    is: 'answered' as const,
    outcomes: items.map(() => ({ is: 'unknown' as const, reason: 'no result' })),
  });
  for (let i = 0; i < 50; i++) target.answers.push(silent);
  const result = await world.run(testPipeline(), people(1));
  expect(result).toMatchObject({ status: 'failed', code: 'TARGET_UNAVAILABLE', counts: { unsettled: 1 } });
  expect(target.answers.length).toBeGreaterThan(40);
});

test('a request that certainly did nothing leaves nothing in doubt, even where nobody can look', async () => {
  target = testTarget({ repeat: 'never' });
  const other = await testWorld({ target });
  const down = () => ({ is: 'notDone' as const, reason: 'connection refused' });
  target.answers.push(down, down, down);
  const failed = await other.run(testPipeline(), people(4));
  expect(failed).toMatchObject({ status: 'failed', code: 'TARGET_UNAVAILABLE', counts: { unsettled: 4 } });
  expect(await other.store.pendingIntents('people')).toEqual([]);
  const next = await other.run(testPipeline(), people(4));
  expect(next.counts).toMatchObject({ rejected: 0, delivered: { create: 4 } });
  await other.close();
});

test('where one of several batches in flight fails the run, the answers of the others are kept', async () => {
  target.sink = ((make) => () => ({
    ...make(),
    concurrency: 2,
    retry: { attempts: 1, fromMs: 1, toMs: 1, withinMs: 1 },
  }))(target.sink);
  target.answers.push(
    () => undefined,
    () => ({ is: 'notDone', reason: 'down' }),
  );
  const result = await world.run(testPipeline(), people(4));
  expect(result).toMatchObject({ status: 'failed', counts: { delivered: { create: 2 }, unsettled: 2 } });
  const next = await world.run(testPipeline(), people(4));
  expect(next.counts).toMatchObject({ unchanged: 2, delivered: { create: 2 } });
  expect(target.done('create')).toEqual(['p1', 'p2', 'p3', 'p4']);
});

test('a record whose last update is in doubt is never taken as unchanged', async () => {
  await world.run(testPipeline(), people(1));
  const lease = await world.store.lock('people', 'people');
  const item = { key: 'p1', hash: '00'.repeat(16), target: { id: 'p1' } };
  await world.store.openIntents(lease, [
    { id: 'lost', run: 'r0', snapshot: 'people', sink: 'target', operation: 'update', items: [item] },
  ]);
  await lease.release();
  const result = await world.run(testPipeline(), people(1));
  expect(result.counts.delivered).toEqual({ update: 1 });
  expect(await world.store.pendingIntents('people')).toEqual([]);
});

test('a create in doubt whose person left the feed is looked up, and is known from then on', async () => {
  await world.run(testPipeline(), people(2));
  target.people.set('p9', { id: 'u9', record: { id: 'p9' }, blocked: false });
  const lease = await world.store.lock('people', 'people');
  const item = { key: 'p9', hash: '00'.repeat(16), target: { id: 'p9' } };
  await world.store.openIntents(lease, [
    { id: 'lost', run: 'r0', snapshot: 'people', sink: 'target', operation: 'create', items: [item] },
  ]);
  await lease.release();
  await world.run(testPipeline(), people(2));
  expect(await world.store.pendingIntents('people')).toEqual([]);
  await world.run(testPipeline(), [...people(2), { id: 'p3', name: 'New' }]);
  expect(target.people.get('p9')?.blocked).toBe(true);
});

test('a record that is stale is found again once; who is stale then as well is rejected', async () => {
  await world.run(testPipeline(), people(1));
  let sent = 0;
  const stale = (items: WriteItem[]) => {
    sent += 1;
    return { is: 'answered' as const, outcomes: items.map(() => ({ is: 'stale' as const, reason: '412' })) };
  };
  for (let i = 0; i < 50; i++) target.answers.push(stale);
  const result = await world.run(testPipeline(), people(1, 'retail'));
  expect(sent).toBe(2);
  expect(result).toMatchObject({ status: 'done', counts: { rejected: 1 }, causes: [{ code: 'TARGET_STALE' }] });
  target.answers.length = 0;
  await world.run(testPipeline(), people(1, 'retail'));
  expect(target.done('update')).toEqual(['p1']);
});

test('a record that was stale once is found and sent again', async () => {
  await world.run(testPipeline(), people(1));
  target.answers.push((items) => ({ is: 'answered', outcomes: items.map(() => ({ is: 'stale', reason: '412' })) }));
  const result = await world.run(testPipeline(), people(1, 'retail'));
  expect(result.counts.delivered).toEqual({ update: 1 });
  expect(target.people.get('p1')?.record.team).toBe('retail');
});

test('several records under one key at the target: rejected, a person decides', async () => {
  target.sink = ((make) => () => ({
    ...make(),
    find: async (items: WriteItem[]) => items.map(() => ({ is: 'ambiguous' as const, reason: 'two carry the key' })),
  }))(target.sink);
  target.answers.push((items) => ({ is: 'answered', outcomes: items.map(() => ({ is: 'exists', reason: 'taken' })) }));
  const result = await world.run(testPipeline(), people(1));
  expect(result.causes[0]?.code).toBe('TARGET_AMBIGUOUS');
});

test('a target that says it can be asked after a lost answer, and can not, is given nothing', async () => {
  let closed = 0;
  target.sink = ((make) => () => {
    const { find: _find, ...rest } = make();
    return { ...rest, close: async () => void closed++ };
  })(target.sink);
  const result = await world.run(testPipeline(), people(1));
  expect(result).toMatchObject({ status: 'failed', code: 'TARGET_CANNOT_FIND' });
  expect([target.people.size, closed]).toEqual([0, 1]);
});

test('an update of somebody the target forgot, where nobody can be created, is rejected', async () => {
  const pipeline = testPipeline({ diff: { missing: 'ignore' } });
  await world.run(pipeline, people(1));
  target.people.clear();
  target.sink = ((make) => () => ({
    ...make(),
    rules: { update: { size: 2, atomic: true, repeat: 'safe' as const } },
  }))(target.sink);
  const result = await world.run(pipeline, people(1, 'retail'));
  expect(result.causes[0]?.code).toBe('TARGET_FORGOT');
});

test('a field that must be unique: the later of two people is rejected, a repeated row of one person is not', async () => {
  const unique = {
    kind: 'validate' as const,
    at: 'steps[0]',
    schema: { properties: { name: { maxLength: 9 } } },
    unique: ['name'],
  };
  const rows = [
    { id: 'p1', name: 'Same' },
    { id: 'p1', name: 'Same' },
    { id: 'p2', name: 'Same' },
    { id: 'p3', name: 'Far too long a name' },
  ];
  const result = await world.run(testPipeline({ before: [unique] }), rows);
  expect(result.counts).toMatchObject({ filtered: { duplicate: 1 }, rejected: 2, delivered: { create: 1 } });
  expect(result.rejects.map(({ code, field, line }) => [code, field, line])).toEqual([
    ['FIELD_NOT_UNIQUE', 'name', 4],
    ['FIELD_INVALID', 'name', 5],
  ]);
});

test('counts that do not add up fail the run', () => {
  expect(() => closeAccount({ ...noCounts(), read: 2, unchanged: 1 }, true)).toThrow(/must be equal/);
  expect(() => closeAccount({ ...noCounts(), read: 1, unchanged: 2 }, false)).toThrow(/must be equal/);
  expect(closeAccount({ ...noCounts(), read: 2, unchanged: 1 }, false).unsettled).toBe(1);
});

test('parameters: declared ones have defaults and patterns, others are refused', async () => {
  const pipeline = {
    ...testPipeline({ filter: 'team = $params.team' }),
    params: { team: { default: 'sales', pattern: '^[a-z]+$' }, period: {} },
  };
  const run = (params: Record<string, string>) => world.run(pipeline, people(1), { params });
  await expect(run({})).rejects.toMatchObject({ code: 'PARAM_MISSING', class: 'config' });
  await expect(run({ period: 'x', team: 'R2' })).rejects.toMatchObject({ code: 'PARAM_INVALID' });
  await expect(run({ period: 'x', tema: 'y' })).rejects.toMatchObject({ code: 'PARAM_UNKNOWN' });
  expect((await run({ period: 'x', team: 'retail' })).counts.filtered).toEqual({ filter: 1 });
});

test('an update of somebody the target forgot becomes a create', async () => {
  await world.run(testPipeline(), people(2));
  target.people.delete('p1');
  await world.run(testPipeline(), people(2, 'retail'));
  expect(target.done('create')).toEqual(['p1', 'p2', 'p1']);
});

test('what a later sink refuses is its reject, and the first sink is never called again', async () => {
  mail.answers.push(() => ({ is: 'refused', code: 'SMTP_REFUSED', reason: 'no such mailbox' }));
  const pipeline = testPipeline({ sinks: twoSinks });
  const first = await world.run(pipeline, people(2));
  expect(first.counts).toMatchObject({ rejected: 1, delivered: { create: 1 } });
  expect(first.rejects[0]).toMatchObject({ sink: 'mail', key: 'p1' });
  const second = await world.run(pipeline, people(2));
  expect(second.counts).toMatchObject({ unchanged: 1, delivered: { create: 1 } });
  expect(target.done('create')).toEqual(['p1', 'p2']);
  expect(mail.done('create')).toEqual(['p2', 'p1']);
});

test('a record that changed meanwhile is updated at the first sink and still created at the second', async () => {
  mail.answers.push(() => ({ is: 'refused', code: 'SMTP_REFUSED', reason: 'no such mailbox' }));
  const pipeline = testPipeline({ sinks: twoSinks });
  await world.run(pipeline, people(1));
  const result = await world.run(pipeline, people(1, 'retail'));
  expect(result.status).toBe('done');
  expect(target.done('update')).toEqual(['p1']);
  expect(mail.done('create')).toEqual(['p1']);
});

test('a sink that is added later begins with the next change: nobody known is invited', async () => {
  await world.run(testPipeline(), people(5));
  const pipeline = testPipeline({ sinks: twoSinks });
  const result = await world.run(pipeline, [...people(5), { id: 'p6', name: 'New' }]);
  expect(result.counts).toMatchObject({ unchanged: 5, delivered: { create: 1 } });
  expect(mail.done('create')).toEqual(['p6']);
});

test('an intent that was settled in part goes on with the rest, and the others are unchanged again', async () => {
  await world.run(testPipeline(), people(2));
  const lease = await world.store.lock('people', 'people');
  const items = ['p1', 'p2'].map((key) => ({ key, hash: '00'.repeat(16), target: { id: key } }));
  await world.store.openIntents(lease, [
    { id: 'lost', run: 'r0', snapshot: 'people', sink: 'target', operation: 'update', items },
  ]);
  await lease.release();
  const first = await world.run(testPipeline(), { rows: people(1), complete: false });
  expect(first.counts.delivered).toEqual({ update: 1 });
  const second = await world.run(testPipeline(), { rows: people(1), complete: false });
  expect(second.counts).toMatchObject({ unchanged: 1, delivered: {} });
  expect((await world.store.pendingIntents('people')).map((intent) => intent.items.map(({ key }) => key))).toEqual([
    ['p2'],
  ]);
});

test('who returns is returned first and then updated, and counts once', async () => {
  await world.run(testPipeline(), people(3));
  await world.run(testPipeline(), people(2));
  expect(target.people.get('p3')?.blocked).toBe(true);
  const result = await world.run(testPipeline(), people(3, 'retail'));
  expect(result.counts.delivered).toEqual({ returned: 1, update: 2 });
  expect(target.ledger.filter(({ key }) => key === 'p3').map(({ operation }) => operation)).toEqual([
    'create',
    'missing',
    'returned',
    'update',
  ]);
  expect(target.people.get('p3')).toMatchObject({ blocked: false, record: { team: 'retail' } });
});

test('a password made here is the same in a resend and is stored nowhere', async () => {
  const pipeline = testPipeline({ after: [setStep({ password: '=$password(12)' }, ['create'])] });
  mail.answers.push(() => ({ is: 'refused', code: 'SMTP_REFUSED', reason: 'no' }));
  const both = { ...pipeline, sinks: twoSinks };
  await world.run(both, people(1));
  await world.run(both, people(1));
  const first = target.ledger[0]?.record.password;
  expect(first).toMatch(/^[A-Za-z2-9]{12}$/);
  expect(mail.ledger[0]?.record.password).toBe(first);
  const stored = await world.store.rejects({ pipeline: 'people' });
  expect(JSON.stringify(stored)).not.toContain(String(first));
});

test('true repeats of a row are filtered as duplicates', async () => {
  const result = await world.run(testPipeline(), [...people(2), ...people(1)]);
  expect(result.counts).toMatchObject({ filtered: { duplicate: 1 }, delivered: { create: 2 } });
});

test('a pipeline without a diff sends every record as upsert, in order', async () => {
  target = testTarget({ operations: ['upsert'], repeat: 'safe' });
  const other = await testWorld({ target });
  const result = await other.run(testPipeline({ diff: null }), people(5));
  expect(result.counts.delivered).toEqual({ upsert: 5 });
  expect(target.done('upsert')).toEqual(['p1', 'p2', 'p3', 'p4', 'p5']);
  await other.close();
});

test('more rejects than tolerated: a run with a diff writes nothing', async () => {
  const fields = [{ name: 'name', from: ['name'], required: true, personal: false, none: [] }];
  const rows = people(10).map((row, index) => (index < 3 ? { ...row, name: '' } : row));
  const result = await world.run(testPipeline({ fields, tolerate: { share: 0.2 } }), rows);
  expect(result).toMatchObject({ status: 'failed', code: 'TOLERATE_EXCEEDED' });
  expect(target.ledger).toEqual([]);
  expect((await world.store.rejects({ pipeline: 'people' })).length).toBe(3);
});

test('a reject of tonight is the same reject tomorrow, and closes itself when its key is settled', async () => {
  const fields = [{ name: 'name', from: ['name'], required: true, personal: false, none: [] }];
  const broken = [{ id: 'p1', name: '', team: 'sales' }];
  await world.run(testPipeline({ fields }), broken);
  await world.run(testPipeline({ fields }), broken);
  const open = await world.store.rejects({ pipeline: 'people', status: 'open' });
  expect(open.map(({ attempts }) => attempts)).toEqual([2]);
  await world.run(testPipeline({ fields }), people(1));
  expect(await world.store.rejects({ pipeline: 'people', status: 'open' })).toEqual([]);
});

test('a plan shows every change with its fields before and after, and writes nothing', async () => {
  await world.run(testPipeline(), people(3));
  const before = target.ledger.length;
  const runs = (await world.store.runs({ limit: 9 })).length;
  const result = await world.run(testPipeline(), [...people(2, 'retail'), { id: 'n1', name: 'New' }], { dryRun: true });
  expect(result.counts).toMatchObject({ absent: 1, delivered: { create: 1, update: 2, missing: 1 }, unsettled: 0 });
  expect(world.state.changes.map(({ key, operation }) => [key, operation])).toEqual([
    ['p1', 'update'],
    ['p2', 'update'],
    ['n1', 'create'],
    ['p3', 'missing'],
  ]);
  expect(world.state.changes[0]).toMatchObject({ before: { team: 'sales' }, after: { team: 'retail' } });
  expect(target.ledger.length).toBe(before);
  expect((await world.store.runs({ limit: 9 })).length).toBe(runs);
  expect(world.state.settled).toBe(1);
});

test('what is set aside between the phases has no name on the disk, so a killed run leaves nothing', async () => {
  let names: string[] | undefined;
  target.answers.push(() => {
    names = readdirSync(world.world.runsFolder);
    return undefined;
  });
  await world.run(testPipeline(), people(5));
  expect(names).toEqual([]);
  expect(target.done('create').length).toBe(5);
});

test('a scheduled tick has one run', async () => {
  const asOf = world.clock.at;
  await world.run(testPipeline(), people(1), { asOf, scheduled: true });
  const again = await world.run(testPipeline(), people(2), { asOf, scheduled: true });
  expect(again.status).toBe('skipped');
  expect(target.ledger.length).toBe(1);
});

test('a cancelled run stops between batches and the next run takes the rest', async () => {
  const stop = new AbortController();
  target.answers.push((items) => {
    stop.abort();
    return { is: 'answered', outcomes: items.map((item) => target.perform('create', item, '')) };
  });
  const result = await world.run(testPipeline(), people(6), { signal: stop.signal });
  expect(result).toMatchObject({ status: 'cancelled', counts: { delivered: { create: 2 }, unsettled: 4 } });
  const next = await world.run(testPipeline(), people(6));
  expect(next.counts).toMatchObject({ unchanged: 2, delivered: { create: 4 } });
  expect(new Set(target.done('create')).size).toBe(6);
});

test('a snapshot locked by another run: this one is skipped', async () => {
  const lease = await world.store.lock('people', 'people');
  const result = await world.run(testPipeline(), people(1));
  expect(result).toMatchObject({ status: 'skipped', code: 'PIPELINE_LOCKED' });
  await lease.release();
});

test('S1: a plan says beforehand which operation of which target is never asked for twice', async () => {
  const sinks = [{ kind: 'target', options: {}, written: {}, neverRepeats: ['create' as const] }];
  await world.run(testPipeline({ sinks }), people(2), { dryRun: true });
  const plan = await world.run(testPipeline({ sinks }), people(2), { dryRun: true });
  expect(plan.notes).toEqual([
    '`target` says `repeat: never` of `create`: a record whose answer is lost is rejected as "outcome unknown", for a person to look.',
  ]);
  expect((await world.run(testPipeline(), people(2), { dryRun: true })).notes).toEqual([]);
});

test('an expression that fails says in which step and at which field, and no value', async () => {
  const map: Step = {
    kind: 'map',
    at: 'steps[1]',
    shape: compileShape({ id: '=id', to: { email: '=$number(name)' } }),
    fields: ['id', 'to'],
  };
  const result = await world.run(testPipeline({ before: [map] }), people(1));
  expect(result.rejects[0]).toMatchObject({ stage: 'steps', code: 'EXPRESSION_FAILED', field: 'to.email' });
  expect(result.rejects[0]?.reason).toContain('(at steps[1].map.to.email, from “name”)');
  expect(result.rejects[0]?.reason).not.toContain('Name 1');
  const filter = await world.run(testPipeline({ filter: '$number(name) > 1' }), people(1));
  expect(filter.rejects[0]?.reason).toContain('(at steps[0].filter, from “name”)');
});
