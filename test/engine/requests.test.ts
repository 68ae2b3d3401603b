import { afterEach, beforeEach, expect, test } from 'vitest';
import type { OpenSink } from '../../src/connect/sdk/index.ts';
import type { WriteItem } from '../../src/model/record.ts';
import { people, testPipeline, testTarget, testWorld, type TestTarget, type TestWorld } from './harness.ts';

let target: TestTarget;
let world: TestWorld;
/** Keys of each request, in the order in which they were made. */
let requests: string[][];

/** Changes rules of the target, and remembers who stood in one request. */
function watch(change: (rules: OpenSink['rules']) => void): void {
  const make = target.sink;
  target.sink = () => {
    const sink = make();
    change(sink.rules);
    return {
      ...sink,
      write: (batch, signal) => {
        requests.push(batch.items.map(({ key }) => key));
        return sink.write(batch, signal);
      },
    };
  };
}

beforeEach(async () => {
  requests = [];
  target = testTarget({ size: 4 });
  world = await testWorld({ target });
});
afterEach(() => world.close());

test('records of one batch that become updates are sent as many at once as an update takes', async () => {
  for (const { id } of people(4)) target.people.set(String(id), { id: `x-${String(id)}`, record: {}, blocked: false });
  watch(({ update }) => Object.assign(update ?? {}, { size: 1 }));
  const result = await world.run(testPipeline(), people(4));
  expect(result.counts.delivered).toEqual({ create: 4 });
  expect(requests).toEqual([['p1', 'p2', 'p3', 'p4'], ['p1'], ['p2'], ['p3'], ['p4']]);
});

test('many records sent alone do not use up each other’s turns', async () => {
  target = testTarget({ size: 12 });
  const other = await testWorld({ target });
  for (const { id } of people(12)) target.people.set(String(id), { id: `x-${String(id)}`, record: {}, blocked: false });
  const make = target.sink;
  const wasStale = new Set<string>();
  target.sink = () => {
    const sink = make();
    Object.assign(sink.rules.update ?? {}, { size: 1 });
    return {
      ...sink,
      write: async (batch, signal) => {
        const [{ key }] = batch.items as [WriteItem];
        if (batch.operation === 'update' && !wasStale.has(key)) {
          wasStale.add(key);
          return { is: 'answered', outcomes: [{ is: 'stale', reason: 'changed meanwhile' }] };
        }
        return sink.write(batch, signal);
      },
    };
  };
  const result = await other.run(testPipeline(), people(12));
  expect(result.counts).toMatchObject({ rejected: 0, delivered: { create: 12 } });
  await other.close();
});

test('a batch is divided where one body would not hold it, and each part is a request of its own', async () => {
  watch(({ create }) => Object.assign(create ?? {}, { divide: async (items: WriteItem[]) => [1, items.length - 1] }));
  const result = await world.run(testPipeline(), people(4));
  expect(result.counts.delivered).toEqual({ create: 4 });
  expect(requests).toEqual([['p1'], ['p2', 'p3', 'p4']]);
  expect(new Set(target.ledger.map(({ once }) => once)).size).toBe(2);
});

test.each([
  [true, 1],
  [false, 2],
])('batches of an operation that is ordered: %s are %i at once', async (ordered, most) => {
  let inFlight = 0;
  let seen = 0;
  const make = target.sink;
  target.sink = () => {
    const sink = make();
    Object.assign(sink.rules.create ?? {}, { size: 1, ordered, repeat: 'never' });
    return {
      ...sink,
      concurrency: 2,
      write: async (batch, signal) => {
        inFlight += 1;
        seen = Math.max(seen, inFlight);
        await new Promise((resolve) => setImmediate(resolve));
        const answer = await sink.write(batch, signal);
        inFlight -= 1;
        return answer;
      },
    };
  };
  await world.run(testPipeline(), people(6));
  expect(seen).toBe(most);
  expect(target.done('create')).toEqual(['p1', 'p2', 'p3', 'p4', 'p5', 'p6']);
});
