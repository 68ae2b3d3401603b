import { isProblem, problem, type Problem } from '../../model/problem.ts';

/** What can be wrong with a file, whatever the place it lies in. */
export type FileFault =
  'missing' | 'noFolder' | 'denied' | 'readOnly' | 'diskFull' | 'quotaFull' | 'taken' | 'isFolder';

/** A place of files in sentences: nothing for this machine, ` on the server` for another. */
export type FilePlace = '' | ' on the server';

type Told = [code: string, sentence: string, fix: string];

/** The one table of what is said of a file: code, what follows its path, what to do. */
const faults: Readonly<Record<Exclude<FileFault, 'missing' | 'noFolder'>, Told>> = {
  denied: [
    'FILE_DENIED',
    'may not be used by this account',
    'Give the account the right to read, write and move there.',
  ],
  readOnly: ['FILE_DENIED', 'lies on a disk that is read-only', 'Choose another folder.'],
  diskFull: ['FILE_DISK_FULL', 'could not be written: the disk is full', 'Make room there and run again.'],
  quotaFull: ['FILE_DISK_FULL', 'could not be written: the quota is used up', 'Make room there and run again.'],
  taken: ['FILE_NAME_TAKEN', 'exists already', 'Choose another name.'],
  isFolder: ['FILE_NOT_A_FILE', 'is a folder, and a file was expected', 'Name the file.'],
};

/** The problem for a fault: FILE_MISSING, FILE_FOLDER_MISSING or what the table says. */
export function fileProblem(fault: FileFault, path: string, place: FilePlace, cause?: unknown): Problem {
  if (fault === 'missing')
    return problem('FILE_MISSING', `There is no file ${path}${place}.`, {
      fix: 'Check the path; capitals count.',
      cause,
    });
  if (fault === 'noFolder')
    return problem('FILE_FOLDER_MISSING', `The folder of ${path} does not exist${place}.`, {
      fix: 'Check the path, where capitals count, or have the folder made.',
      cause,
    });
  const [code, sentence, fix] = faults[fault];
  return problem(code, `${path}${place} ${sentence}.`, { fix, cause });
}

/** FILE_FAILED, for what no fault fits: `detail` is the place's own word for it, without a value of the file. */
export const fileFailed = (path: string, place: FilePlace, detail: string, cause?: unknown): Problem =>
  problem('FILE_FAILED', `${path}${place} failed: ${detail}.`, { fix: 'Look at the disk and its quota.', cause });

/** What an error says: a fault, `absent` where it depends on what was looked for, words for FILE_FAILED, or nothing. */
export type FaultReader = (error: unknown) => FileFault | 'absent' | { detail: string } | undefined;

/** Does it, and tells errors as problems; `missing` is the code where something isn't there. */
export type TellFault = <T>(
  path: string,
  missing: 'FILE_MISSING' | 'FILE_FOLDER_MISSING',
  act: () => Promise<T>,
) => Promise<T>;

/** Makes the `told` of a store from how its errors read. Problems, and errors that say nothing, pass as they are. */
export const tellFaults =
  (place: FilePlace, read: FaultReader): TellFault =>
  async (path, missing, act) => {
    try {
      return await act();
    } catch (error) {
      const found = isProblem(error) ? undefined : read(error);
      if (found === undefined) throw error;
      if (typeof found === 'object') throw fileFailed(path, place, found.detail, error);
      const absent = missing === 'FILE_MISSING' ? 'missing' : 'noFolder';
      throw fileProblem(found === 'absent' ? absent : found, path, place, error);
    }
  };
