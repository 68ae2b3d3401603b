import type { FileWriter } from '#sdk';
import { fileProblem } from '#sdk';
import { place, status, statusOf, told, writeRefusal } from './failure.ts';
import type { SftpSession } from './session.ts';

const pieceBytes = 32 * 1024;
const maxInFlight = 64;

/** Creates a file and writes with many requests in flight; at most 2 MB are held. */
export async function writeAhead(session: SftpSession, path: string, folder: string): Promise<FileWriter> {
  const { sftp, ask } = session;
  const handle = await create(session, path);
  const inFlight = new Set<Promise<void>>();
  let position = 0;
  let failure: { error: unknown } | undefined;
  let isClosed = false;

  const send = (piece: Buffer): void => {
    const at = position;
    position += piece.length;
    const sent = ask<void>((done) => sftp.write(handle, piece, 0, piece.length, at, (error) => done(error, undefined)))
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => inFlight.delete(sent));
    inFlight.add(sent);
  };
  const check = async (): Promise<void> => {
    if (failure) throw await writeRefusal(session, failure.error, path, folder);
  };
  const close = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    await ask<void>((done) => sftp.close(handle, (error) => done(error, undefined)));
  };

  return {
    async write(chunk) {
      for (let start = 0; start < chunk.length; start += pieceBytes) {
        await check();
        // A copy: the caller may fill its buffer anew while this piece waits.
        send(Buffer.from(chunk.subarray(start, start + pieceBytes)));
        while (inFlight.size >= maxInFlight) await Promise.race(inFlight);
      }
    },
    async end() {
      await Promise.all(inFlight);
      await check();
      try {
        await flush(session, handle);
        await close();
      } catch (error) {
        throw await writeRefusal(session, error, path, folder);
      }
    },
    async abort() {
      await Promise.all(inFlight);
      await close().catch(() => {});
      await ask<void>((done) => sftp.unlink(path, (error) => done(error, undefined))).catch((error: unknown) => {
        if (statusOf(error) !== status.noSuchFile) throw error;
      });
    },
  };
}

/** `x` makes the server refuse a name that is taken; it says just "Failure" then. */
async function create({ sftp, ask }: SftpSession, path: string): Promise<Buffer> {
  try {
    return await told(path, 'FILE_FOLDER_MISSING', () => ask<Buffer>((done) => sftp.open(path, 'wx', done)));
  } catch (error) {
    const isTaken = await ask<unknown>((done) => sftp.lstat(path, done as never)).catch(() => undefined);
    if (!isTaken || (error as { code?: unknown }).code !== 'FILE_FAILED') throw error;
    throw fileProblem('taken', path, place);
  }
}

/** To the server's disk, where the server can be asked for it. */
async function flush({ sftp, ask }: SftpSession, handle: Buffer): Promise<void> {
  try {
    await ask<void>((done) => sftp.ext_openssh_fsync(handle, (error) => done(error, undefined)));
  } catch (error) {
    if (!/does not support/.test((error as Error).message)) throw error;
  }
}
