import { expect, test } from 'vitest';
import { compileExpression } from '../../src/expression/index.ts';
import type { SourceUse, Step } from '../../src/language/compile/pipeline.ts';
import type { Fields } from '../../src/model/record.ts';
import { testPipeline, testTarget, testWorld, type TestTarget, type TestWorld } from './harness.ts';

const sort: Step = { kind: 'sort', at: 'steps[0]', key: compileExpression('id'), parent: compileExpression('above') };
const says: Step = { kind: 'operation', at: 'steps[0]', expression: compileExpression('op') };
const unit = (id: string, above?: string, more: Fields = {}): Fields => ({
  id,
  name: id,
  ...(above ? { above } : {}),
  ...more,
});

async function inWorld(run: (world: TestWorld, lms: TestTarget) => Promise<void>): Promise<void> {
  const lms = testTarget({ operations: ['create', 'update', 'missing', 'returned', 'upsert'] });
  const world = await testWorld({ target: lms });
  try {
    await run(world, lms);
  } finally {
    await world.close();
  }
}

/** In each batch that the target took. */
const batches = (lms: TestTarget): string[][] => {
  const found = new Map<string, string[]>();
  for (const { once, key } of lms.ledger) found.set(once, [...(found.get(once) ?? []), key]);
  return [...found.values()];
};

test('parents are sent before their children, and no batch holds both', () =>
  inWorld(async (world, lms) => {
    const rows = [unit('c', 'b'), unit('e', 'a'), unit('b', 'a'), unit('d', 'c'), unit('a'), unit('x', 'elsewhere')];
    const { counts } = await world.run(testPipeline({ before: [sort] }), rows);
    expect(counts).toMatchObject({ read: 6, delivered: { create: 6 }, unsettled: 0 });
    expect(batches(lms)).toEqual([['a', 'x'], ['e', 'b'], ['c'], ['d']]);
  }));

test('who is absent goes children first, after who came', () =>
  inWorld(async (world, lms) => {
    const pipeline = testPipeline({ before: [sort] });
    await world.run(pipeline, [unit('a'), unit('b', 'a'), unit('c', 'b'), unit('d', 'a'), unit('k')]);
    lms.ledger.length = 0;
    await world.run(pipeline, [unit('k'), unit('n', 'm'), unit('m')]);
    const sent = lms.ledger.map(({ operation, key }) => `${operation} ${key}`);
    expect([...sent.slice(0, 3), sent.at(-1)]).toEqual(['create m', 'create n', 'missing c', 'missing a']);
    expect(sent.slice(3, 5).sort()).toEqual(['missing b', 'missing d']);
  }));

test('who is gone by their own word goes children first, after their children moved away', () =>
  inWorld(async (world, lms) => {
    const pipeline = testPipeline({ before: [sort], gone: 'closed' });
    await world.run(pipeline, [unit('a'), unit('b', 'a'), unit('c', 'b'), unit('d', 'b')]);
    lms.ledger.length = 0;
    await world.run(pipeline, [
      unit('a'),
      unit('b', 'a', { closed: true }),
      unit('c', 'b', { closed: true }),
      unit('d', 'a'),
    ]);
    expect(lms.ledger.map(({ operation, key }) => `${operation} ${key}`)).toEqual([
      'update d',
      'missing c',
      'missing b',
    ]);
  }));

test('a cycle is rejected with its lines, everybody else goes on, and nobody of it is missing', () =>
  inWorld(async (world, lms) => {
    const pipeline = testPipeline({ before: [sort] });
    await world.run(pipeline, [unit('a'), unit('b', 'a'), unit('c', 'b')]);
    lms.ledger.length = 0;
    // `c` itself has not changed: what changed is who stands above it.
    const result = await world.run(pipeline, [
      unit('a'),
      unit('b', 'c'),
      unit('c', 'b'),
      unit('d', 'c'),
      unit('e', 'e'),
    ]);
    expect(result.counts).toMatchObject({ read: 5, unchanged: 1, rejected: 2, delivered: { create: 2 }, unsettled: 0 });
    expect(lms.done('missing')).toEqual([]);
    expect(lms.done('create').sort()).toEqual(['d', 'e']);
    const rejects = await world.store.rejects({ pipeline: 'people' });
    expect(rejects.map(({ key, code, line, field, reason }) => ({ key, code, line, field, reason }))).toEqual(
      [
        { key: 'b', line: 3 },
        { key: 'c', line: 4 },
      ].map((one) => ({
        ...one,
        code: 'SORT_CYCLE',
        field: 'above',
        reason: 'Its parents lead back to itself: lines 3, 4',
      })),
    );
    expect(rejects.map(({ source }) => source)).toEqual([unit('b', 'c'), unit('c', 'b')]);
  }));

test('who is lost at the target is made again parents first, and before the children who are new', () =>
  inWorld(async (world, lms) => {
    const use: SourceUse = { kind: 'list', options: {}, feed: 'full', written: {} };
    const pipeline = testPipeline({ before: [sort], diff: { against: { use, fields: ['id', 'name'], sink: 0 } } });
    const known = [unit('c', 'b'), unit('b', 'a'), unit('a'), unit('k')];
    world.state.list = { rows: [] };
    await world.run(pipeline, known);
    lms.ledger.length = 0;
    for (const id of ['a', 'b', 'c']) lms.people.delete(id);
    world.state.list = { rows: [{ id: 'k', name: 'k', uid: 'u4' }] };
    const { counts } = await world.run(pipeline, [...known, unit('d', 'c')]);
    expect(counts).toMatchObject({ read: 5, unchanged: 1, delivered: { create: 4 }, unsettled: 0 });
    expect(lms.done('create')).toEqual(['a', 'b', 'c', 'd']);
  }));

test('a record that is its own parent is the top of a tree, and one without a key stands alone', () =>
  inWorld(async (world, lms) => {
    const byCode: Step = {
      kind: 'sort',
      at: 'steps[0]',
      key: compileExpression('code'),
      parent: compileExpression('above'),
    };
    await world.run(testPipeline({ before: [byCode] }), [
      unit('b', 'root', { code: 'b' }),
      unit('a', 'root', { code: 'root' }),
      unit('z'),
    ]);
    expect(batches(lms)).toEqual([['a', 'z'], ['b']]);
  }));

test('a plan shows the order in which it would be sent', () =>
  inWorld(async (world) => {
    await world.run(testPipeline({ before: [sort] }), [unit('c', 'b'), unit('b', 'a'), unit('a')], { dryRun: true });
    expect(world.state.changes.map(({ key }) => key)).toEqual(['a', 'b', 'c']);
  }));

test('an expression that errs rejects its record alone', () =>
  inWorld(async (world, lms) => {
    const errs: Step = { ...sort, parent: compileExpression('$number(above)') } as Step;
    const { counts } = await world.run(testPipeline({ before: [errs] }), [
      unit('1', 'zero'),
      unit('2', '3'),
      unit('3'),
    ]);
    expect(counts).toMatchObject({ rejected: 1, delivered: { create: 2 }, unsettled: 0 });
    expect(lms.done('create')).toEqual(['3', '2']);
  }));

test('without a diff everything is read, sent parents first, and who goes children first', () =>
  inWorld(async (world, lms) => {
    const pipeline = testPipeline({ diff: null, before: [says, sort] });
    const on = (id: string, above?: string): Fields => unit(id, above, { op: 'upsert' });
    await world.run(pipeline, [on('a'), on('b', 'a'), on('c', 'b')]);
    lms.ledger.length = 0;
    const { counts } = await world.run(pipeline, [
      unit('b', 'a', { op: 'missing' }),
      on('z', 'y'),
      unit('c', 'b', { op: 'missing' }),
      on('y'),
    ]);
    expect(counts).toMatchObject({ read: 4, unsettled: 0 });
    expect(lms.ledger.map(({ operation, key }) => `${operation} ${key}`)).toEqual([
      'upsert y',
      'upsert z',
      'missing c',
      'missing b',
    ]);
  }));

test('without a diff only the last row of a key is sent (S17)', () =>
  inWorld(async (world, lms) => {
    const pipeline = testPipeline({ diff: null, before: [says, sort] });
    const { counts } = await world.run(pipeline, [
      unit('b', 'a', { op: 'missing' }),
      unit('a', 'b', { op: 'upsert' }),
      unit('b', undefined, { op: 'upsert', name: 'back' }),
      unit('a', 'b', { op: 'upsert', name: 'last' }),
    ]);
    expect(counts).toMatchObject({ read: 4, filtered: { merged: 2 }, delivered: { upsert: 2 }, unsettled: 0 });
    expect(lms.ledger.map(({ key, record }) => `${key} ${String(record.name)}`)).toEqual(['b back', 'a last']);
  }));

test('without a diff a cycle is rejected with its lines', () =>
  inWorld(async (world, lms) => {
    const { counts } = await world.run(testPipeline({ diff: null, before: [sort] }), [
      unit('a', 'c'),
      unit('b', 'a'),
      unit('c', 'b'),
      unit('d'),
    ]);
    expect(counts).toMatchObject({ read: 4, rejected: 3, delivered: { upsert: 1 }, unsettled: 0 });
    expect(lms.done('upsert')).toEqual(['d']);
    const [first] = await world.store.rejects({ pipeline: 'people' });
    expect(first).toMatchObject({ code: 'SORT_CYCLE', reason: 'Its parents lead back to itself: lines 2, 3, 4' });
  }));

test('without a diff too many rejects end the run before anything is sent', () =>
  inWorld(async (world, lms) => {
    const pipeline = testPipeline({ diff: null, before: [sort], tolerate: { count: 0 } });
    const rows: Fields[] = [unit('a'), { name: 'nobody' }];
    const result = await world.run(pipeline, rows);
    expect(result).toMatchObject({ status: 'failed', code: 'TOLERATE_EXCEEDED' });
    expect(result.reason).toContain('nothing was delivered');
    expect(lms.ledger).toEqual([]);
  }));

test('steps behind a sort see the records in its order', () =>
  inWorld(async (world, lms) => {
    const filter: Step = { kind: 'filter', at: 'steps[2]', condition: compileExpression("id != 'b'") } as Step;
    const { counts } = await world.run(testPipeline({ diff: null, before: [sort], after: [filter] }), [
      unit('c', 'b'),
      unit('b', 'a'),
      unit('a'),
    ]);
    expect(counts).toMatchObject({ filtered: { filter: 1 }, delivered: { upsert: 2 }, unsettled: 0 });
    expect(lms.done('upsert')).toEqual(['a', 'c']);
  }));
