import { problem } from '../../model/problem.ts';

/** A disk that can't take what a run sets aside, in words: STAGING_DISK_FULL, STAGING_DENIED. Any other error stays what it is. */
export function diskProblem(error: unknown, what: string, isDelivering = false): unknown {
  const { code } = error as NodeJS.ErrnoException;
  const delivered = isDelivering ? 'what was delivered before stays delivered' : 'nothing was delivered';
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return problem(
      'STAGING_DISK_FULL',
      `The disk that holds the workspace is full, so ${what} could not be set aside; ${delivered}`,
      {
        fix: 'Make room on that disk and run again: the run reads its source anew.',
        cause: error,
      },
    );
  }
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') {
    return problem('STAGING_DENIED', `The folder .portolan/runs of the workspace may not be written to; ${delivered}`, {
      fix: 'Give the account that runs Portolan the right to write there.',
      cause: error,
    });
  }
  return error;
}
