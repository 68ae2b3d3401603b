import { isProblem, problem } from '#sdk';
import type { SftpSession } from './session.ts';

/** Answers of the protocol (draft-ietf-secsh-filexfer-02, section 7). */
export const status = { noSuchFile: 2, permissionDenied: 3, failure: 4 } as const;

/** The number that the server answered with, if it did. */
export const statusOf = (error: unknown): unknown =>
  isProblem(error) ? undefined : (error as { code?: unknown }).code;

/** Does it, and tells refusals of the server as problems; `missing` is the code where something isn't there. */
export async function told<T>(
  path: string,
  missing: 'FILE_MISSING' | 'FILE_FOLDER_MISSING',
  act: () => Promise<T>,
): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (isProblem(error) || typeof statusOf(error) !== 'number') throw error;
    throw refusal(error as Error, path, missing);
  }
}

function refusal(error: Error, path: string, missing: string) {
  const answer = statusOf(error);
  if (answer === status.noSuchFile && missing === 'FILE_MISSING')
    return problem('FILE_MISSING', `There is no file ${path} on the server.`, {
      fix: 'Check the path; capitals count.',
    });
  if (answer === status.noSuchFile)
    return problem('FILE_FOLDER_MISSING', `The folder of ${path} does not exist on the server.`, {
      fix: 'Check the path, or have the folder made.',
    });
  if (answer === status.permissionDenied)
    return problem('FILE_DENIED', `The server does not let this account use ${path}.`, {
      fix: 'Ask its administrator for the right to read, write and move there.',
    });
  return problem('FILE_FAILED', `The server refuses ${path}: ${error.message}.`, { cause: error });
}

/** Writing failed: OpenSSH says just "Failure" of a full disk, so it is asked how much room there is. */
export async function writeRefusal(session: SftpSession, error: unknown, path: string, folder: string) {
  if (isProblem(error) || statusOf(error) !== status.failure) return error;
  const room = await session
    .ask<{ f_bsize: number; f_frsize: number; f_bavail: number }>((done) =>
      session.sftp.ext_openssh_statvfs(folder, done as never),
    )
    .catch(() => undefined);
  if (!room || room.f_bavail * (room.f_frsize || room.f_bsize) >= 1024 * 1024)
    return problem('FILE_FAILED', `The server stopped taking ${path}: ${(error as Error).message}.`, {
      fix: 'Look at the disk and the quota of the account on the server.',
      cause: error,
    });
  return problem('FILE_DISK_FULL', `${path} could not be written: the disk of the server is full.`, {
    fix: 'Make room there and run again.',
  });
}
