import type { Observe } from '../engine/run/result.ts';
import { progressLine } from '../tell/summary/index.ts';
import { fitted } from '../tell/text/width.ts';
import type { Terminal } from './terminal.ts';

const LEAST_MS = 100;

/** One line on standard error that tells how far a run is; nothing where that is no terminal. */
export function progressOn(
  terminal: Terminal,
  now: () => number = () => performance.now(),
): { observe: Observe; end(): void } {
  if (!terminal.errIsTerminal) return { observe: () => {}, end: () => {} };
  let shownAt = -Infinity;
  let isShown = false;
  const show = (text: string): void => {
    terminal.err(`\r\u001b[K${fitted(text, (terminal.width ?? 80) - 1)}`);
    isShown = true;
  };
  return {
    observe(event) {
      if (event.is !== 'progress' || now() - shownAt < LEAST_MS) return;
      shownAt = now();
      show(progressLine(event.phase, event.counts, event.total));
    },
    end() {
      if (isShown) terminal.err('\r\u001b[K');
      isShown = false;
    },
  };
}
