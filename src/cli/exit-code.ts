import type { RunResult } from '../engine/run/result.ts';
import { codes, type Code } from '../model/codes.ts';
import { isProblem } from '../model/problem.ts';

/** What the process ends with. */
export const exitCode = Object.freeze({
  done: 0,
  /** Failed, cancelled or interrupted; or done, and its report could not be written. */
  failed: 1,
  /** The configuration or the command line is wrong. */
  wrong: 2,
  guarded: 3,
  /** Done, with rejected records, under --strict. */
  rejects: 4,
  /** Another run holds the lock, or the tick has had its run. */
  skipped: 5,
});

/** Of a run that came to an end of whatever kind; where it is done, of the corrections before it. */
export function exitCodeOf(result: RunResult, isStrict: boolean): number {
  const own = ownExitCode(result, isStrict);
  return own === exitCode.done && result.corrections ? ownExitCode(result.corrections, isStrict) : own;
}

function ownExitCode({ status, code, counts, reportFaults }: RunResult, isStrict: boolean): number {
  if (status === 'done' && reportFaults) return exitCode.failed;
  if (status === 'done') return isStrict && counts.rejected > 0 ? exitCode.rejects : exitCode.done;
  if (status === 'guarded') return exitCode.guarded;
  if (status === 'skipped') return exitCode.skipped;
  const known = codes[code as Code] as { class: string } | undefined;
  return known?.class === 'config' ? exitCode.wrong : exitCode.failed;
}

/** Of what was thrown before there was a run. */
export function exitCodeOfError(error: unknown): number {
  if (!isProblem(error)) return exitCode.failed;
  return error.class === 'config'
    ? exitCode.wrong
    : error.code === 'PIPELINE_LOCKED'
      ? exitCode.skipped
      : exitCode.failed;
}
