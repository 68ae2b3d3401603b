import { describe, expect, it } from 'vitest';
import { codeOf } from '../../src/connect/contract/index.ts';
import { fileProblem, problem, tellFaults, type FileFault } from '../../src/connect/sdk/index.ts';

const told = tellFaults(' on the server', (error) => (error as { found?: FileFault | 'absent' }).found);
const failing = (found?: FileFault | 'absent') => () => Promise.reject(Object.assign(new Error('x'), { found }));

describe('what is wrong with a file', () => {
  it.each([
    ['missing', 'FILE_MISSING', 'There is no file a/b.csv on the server.'],
    ['noFolder', 'FILE_FOLDER_MISSING', 'The folder of a/b.csv does not exist on the server.'],
    ['denied', 'FILE_DENIED', 'a/b.csv on the server may not be used by this account.'],
    ['readOnly', 'FILE_DENIED', 'a/b.csv on the server lies on a disk that is read-only.'],
    ['diskFull', 'FILE_DISK_FULL', 'a/b.csv on the server could not be written: the disk is full.'],
    ['quotaFull', 'FILE_DISK_FULL', 'a/b.csv on the server could not be written: the quota is used up.'],
    ['taken', 'FILE_NAME_TAKEN', 'a/b.csv on the server exists already.'],
    ['isFolder', 'FILE_NOT_A_FILE', 'a/b.csv on the server is a folder, and a file was expected.'],
  ] as const)('%s is %s, in one sentence, with what to do', (fault, code, message) => {
    expect(fileProblem(fault, 'a/b.csv', ' on the server')).toMatchObject({
      code,
      message,
      fix: expect.stringMatching(/\.$/),
    });
  });

  it('is told by what was looked for, where a thing is absent', async () => {
    expect(await codeOf(() => told('a', 'FILE_MISSING', failing('absent')))).toBe('FILE_MISSING');
    expect(await codeOf(() => told('a', 'FILE_FOLDER_MISSING', failing('absent')))).toBe('FILE_FOLDER_MISSING');
    expect(await codeOf(() => told('a', 'FILE_MISSING', failing('denied')))).toBe('FILE_DENIED');
  });

  it('leaves problems, and errors of another kind, as they are', async () => {
    const theirs = problem('SFTP_DROPPED', 'The connection was lost.');
    await expect(told('a', 'FILE_MISSING', () => Promise.reject(theirs))).rejects.toBe(theirs);
    await expect(told('a', 'FILE_MISSING', failing())).rejects.toThrow('x');
  });
});
