import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { problem } from '../../model/problem.ts';

/** A content on disk, for what can't be read from its beginning to its end. */
export interface Spool {
  file: FileHandle;
  sizeBytes: number;
  close(): Promise<void>;
}

/** A file of mode 0600 in the temporary folder that has no name from the first byte on: a killed run leaves nothing. */
export async function namelessFile(): Promise<FileHandle> {
  const path = join(tmpdir(), `portolan-${randomBytes(12).toString('hex')}`);
  const file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
  await rm(path);
  return file;
}

/** Puts a content whole on disk. Throws SPOOL_TOO_LARGE above the limit, SPOOL_DISK_FULL. */
export async function spool(bytes: AsyncIterable<Uint8Array>, limitBytes: number): Promise<Spool> {
  const file = await namelessFile();
  let sizeBytes = 0;
  try {
    for await (const chunk of bytes) {
      sizeBytes += chunk.length;
      if (sizeBytes > limitBytes) throw tooLarge(limitBytes);
      await file.appendFile(chunk);
    }
  } catch (error) {
    await file.close();
    throw diskFull(error);
  }
  return { file, sizeBytes, close: () => file.close() };
}

/** The content from its beginning to its end. */
export async function* contentOf({ file, sizeBytes }: Spool): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < sizeBytes;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(65_536), 0, 65_536, done);
    done += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** SPOOL_DISK_FULL where the error is that; else the error itself. */
export const diskFull = (error: unknown): unknown =>
  ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException | undefined)?.code ?? '')
    ? problem('SPOOL_DISK_FULL', `The disk of the temporary folder ${tmpdir()} is full.`, {
        fix: 'Make room there, or set TMPDIR to a folder that has it.',
        cause: error,
      })
    : error;

const tooLarge = (limitBytes: number) =>
  problem('SPOOL_TOO_LARGE', `The file is larger than ${Math.round(limitBytes / 1024 ** 2)} MB.`, {
    fix: 'Check that it is the right file; a larger one must be delivered in parts.',
  });
