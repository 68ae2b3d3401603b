import { fileFailed, fileProblem, isProblem, tellFaults } from '#sdk';
import type { SftpSession } from './session.ts';

/** Answers of the protocol (draft-ietf-secsh-filexfer-02, section 7). */
export const status = { noSuchFile: 2, permissionDenied: 3, failure: 4 } as const;

/** The number that the server answered with, if it did. */
export const statusOf = (error: unknown): unknown =>
  isProblem(error) ? undefined : (error as { code?: unknown }).code;

/** A place in sentences. */
export const place = ' on the server';

/** Does it, and tells refusals of the server as problems; `missing` is the code where something isn't there. */
export const told = tellFaults(place, (error) => {
  const answer = statusOf(error);
  if (typeof answer !== 'number') return undefined;
  if (answer === status.noSuchFile) return 'absent';
  return answer === status.permissionDenied ? 'denied' : { detail: (error as Error).message };
});

/** Writing failed: OpenSSH says just "Failure" of a full disk, so it is asked how much room there is. */
export async function writeRefusal(session: SftpSession, error: unknown, path: string, folder: string) {
  if (isProblem(error) || statusOf(error) !== status.failure) return error;
  const room = await session
    .ask<{ f_bsize: number; f_frsize: number; f_bavail: number }>((done) =>
      session.sftp.ext_openssh_statvfs(folder, done as never),
    )
    .catch(() => undefined);
  if (!room || room.f_bavail * (room.f_frsize || room.f_bsize) >= 1024 * 1024)
    return fileFailed(path, place, (error as Error).message, error);
  return fileProblem('diskFull', path, place, error);
}
