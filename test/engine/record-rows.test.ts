import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { balance } from '../../src/engine/run/account.ts';
import type { RunResult } from '../../src/engine/run/result.ts';
import { compileExpression } from '../../src/expression/index.ts';
import type { FieldRule, Step } from '../../src/language/compile/pipeline.ts';
import type { Fields } from '../../src/model/record.ts';
import { testPipeline, testTarget, testWorld, type Feed, type TestTarget, type TestWorld } from './harness.ts';

let target: TestTarget;
let world: TestWorld;

beforeEach(async () => {
  target = testTarget({ size: 10 });
  world = await testWorld({ target });
});
afterEach(() => world.close());

const required = (name: string): FieldRule => ({ name, from: [name], required: true, personal: false, none: [] });
const rows = { into: 'posts', by: ['post'] };
const gathered = testPipeline({ rows, gone: "status = 'out'", fields: [required('dep')] });
const both = testPipeline({ rows, gone: "status = 'out'", fields: [required('dep')], feeds: ['full', 'changes'] });
const row = (id: string, post: string, dep = 'sales', more: Fields = {}): Fields => ({ id, post, dep, ...more });
const changes = (...list: Fields[]): Feed => ({ rows: list, hash: JSON.stringify(list) });
const postsOf = (id: string) =>
  (target.people.get(id)?.record.posts as Fields[] | undefined)?.map(
    ({ post, dep }) => `${String(post)}:${String(dep)}`,
  );

function addsUp({ counts }: RunResult): void {
  const { known, settled } = balance(counts);
  expect(settled).toBe(known);
}

test('the rows of a key are one record: what its key is made of, and the list of rows', async () => {
  const result = await world.run(gathered, [row('p1', 'b'), row('p2', 'x'), row('p1', 'a', 'office')]);
  expect(result.counts).toMatchObject({ read: 3, filtered: { merged: 1 }, delivered: { create: 2 } });
  addsUp(result);
  expect(target.people.get('p1')?.record).toEqual({
    id: 'p1',
    posts: [
      { id: 'p1', post: 'a', dep: 'office' },
      { id: 'p1', post: 'b', dep: 'sales' },
    ],
  });
  const again = await world.run(gathered, [row('p1', 'a', 'office'), row('p1', 'b'), row('p2', 'x')]);
  expect(again.counts).toMatchObject({ unchanged: 2, delivered: {} });
});

test('a later row of the same `by` replaces the earlier one', async () => {
  const result = await world.run(gathered, [row('p1', 'a', 'old'), row('p1', 'b'), row('p1', 'a', 'new')]);
  expect(result.counts).toMatchObject({ read: 3, filtered: { merged: 2 }, delivered: { create: 1 } });
  expect(postsOf('p1')).toEqual(['a:new', 'b:sales']);
});

test('a row that was replaced may be at fault, and the one that replaces it holds whatever becomes of it', async () => {
  const mended = await world.run(gathered, [row('p1', 'a', ''), row('p1', 'a', 'new')]);
  expect(mended.counts).toMatchObject({ rejected: 0, filtered: { merged: 1 }, delivered: { create: 1 } });
  const broken = await world.run(gathered, [row('p2', 'a', 'new'), row('p2', 'a', '')]);
  expect(broken.counts).toMatchObject({ rejected: 1, filtered: { merged: 1 }, delivered: {} });
});

test('a row that is gone is not in the list, and who has no other row is gone', async () => {
  await world.run(gathered, [row('p1', 'a'), row('p1', 'b'), row('p2', 'x'), row('p2', 'y')]);
  const out = { status: 'out' };
  const second = await world.run(gathered, [
    row('p1', 'a'),
    row('p1', 'b', 'sales', out),
    row('p2', 'x', 'sales', out),
    row('p2', 'y', 'sales', out),
    row('p3', 'z', 'sales', out),
  ]);
  expect(second.counts.delivered).toEqual({ update: 1, missing: 1 });
  addsUp(second);
  expect(postsOf('p1')).toEqual(['a:sales']);
  expect(target.done('missing')).toEqual(['p2']);
});

test('S6: a row that is rejected leaves the whole person out, and nobody loses what that row said', async () => {
  await world.run(gathered, [row('p1', 'a'), row('p1', 'b'), row('p2', 'x')]);
  const sent = target.ledger.length;
  const result = await world.run(gathered, [row('p1', 'a', 'moved'), row('p1', 'b', ''), row('p2', 'x')]);
  expect(result.counts).toMatchObject({ read: 3, rejected: 1, filtered: { merged: 1 }, unchanged: 1, absent: 0 });
  addsUp(result);
  expect(target.ledger.slice(sent)).toEqual([]);
  const [open] = await world.store.rejects({ pipeline: 'people', status: 'open' });
  expect(open).toMatchObject({ key: 'p1', line: 3, code: 'FIELD_REQUIRED' });
  const mended = await world.run(gathered, [row('p1', 'a', 'moved'), row('p1', 'b'), row('p2', 'x')]);
  expect(mended.counts.delivered).toEqual({ update: 1 });
  expect(await world.store.rejects({ pipeline: 'people', status: 'open' })).toEqual([]);
});

test('each row of a person that is at fault is a reject of its own', async () => {
  const result = await world.run(gathered, [row('p1', 'a', ''), row('p1', 'b', ''), row('p1', 'c')]);
  expect(result.counts).toMatchObject({ read: 3, rejected: 2, filtered: { merged: 1 }, delivered: {} });
  addsUp(result);
});

test('a row without what tells it from the others is rejected, and its person with it', async () => {
  const result = await world.run(gathered, [row('p1', ''), row('p1', 'b'), row('p2', 'x')]);
  expect(result.causes).toMatchObject([{ code: 'ROWS_BY_UNREADABLE', count: 1 }]);
  expect(result.counts).toMatchObject({ rejected: 1, filtered: { merged: 1 }, delivered: { create: 1 } });
  addsUp(result);
});

test.each<[string, Partial<Feed>, string]>([
  [
    'could not be decoded',
    { unreadable: [{ line: 9, code: 'CSV_RAGGED', message: 'short', raw: 'p1;b' }] },
    'unreadable key',
  ],
  ['may follow after the end', { complete: false, reason: 'half a file' }, 'incomplete read'],
])('a row that %s may be anybody’s: who is known is not changed, who is new is created', async (_what, lost, by) => {
  await world.run(gathered, [row('p1', 'a'), row('p1', 'b'), row('p2', 'x'), row('p3', 'g')]);
  const feed = [row('p1', 'a'), row('p2', 'x'), row('p3', 'g', 'sales', { status: 'out' }), row('p4', 'n')];
  const sent = target.ledger.length;
  const result = await world.run(gathered, { rows: feed, ...lost });
  expect(target.ledger.slice(sent).map(({ operation, key }) => [operation, key])).toEqual([['create', 'p4']]);
  expect(result.held[by]).toBe(2);
  expect(result.notes.join()).toContain('Nobody is changed in this run whose rows may not all be there');
  addsUp(result);
  const whole = await world.run(gathered, { rows: feed, hash: 'again' });
  expect(whole.counts.delivered).toEqual({ update: 1, missing: 1 });
  expect(postsOf('p1')).toEqual(['a:sales']);
});

test('changes replace the row that they carry, and leave the other rows of the person alone', async () => {
  const full: Feed = { rows: [row('p1', 'a'), row('p1', 'b'), row('p2', 'x')] };
  await world.run(both, { sources: [full, changes()] });
  const result = await world.run(both, { sources: [full, changes(row('p1', 'b', 'office'), row('p3', 'n'))] });
  expect(result.counts).toMatchObject({ read: 5, filtered: { merged: 2 }, unchanged: 1, absent: 0 });
  expect(result.counts.delivered).toEqual({ create: 1, update: 1 });
  addsUp(result);
  expect(postsOf('p1')).toEqual(['a:sales', 'b:office']);
});

test('changes whose full source had nothing change nobody who is known', async () => {
  await world.run(both, { sources: [{ rows: [row('p1', 'a'), row('p1', 'b')] }, changes()] });
  const sent = target.ledger.length;
  const result = await world.run(both, {
    sources: [{ rows: [], nothing: 'no file' }, changes(row('p1', 'b', 'office'))],
  });
  expect(result.held).toEqual({ 'incomplete read': 1 });
  expect(target.ledger.slice(sent)).toEqual([]);
});

test('a limit takes whole people, never some of their rows', async () => {
  const result = await world.run(gathered, [row('p1', 'a'), row('p2', 'x'), row('p1', 'b'), row('p3', 'y')], {
    limit: 1,
  });
  expect(result.counts).toMatchObject({ read: 2, filtered: { merged: 1 }, delivered: { create: 1 } });
  expect(postsOf('p1')).toEqual(['a:sales', 'b:sales']);
});

test('what is made of a record goes through steps, a split among them', async () => {
  const split: Step = { kind: 'split', at: 'steps[0]', each: compileExpression('posts.dep'), into: 'dep' };
  const result = await world.run(testPipeline({ rows, before: [split] }), [row('p1', 'a'), row('p1', 'b', 'office')]);
  expect(result.counts).toMatchObject({ read: 2, made: 1, filtered: { merged: 1 } });
  expect(target.ledger.map(({ key }) => key).sort()).toEqual(['p1|office', 'p1|sales']);
  addsUp(result);
});

test('any order of rows in a full feed and its changes makes the records that are made by hand', async () => {
  const cell = fc.record({
    id: fc.constantFrom('p1', 'p2', 'p3'),
    post: fc.constantFrom('a', 'b', 'c'),
    dep: fc.constantFrom('x', 'y', 'z'),
    status: fc.constantFrom('in', 'out'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(cell, { maxLength: 12 }), fc.array(cell, { maxLength: 6 }), async (full, later) => {
      const own = testTarget({ size: 5 });
      const fresh = await testWorld({ target: own });
      try {
        const result = await fresh.run(both, { sources: [{ rows: full }, changes(...later)] });
        addsUp(result);
        const byHand = new Map<string, Map<string, Fields>>();
        for (const one of [...full, ...later])
          byHand.set(one.id, (byHand.get(one.id) ?? new Map<string, Fields>()).set(one.post, one));
        const expected = [...byHand].flatMap(([id, posts]) => {
          const active = [...posts.values()].filter(({ status }) => status === 'in');
          return active.length === 0 ? [] : [[id, active.map((one) => JSON.stringify(one)).sort()] as const];
        });
        const held = [...own.people].map(
          ([id, { record }]) => [id, (record.posts as Fields[]).map((one) => JSON.stringify(one)).sort()] as const,
        );
        expect(new Map(held)).toEqual(
          new Map(expected.map(([id, posts]) => [id, posts.map((text) => JSON.stringify(sorted(text))).sort()])),
        );
      } finally {
        await fresh.close();
      }
    }),
    { numRuns: 40 },
  );
});

/** As the record reader leaves it: rules' fields behind the others. */
const sorted = (text: string): Fields => {
  const { dep, ...rest } = JSON.parse(text) as Fields;
  return { ...rest, dep };
};
