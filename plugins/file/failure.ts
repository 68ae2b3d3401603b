import { isProblem, problem, type Problem } from '#sdk';

const codes: Record<string, [code: string, sentence: string, fix: string]> = {
  EACCES: ['FILE_DENIED', 'may not be used by this account', 'Give the account the right to it.'],
  EPERM: ['FILE_DENIED', 'may not be used by this account', 'Give the account the right to it.'],
  EROFS: ['FILE_DENIED', 'lies on a disk that is read-only', 'Choose another folder.'],
  ENOSPC: ['FILE_DISK_FULL', 'could not be written: the disk is full', 'Make room and run again.'],
  EDQUOT: ['FILE_DISK_FULL', 'could not be written: the quota is used up', 'Make room and run again.'],
  EEXIST: ['FILE_NAME_TAKEN', 'exists already', 'Choose another name.'],
  EISDIR: ['FILE_NOT_A_FILE', 'is a folder, and a file was expected', 'Name the file.'],
};

/** Does it, and tells errors of the file system as problems; `missing` is the code where something isn't there. */
export async function told<T>(
  path: string,
  missing: 'FILE_MISSING' | 'FILE_FOLDER_MISSING',
  act: () => Promise<T>,
): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw asProblem(error, path, missing);
  }
}

function asProblem(error: unknown, path: string, missing: string): Problem {
  if (isProblem(error)) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    const what = missing === 'FILE_MISSING' ? `There is no file ${path}.` : `The folder of ${path} does not exist.`;
    return problem(missing, what, { fix: 'Check the path; capitals count.', cause: error });
  }
  const [known, sentence, fix] = codes[code] ?? ['FILE_FAILED', `failed: ${code || message}`, 'Look at the disk.'];
  return problem(known, `${path} ${sentence}.`, { fix, cause: error });
}
