import type { RunResult } from '../engine/run/result.ts';
import { isProblem } from '../model/problem.ts';
import type { EventPipeline, EventPlace } from '../workspace/index.ts';

/** After a run that settled nothing the next one waits; each time longer, up to the second. */
const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 300_000;

export interface RunnerOptions {
  places: readonly EventPlace[];
  run(pipeline: string): Promise<RunResult>;
  /** UTC ms. */
  now(): number;
  /** A run ended, or could not begin. */
  ended(pipeline: string, came: RunResult | { code: string; message: string }): void;
}

/** Runs pipelines when what waits for them is a batch, or has waited long enough. */
export interface Runner {
  /** An event was stored at this place. */
  arrived(place: string): void;
  /** Begins no further run, and waits for those that go on. */
  stop(): Promise<void>;
}

/** One pipeline, and where its events are. */
interface Reader {
  pipeline: string;
  sources: { place: EventPlace; as: EventPipeline }[];
  timer?: NodeJS.Timeout | undefined;
  running?: Promise<void> | undefined;
  /** What waited when it was counted last, and came since. */
  waiting: number;
  failures: number;
  /** UTC ms. */
  notBefore: number;
}

/** Begins with what an earlier process left. */
export function newRunner({ places, run, now, ended }: RunnerOptions): Runner {
  const readers = readersOf(places);
  let isStopped = false;

  const look = (reader: Reader): void => {
    lookInto(reader).catch((error: unknown) => {
      // A store that is busy now is asked again.
      ended(reader.pipeline, faultOf(error));
      if (!isStopped) reader.timer ??= setTimeout(() => look(reader), FIRST_PAUSE_MS);
    });
  };

  const lookInto = async (reader: Reader): Promise<void> => {
    if (isStopped || reader.running) return;
    clearTimeout(reader.timer);
    reader.timer = undefined;
    const { count, due } = await waitingFor(reader);
    reader.waiting = count;
    if (due === undefined || isStopped || reader.running) return;
    const delayMs = Math.max(due, reader.notBefore) - now();
    if (delayMs <= 0) begin(reader);
    else reader.timer = setTimeout(() => look(reader), Math.min(delayMs, LONGEST_PAUSE_MS));
  };

  const begin = (reader: Reader): void => {
    reader.running = perform(reader).finally(() => {
      reader.running = undefined;
      look(reader);
    });
  };

  const perform = async (reader: Reader): Promise<void> => {
    const began = now();
    let isSettled = false;
    try {
      const result = await run(reader.pipeline);
      ended(reader.pipeline, result);
      isSettled = result.status === 'done' && !(await waitsSince(reader, began));
    } catch (error) {
      ended(reader.pipeline, faultOf(error));
    }
    reader.failures = isSettled ? 0 : reader.failures + 1;
    reader.notBefore = isSettled ? 0 : now() + pauseAfter(reader.failures);
  };

  for (const reader of readers) look(reader);
  return {
    arrived(place) {
      for (const reader of readers) {
        if (!reader.sources.some((source) => source.place.name === place)) continue;
        reader.waiting++;
        // A timer stands for what came before; only a batch that is full by now is earlier.
        const isFull = reader.sources.some(({ as }) => reader.waiting >= as.size);
        if (reader.timer === undefined || isFull) look(reader);
      }
    },
    async stop() {
      isStopped = true;
      for (const reader of readers) clearTimeout(reader.timer);
      await Promise.all(readers.map(({ running }) => running));
    },
  };
}

/** A message of the system may hold anything; one of ours holds no value. */
const faultOf = (error: unknown): { code: string; message: string } =>
  isProblem(error) ? error : { code: 'UNEXPECTED', message: error instanceof Error ? error.name : typeof error };

const pauseAfter = (failures: number): number =>
  Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 10));

function readersOf(places: readonly EventPlace[]): Reader[] {
  const readers = new Map<string, Reader>();
  for (const place of places) {
    for (const as of place.pipelines) {
      const known = readers.get(as.pipeline);
      if (known) known.sources.push({ place, as });
      else
        readers.set(as.pipeline, {
          pipeline: as.pipeline,
          sources: [{ place, as }],
          waiting: 0,
          failures: 0,
          notBefore: 0,
        });
    }
  }
  return [...readers.values()];
}

/** What waits, and the moment (UTC ms) at which a run is due; none where nothing waits. */
async function waitingFor({ sources }: Reader): Promise<{ count: number; due?: number }> {
  const all = await Promise.all(sources.map(async ({ place, as }) => ({ as, ...(await place.waitingFor(as)) })));
  const some = all.filter(({ count }) => count > 0);
  if (some.length === 0) return { count: 0 };
  const moments = some.map(({ as, count, oldestAt = 0 }) => (count >= as.size ? 0 : oldestAt + as.withinMs));
  return { count: some.reduce((sum, { count }) => sum + count, 0), due: Math.min(...moments) };
}

/** Does anything still wait that was there before a moment? */
async function waitsSince({ sources }: Reader, moment: number): Promise<boolean> {
  for (const { place, as } of sources) {
    const { oldestAt } = await place.waitingFor(as);
    if (oldestAt !== undefined && oldestAt < moment) return true;
  }
  return false;
}
