import { compileTemplate } from '../../src/expression/index.ts';
import type { Clock } from '../../src/model/clock.ts';
import type { OpenContext } from '../../src/connect/sdk/index.ts';

export interface JumpingClock extends Clock {
  slept: number[];
  onSleep?: () => Promise<void>;
}

/** A clock that jumps instead of sleeping. */
export function jumpingClock(now = Date.UTC(2026, 10, 24, 2, 30)): JumpingClock {
  let elapsed = 0;
  const clock: JumpingClock = {
    slept: [],
    now: () => now + elapsed,
    monotonic: () => elapsed,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      clock.slept.push(ms);
      elapsed += ms;
      await clock.onSleep?.();
    },
  };
  return clock;
}

/** What a run gives to a connector. */
export function openContext<C>(
  connection: C,
  more: Partial<OpenContext<C>> = {},
): OpenContext<C> & { notes: string[]; clock: JumpingClock } {
  const notes: string[] = [];
  return {
    connection,
    connectionName: 'hr',
    folder: '/nowhere',
    scope: { pipeline: 'employees', run: { id: 'run-1', date: '2026-11-24' }, params: {} },
    env: { now: Date.UTC(2026, 10, 24, 2, 30), timezone: 'Europe/Moscow', tables: () => undefined },
    signal: new AbortController().signal,
    note: (message) => notes.push(message),
    ...more,
    clock: jumpingClock(),
    notes,
  };
}

/** A template of a path, as the compiler makes one. */
export const pathOf = (text: string) => compileTemplate(text, 'filePath');
