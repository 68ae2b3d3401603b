import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunResult } from '../../src/engine/run/result.ts';
import { people, setStep, testPipeline, testTarget, testWorld, type TestTarget, type TestWorld } from './harness.ts';

let target: TestTarget;
let world: TestWorld;

beforeEach(async () => {
  target = testTarget();
  world = await testWorld({ target });
});
afterEach(() => world.close());

const blocked = (): string[] => target.done('missing').sort();
const renamed = (count: number) => people(count).map((person) => ({ ...person, name: `${person.name as string} II` }));

/** A person accepts what the run asked for. */
async function accept({ accept: hash }: RunResult): Promise<void> {
  const { at } = world.clock;
  const acceptance = { pipeline: 'people', hash: hash as string, person: 'anna', at, expiresAt: at + 1e9 };
  await world.store.accept(acceptance);
}

test('S6: another rule of who says that they are gone blocks nobody until a person accepts', async () => {
  const rows = people(10).map((person) => ({ ...person, status: 'in' }));
  await world.run(testPipeline({ gone: "status = 'out'" }), rows);
  const inverted = testPipeline({ gone: "status = 'in'" });
  const asked = await world.run(inverted, rows);
  expect(asked).toMatchObject({ status: 'guarded', guards: [{ operation: 'rule', count: 10 }], held: { guard: 10 } });
  expect(blocked()).toEqual([]);
  await accept(asked);
  expect(await world.run(inverted, rows)).toMatchObject({ status: 'done' });
  expect(blocked().length).toBe(10);
});

test('S6: an edited filter makes nobody wait who is gone by their own word', async () => {
  const rows = people(10).map((person, index) => ({ ...person, status: index === 0 ? 'out' : 'in' }));
  await world.run(
    testPipeline({ gone: "status = 'out'" }),
    people(10).map((person) => ({ ...person, status: 'in' })),
  );
  expect(await world.run(testPipeline({ gone: "status = 'out'", filter: "team = 'sales'" }), rows)).toMatchObject({
    status: 'done',
  });
  expect(blocked()).toEqual(['p1']);
});

test('S6: another key writes nobody over somebody else until a person accepts', async () => {
  const rows = people(10).map((person, index) => ({ ...person, alt: `p${10 - index}` }));
  await world.run(testPipeline(), rows);
  const sent = target.ledger.length;
  const asked = await world.run(testPipeline({ key: 'alt' }), rows);
  expect(asked).toMatchObject({ status: 'guarded', guards: [{ operation: 'rule' }], held: { guard: 10 } });
  expect(target.ledger.length).toBe(sent);
});

test('S6: one feed is one feed of the grace, also when a guard held something of it', async () => {
  const guard = { update: { count: 2 }, floor: 0, then: 'hold' as const };
  const pipeline = testPipeline({ diff: { missing: { after: { feeds: 2 } }, guard } });
  await world.run(pipeline, people(10));
  const asked = await world.run(pipeline, renamed(9));
  expect(asked).toMatchObject({ status: 'guarded', held: { guard: 9, grace: 1 } });
  expect(await world.run(pipeline, renamed(9))).toMatchObject({ held: { grace: 1 } });
  expect(blocked()).toEqual([]);
  await world.run(pipeline, people(9));
  expect(blocked()).toEqual(['p10']);
});

test('S6: one feed is one feed of the grace, also when the run failed over its rejects', async () => {
  const pipeline = testPipeline({ diff: { missing: { after: { feeds: 2 } } }, tolerate: { count: 1 } });
  await world.run(pipeline, people(10));
  const feed = [...people(9), { id: 'x1', name: 'X' }, { id: 'x2', name: 'Y' }];
  const refuse = (items: unknown[]) => ({
    is: 'answered' as const,
    outcomes: items.map(() => ({ is: 'rejected' as const, code: 'NO', reason: 'no' })),
  });
  for (let night = 0; night < 2; night++) {
    target.answers.push(refuse);
    expect(await world.run(pipeline, feed)).toMatchObject({ status: 'failed', code: 'TOLERATE_EXCEEDED' });
  }
  expect(blocked()).toEqual([]);
});

test('S6: whom a guard held is not behind when that very feed is accepted', async () => {
  const guard = { missing: { count: 2 }, floor: 0, then: 'hold' as const };
  const pipeline = testPipeline({ diff: { missing: { after: { feeds: 2 } }, guard } });
  await world.run(pipeline, people(10));
  expect(await world.run(pipeline, people(9))).toMatchObject({ held: { grace: 1 } });
  const asked = await world.run(pipeline, people(6));
  expect(asked).toMatchObject({ held: { guard: 4 } });
  await accept(asked);
  await world.run(pipeline, people(6));
  expect(blocked()).toEqual(['p10']);
});

test.each(['stop', 'failed'] as const)(
  'S7: who came back is not gone again by an old acceptance, also when that night was ended (%s)',
  async (ending) => {
    const guard = { missing: { count: 2 }, update: { count: 4 }, floor: 0, then: 'stop' as const };
    const pipeline = testPipeline({ diff: { missing: { after: { feeds: 3 } }, guard } });
    await world.run(pipeline, people(10));
    await accept(await world.run(pipeline, people(6)));
    await world.run(pipeline, people(6));
    const back = ending === 'stop' ? { rows: renamed(10) } : { rows: people(10), failAfter: 10 };
    expect((await world.run(pipeline, back)).status).toBe(ending === 'stop' ? 'guarded' : 'failed');
    for (let night = 0; night < 3; night++) {
      const rows = people(6)
        .map((person) => ({ ...person, team: `t${night}` }))
        .slice(0, 6);
      expect(await world.run(pipeline, [...rows.slice(0, 2), ...people(6).slice(2)])).toMatchObject({
        status: 'guarded',
        guards: [{ operation: 'missing', count: 4 }],
      });
    }
    expect(blocked()).toEqual([]);
  },
);

test('S7: a feed is short by the people whom it names, however many rows it has', async () => {
  const pipeline = testPipeline({ diff: { guard: { floor: 0, then: 'hold' } } });
  await world.run(pipeline, people(40));
  const five = people(5);
  const result = await world.run(pipeline, [...five, ...five, ...five, ...five]);
  expect(result).toMatchObject({ status: 'guarded', guards: [{ operation: 'feed' }], held: { guard: 35 } });
  expect(blocked()).toEqual([]);
});

test('S11: a later sink is told what it would have been told, when a run before was ended between the two', async () => {
  const second = testTarget();
  await world.close();
  world = await testWorld({ target, second });
  const sinks = ['target', 'second'].map((kind) => ({ kind, options: {}, written: {} }));
  const pipeline = testPipeline({ sinks, after: [setStep({ note: '=$was.name' })] });
  await world.run(pipeline, people(2));
  const down = () => ({ is: 'notDone' as const, reason: 'busy' });
  second.answers.push(down, down, down);
  expect((await world.run(pipeline, renamed(2))).status).toBe('failed');
  await world.run(pipeline, renamed(2));
  const told = (of: TestTarget) =>
    of.ledger.filter(({ operation }) => operation === 'update').map(({ record, changed }) => ({ record, changed }));
  expect(told(second)).toEqual(told(target));
  expect(told(second)[0]).toMatchObject({ record: { note: 'Name 1' }, changed: { name: 'Name 1 II' } });
});
