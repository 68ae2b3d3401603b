import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileCondition, compileExpression } from '../../src/expression/index.ts';
import { balance } from '../../src/engine/run/account.ts';
import { keyOfPart, keyOfWhole } from '../../src/engine/run/record-key.ts';
import type { DiffRule, FieldRule, Step } from '../../src/language/compile/pipeline.ts';
import type { Fields } from '../../src/model/record.ts';
import { testPipeline, testTarget, testWorld, type TestTarget, type TestWorld } from './harness.ts';

const split = (each = 'groups', by?: string): Step => ({
  kind: 'split',
  at: 'steps[0]',
  each: compileExpression(each),
  into: 'group',
  ...(by === undefined ? {} : { by: compileExpression(by) }),
});
const groups: FieldRule = { name: 'groups', from: ['groups'], required: false, personal: false, none: [], list: ',' };
const filterStep = (text: string): Step => ({ kind: 'filter', at: 'steps[0]', condition: compileCondition(text) });

const memberships = (over: { diff?: Partial<DiffRule>; before?: Step[]; feed?: 'changes' } = {}) =>
  testPipeline({
    gone: "status = 'dismissed'",
    fields: [groups],
    before: over.before ?? [filterStep("status != 'away'"), split()],
    diff: over.diff ?? {},
    ...(over.feed ? { feed: over.feed } : {}),
  });
const row = (id: string, list: string, status = 'active'): Fields => ({ id, groups: list, status });

/** A world with a target that knows pairs, and what it holds of them. */
async function pairs(run: (world: TestWorld, lms: TestTarget, held: () => string[]) => Promise<void>): Promise<void> {
  const lms = testTarget({ key: 'pair', size: 10 });
  const inner = lms.perform;
  const held = new Set<string>();
  const world = await testWorld({ target: lms });
  const sink = lms.sink();
  lms.sink = () => ({
    ...sink,
    write: async ({ operation, items, once }) => ({
      is: 'answered',
      outcomes: items.map((item) => {
        const { id, group } = item.record as { id: string; group: string | { code: string } };
        const pair = `${id}:${typeof group === 'string' ? group : group.code}`;
        if (operation === 'missing') held.delete(pair);
        else held.add(pair);
        return inner(operation, { ...item, record: { ...item.record, pair } }, once);
      }),
    }),
  });
  try {
    await run(world, lms, () => [...held].sort());
  } finally {
    await world.close();
  }
}

test('each part is a record of its own: what was added is created, what was left is missing', () =>
  pairs(async (world, lms, held) => {
    const first = await world.run(memberships(), [row('p1', 'a,b'), row('p2', 'b')]);
    expect(first.counts).toMatchObject({ read: 2, made: 1, delivered: { create: 3 }, unsettled: 0 });
    expect(held()).toEqual(['p1:a', 'p1:b', 'p2:b']);
    const second = await world.run(memberships(), [row('p1', 'b,c'), row('p2', 'b')]);
    expect(second.counts).toMatchObject({ read: 2, made: 1, absent: 1, unchanged: 2 });
    expect(second.counts.delivered).toEqual({ create: 1, missing: 1 });
    expect(held()).toEqual(['p1:b', 'p1:c', 'p2:b']);
    expect(lms.ledger.map(({ record }) => record.groups).every((list) => list === undefined)).toBe(true);
  }));

test('S6: who is filtered out or rejected before the split keeps all pairs', () =>
  pairs(async (world, lms, held) => {
    const unnamed = [split('parts', 'code')];
    const parts = (id: string, ...codes: (string | undefined)[]) => ({
      id,
      parts: codes.map((code) => ({ code, n: 1 })),
    });
    const named = memberships({ before: unnamed });
    await world.run(named, [parts('p1', 'a', 'b'), parts('p2', 'b')]);
    const second = await world.run(named, [parts('p1', 'a', undefined), parts('p2', 'b')]);
    expect(second.counts).toMatchObject({ read: 2, made: 0, absent: 0, rejected: 1, unchanged: 1, delivered: {} });
    expect(second.causes).toMatchObject([{ code: 'SPLIT_PART_UNNAMED' }]);
    expect(lms.done('missing')).toEqual([]);
    expect(held()).toHaveLength(3);
    const [open] = await world.store.rejects({ pipeline: 'people', status: 'open' });
    expect(open?.key).toBe('p1');
    const third = await world.run(named, [parts('p1', 'a'), parts('p2', 'b')]);
    expect(third.counts.delivered).toEqual({ missing: 1 });
    expect(await world.store.rejects({ pipeline: 'people', status: 'open' })).toEqual([]);
  }));

test('S6: a filtered person keeps all pairs, whatever `leaves` says, and comes back without a change', () =>
  pairs(async (world, lms, held) => {
    const pipeline = memberships({ diff: { leaves: 'missing' } });
    await world.run(pipeline, [row('p1', 'a,b'), row('p2', 'b')]);
    const away = await world.run(pipeline, [row('p1', '', 'away'), row('p2', 'b')]);
    expect(away.counts).toMatchObject({ read: 2, made: 0, absent: 0, filtered: { filter: 1 }, delivered: {} });
    expect(held()).toEqual(['p1:a', 'p1:b', 'p2:b']);
    const back = await world.run(pipeline, [row('p1', 'a,b'), row('p2', 'b')]);
    expect(back.counts).toMatchObject({ unchanged: 3, delivered: {} });
    expect(lms.done('missing')).toEqual([]);
  }));

test('S6: who is gone by their own word loses all pairs at once, who is absent only after the grace', () =>
  pairs(async (world, lms, held) => {
    const pipeline = memberships({ diff: { missing: { after: { feeds: 2 } } } });
    await world.run(pipeline, [row('p1', 'a,b'), row('p2', 'b'), row('p3', 'a')]);
    const second = await world.run(pipeline, [row('p1', 'a,b', 'dismissed'), row('p3', 'a')]);
    expect(second.counts).toMatchObject({
      read: 2,
      absent: 3,
      filtered: { gone: 1 },
      held: 1,
      delivered: { missing: 2 },
    });
    expect(held()).toEqual(['p2:b', 'p3:a']);
    const third = await world.run(pipeline, [row('p1', 'a,b', 'dismissed'), row('p3', 'a'), row('p4', 'c')]);
    expect(third.counts.delivered).toEqual({ create: 1, missing: 1 });
    expect(held()).toEqual(['p3:a', 'p4:c']);
    expect(lms.done('missing').sort()).toEqual(['p1|a', 'p1|b', 'p2|b']);
  }));

test('who is gone loses the pairs in a feed of changes too, where absence means nothing', () =>
  pairs(async (world, _lms, held) => {
    const pipeline = memberships({ diff: { missing: 'ignore' }, feed: 'changes' });
    await world.run(pipeline, [row('p1', 'a'), row('p2', 'b')]);
    const second = await world.run(pipeline, [row('p1', '', 'dismissed')]);
    expect(second.counts).toMatchObject({ read: 1, absent: 1, filtered: { gone: 1 }, delivered: { missing: 1 } });
    expect(held()).toEqual(['p2:b']);
  }));

test('who is gone in a run whose date lies ahead keeps the pairs until the day', () =>
  pairs(async (world, _lms, held) => {
    await world.run(memberships(), [row('p1', 'a'), row('p2', 'b')]);
    const ahead = { asOf: world.clock.at + 40 * 86_400_000 };
    const second = await world.run(memberships(), [row('p1', '', 'dismissed'), row('p2', 'b')], ahead);
    expect(second.counts).toMatchObject({ held: 1, delivered: {} });
    expect(held()).toEqual(['p1:a', 'p2:b']);
  }));

test('gone in one row and here in another takes nothing away', () =>
  pairs(async (world, _lms, held) => {
    await world.run(memberships(), [row('p1', 'a,b')]);
    const second = await world.run(memberships(), [row('p1', 'a', 'dismissed'), row('p1', 'a')]);
    expect(second.counts.delivered).toEqual({});
    expect(held()).toEqual(['p1:a', 'p1:b']);
  }));

test('a person without parts leaves them all, and is settled', () =>
  pairs(async (world, _lms, held) => {
    await world.run(memberships(), [row('p1', 'a,b'), row('p2', 'a,b,c')]);
    const second = await world.run(memberships(), [row('p1', ''), row('p2', 'a,b,c')]);
    expect(second.counts).toMatchObject({ read: 2, made: 2, absent: 2, filtered: { 'no parts': 1 }, unchanged: 3 });
    expect(held()).toEqual(['p2:a', 'p2:b', 'p2:c']);
  }));

test('S6: while the key of a row can not be read, nobody loses a pair', () =>
  pairs(async (world, lms, held) => {
    await world.run(memberships(), [row('p1', 'a,b'), row('p2', 'a')]);
    const unreadable = [{ line: 3, code: 'CSV_RAGGED', message: 'too few cells', raw: 'x' }];
    const second = await world.run(memberships(), { rows: [row('p1', 'a'), row('p2', '', 'dismissed')], unreadable });
    expect(second).toMatchObject({ counts: { read: 3, absent: 2, held: 2, rejected: 1, unsettled: 0 } });
    expect(lms.done('missing')).toEqual([]);
    expect(held()).toHaveLength(3);
  }));

test('parts of one line that contradict each other are rejected, all of them, in their source form', () =>
  pairs(async (world) => {
    const pipeline = memberships({ before: [split('parts', 'code')] });
    const part = (code: string, n: number) => ({ code, n });
    const steady = { id: 'p1', parts: [part('a', 1), part('b', 1)] };
    await world.run(pipeline, [steady]);
    const torn = { id: 'p1', parts: [part('a', 1), part('b', 1), part('a', 2), part('b', 2)] };
    const { counts } = await world.run(pipeline, [torn]);
    expect(counts).toMatchObject({ read: 1, made: 3, rejected: 4, unchanged: 0, delivered: {}, unsettled: 0 });
    const open = await world.store.rejects({ pipeline: 'people', status: 'open' });
    expect(open.map(({ key }) => key).sort()).toEqual(['p1|a', 'p1|b']);
    expect(open.every(({ source }) => source !== null)).toBe(true);
  }));

test('without a diff every part is sent', () =>
  pairs(async (world, _lms, held) => {
    const pipeline = testPipeline({ diff: null, fields: [groups], before: [split()] });
    const { counts } = await world.run(pipeline, [row('p1', 'a,b'), row('p2', '')]);
    expect(counts).toMatchObject({ read: 2, made: 1, filtered: { 'no parts': 1 }, unsettled: 0 });
    expect(held()).toEqual([]);
  }));

test('S2: counts add up over nights of any mix, and nobody seen whole loses a pair', async () => {
  const person = fc.record({
    id: fc.constantFrom('', 'p1', 'p2', 'p3', 'p4'),
    groups: fc.constantFrom('', 'a', 'b', 'a,b', 'a,b,c'),
    status: fc.constantFrom('active', 'active', 'away', 'dismissed'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(person, { maxLength: 7 }), { minLength: 2, maxLength: 4 }), (nights) =>
      pairs(async (world, lms) => {
        for (const rows of nights) {
          const before = lms.ledger.length;
          const { status, code, counts } = await world.run(memberships(), rows);
          expect(['done', 'guarded'], code).toContain(status);
          const { known, settled } = balance(counts);
          expect(settled + counts.unsettled).toBe(known);
          if (status === 'done') expect(counts.unsettled).toBe(0);
          const lost = lms.ledger.slice(before).filter(({ operation }) => operation === 'missing');
          const away = rows.filter((one) => one.id !== '' && one.status === 'away').map((one): string => one.id);
          expect(lost.filter(({ record }) => away.includes(String(record.id)))).toEqual([]);
          const here = rows.filter((one) => one.id !== '' && one.status === 'active');
          const kept = here.flatMap((one) => one.groups.split(',').map((group) => `${one.id}|${group}`));
          expect(lost.filter(({ key }) => kept.includes(key))).toEqual([]);
        }
      }),
    ),
    { numRuns: 40 },
  );
});

test('the key of a part names the record that it was of', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (whole, part) => {
      expect(keyOfWhole(keyOfPart(whole, 1, part), 1)).toBe(whole);
    }),
  );
  expect(keyOfPart('a|b', 2, 'c')).toBe('a|b|c');
  expect(keyOfWhole('a|b|c', 2)).toBe('a|b');
  expect(keyOfPart('a|b', 1, 'c')).toBe('a\\|b|c');
});
