import { isProblem } from '../../model/problem.ts';
import type { RunResult } from './result.ts';

/** How a run that met this failure ends. */
export function statusOf(failure: unknown): RunResult['status'] {
  if (isProblem(failure) && failure.code === 'RUN_CANCELLED') return 'cancelled';
  if (failure instanceof Error && failure.name === 'AbortError') return 'cancelled';
  return isProblem(failure) && isSkip(failure.code) ? 'skipped' : 'failed';
}

const isSkip = (code: string): boolean => code === 'PIPELINE_LOCKED' || code === 'PIPELINE_WAITS';

/** Code, sentence and what to do about it. */
export function failureOf(failure: unknown): Pick<RunResult, 'code' | 'reason' | 'fix'> {
  if (failure instanceof Error && failure.name === 'AbortError') {
    return { code: 'RUN_CANCELLED', reason: 'The run was cancelled; what was delivered before is committed' };
  }
  if (isProblem(failure))
    return { code: failure.code, reason: failure.message, ...(failure.fix ? { fix: failure.fix } : {}) };
  const name = failure instanceof Error ? failure.name : typeof failure;
  if (process.env.PORTOLAN_DEBUG)
    process.stderr.write(`${failure instanceof Error ? failure.stack : String(failure)}\n`);
  return {
    code: 'INTERNAL',
    reason: `An error that Portolan does not know ended the run (${name})`,
    fix: 'Run again with PORTOLAN_DEBUG=1 and report what it prints.',
  };
}
