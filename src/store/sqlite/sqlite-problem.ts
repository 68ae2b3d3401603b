import { isProblem, problem, type Problem } from '../../model/problem.ts';

/** What SQLite says, as a problem a person can act on. `path` is the store's file. Unknown errors stay as they are. */
export function sqliteProblem(error: unknown, path: string): unknown {
  if (isProblem(error) || !(error instanceof Error)) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return known(code, error, path) ?? error;
}

function known(code: string, cause: Error, path: string): Problem | undefined {
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return problem('STORE_BUSY', `The store ${path} was held by another process for longer than 10 s`, {
      fix: 'Try again. If it stays so, look for a process that was stopped in the middle of writing.',
      cause,
    });
  }
  if (code.startsWith('SQLITE_FULL')) {
    return problem('STORE_FULL', `The disk that holds the store ${path} is full; nothing of this step was written`, {
      fix: 'Make room, then run again: what was delivered before is remembered.',
      cause,
    });
  }
  if (code.startsWith('SQLITE_READONLY')) {
    return problem('STORE_READ_ONLY', `The store ${path} cannot be written`, {
      fix: 'Give this account the right to write the file and its folder.',
      cause,
    });
  }
  if (code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB')) {
    return problem('STORE_DAMAGED', `The store ${path} is damaged or is not a store`, {
      fix: 'Restore it from a copy. Do not delete it: without it everybody would be created again.',
      cause,
    });
  }
  if (code.startsWith('SQLITE_CANTOPEN') || cause.message.startsWith('ConnectionFailed'))
    return cannotOpen(path, cause);
  return undefined;
}

/** The file or its folder is not there and cannot be made. */
export function cannotOpen(path: string, cause: unknown): Problem {
  return problem('STORE_CANNOT_OPEN', `The store ${path} cannot be opened or made`, {
    fix: 'Check the path under `store:` and the rights on its folder.',
    cause,
  });
}
