import { exitCode } from './exit-code.ts';
import type { Terminal } from './terminal.ts';

/** Requests in flight may answer for so long (S23), and a little more for what is to be committed. */
const GRACE_MS = 35_000;

/**
 * Runs work under a signal that the first SIGINT or SIGTERM aborts. The second one ends the process at once, and so does
 * work that has not ended after its grace: what is open then is found by the next run (S9).
 */
export async function withStopSignals<T>(
  terminal: Terminal,
  work: (signal: AbortSignal) => Promise<T>,
  graceMs = GRACE_MS,
): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const off = terminal.onSignal(() => {
    if (controller.signal.aborted) return terminal.exit(exitCode.failed);
    terminal.err('\nStopping: requests in flight may answer, then the run ends. Once more stops at once.\n');
    controller.abort();
    timer = setTimeout(() => terminal.exit(exitCode.failed), graceMs);
    timer.unref();
  });
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    off();
  }
}
