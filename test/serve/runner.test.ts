import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { newRunner, type Runner } from '../../src/serve/runner.ts';
import type { RunResult } from '../../src/engine/run/result.ts';
import type { EventPlace } from '../../src/workspace/index.ts';

let runner: Runner | undefined;
beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(async () => {
  await runner?.stop();
  vi.useRealTimers();
});

/** Two kinds of events that one pipeline reads, and what waits of each. */
function scene(run: () => Promise<Pick<RunResult, 'status'>>) {
  const waiting: Record<string, number[]> = { a: [], b: [] };
  const lines: string[] = [];
  const state = { isBusy: false };
  const place = (name: string, size: number, withinMs: number): EventPlace => ({
    name,
    pipelines: [{ pipeline: 'p', source: name, size, withinMs }],
    maxBytes: 1,
    open: () => {
      throw new Error('no door is opened here');
    },
    async waitingFor() {
      if (state.isBusy) throw new Error('Anna Orlova');
      const moments = waiting[name] as number[];
      return moments.length === 0 ? { count: 0 } : { count: moments.length, oldestAt: Math.min(...moments) };
    },
    forgetSettled: async () => {},
  });
  runner = newRunner({
    places: [place('a', 2, 1_000), place('b', 5, 60_000)],
    run: async () => (await run()) as RunResult,
    now: () => Date.now(),
    ended: (pipeline, came) =>
      lines.push(`${pipeline} ${'status' in came ? came.status : `${came.code} ${came.message}`}`),
  });
  const arrive = (name: string): void => {
    (waiting[name] as number[]).push(Date.now());
    runner?.arrived(name);
  };
  const empty = (): void => Object.values(waiting).forEach((moments) => moments.splice(0));
  return { arrive, empty, lines, state };
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test('a run begins when one kind of events is a batch, or has waited as long as it may', async () => {
  const { arrive, empty, lines } = scene(async () => {
    empty();
    return { status: 'done' };
  });
  arrive('b');
  await pass(59_000);
  expect(lines).toEqual([]);
  arrive('a');
  await pass(900);
  expect(lines).toEqual([]);
  await pass(200);
  expect(lines).toEqual(['p done']);
  arrive('a');
  await pass(1);
  arrive('a');
  await pass(1);
  expect(lines).toEqual(['p done', 'p done']);
});

test('a run that settles nothing is tried again after longer and longer pauses, up to five minutes', async () => {
  const moments: number[] = [];
  const { arrive } = scene(async () => {
    moments.push(Date.now());
    return { status: moments.length % 2 ? 'failed' : 'done' };
  });
  arrive('a');
  arrive('a');
  await pass(2_000_000);
  const pauses = moments.slice(1, 8).map((at, index) => (at - (moments[index] as number)) / 1_000);
  expect(pauses).toEqual([10, 20, 40, 80, 160, 300, 300]);
});

test('a store that can not be asked is asked again, and what it said is not told', async () => {
  const { arrive, empty, lines, state } = scene(async () => {
    empty();
    return { status: 'done' };
  });
  await pass(1);
  state.isBusy = true;
  arrive('a');
  await pass(1);
  expect(lines).toEqual(['p UNEXPECTED Error']);
  state.isBusy = false;
  await pass(10_000);
  expect(lines).toEqual(['p UNEXPECTED Error', 'p done']);
});

test('after a stop nothing is begun', async () => {
  const { arrive, lines } = scene(async () => ({ status: 'done' }));
  await runner?.stop();
  arrive('a');
  arrive('a');
  await pass(600_000);
  expect(lines).toEqual([]);
});
