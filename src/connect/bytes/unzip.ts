import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import { isProblem, problem } from '../../model/problem.ts';
import { charset } from './charsets.ts';
import { spool, type Spool } from './spool.ts';

/** A file in a ZIP. Its name is a name only: nothing is ever written under it. */
export interface ZipMember {
  name: string;
  sizeBytes: number;
  /** Checked against the sum in the directory. Throws ZIP_DAMAGED. */
  read(): AsyncGenerator<Uint8Array>;
}

/** A ZIP whose directory has been read. */
export interface OpenZip {
  members: readonly ZipMember[];
  close(): Promise<void>;
}

/** What is taken for a bomb rather than for data. */
export interface ZipLimits {
  packedBytes: number;
  /** Of all members together. */
  unpackedBytes: number;
  members: number;
  /** Unpacked to packed size, of members above 64 MB. */
  ratio: number;
}

/** Enough for any feed that was seen. */
export const zipLimits: ZipLimits = Object.freeze({
  packedBytes: 8 * 1024 ** 3,
  unpackedBytes: 32 * 1024 ** 3,
  members: 10_000,
  ratio: 500,
});

const smallBytes = 64 * 1024 ** 2;

/**
 * Opens a ZIP. Its directory stands at its end, so it is put on disk first. Folders are no members. Throws ZIP_DAMAGED,
 * ZIP_TOO_LARGE, ZIP_ENCRYPTED, and ARCHIVE_NAME for a name that leads out of its folder.
 */
export async function openZip(bytes: AsyncIterable<Uint8Array>, limits: ZipLimits = zipLimits): Promise<OpenZip> {
  const spooled = await spool(bytes, limits.packedBytes);
  try {
    const zip = await directoryOf(spooled);
    return { members: await membersOf(zip, limits), close: () => spooled.close() };
  } catch (error) {
    await spooled.close();
    throw isProblem(error) ? error : damaged(error);
  }
}

async function directoryOf({ file, sizeBytes }: Spool): Promise<ZipFile> {
  if (sizeBytes === 0) throw damaged(new Error('it is empty'));
  const { fromFdPromise } = (await import('yauzl')).default;
  return fromFdPromise(file.fd, { autoClose: false, lazyEntries: true, decodeStrings: false });
}

async function membersOf(zip: ZipFile, limits: ZipLimits): Promise<ZipMember[]> {
  if (zip.entryCount > limits.members)
    throw bomb(`It has ${zip.entryCount} members, and ${limits.members} are read at most`);
  const { getFileNameLowLevel } = (await import('yauzl')).default;
  const members: ZipMember[] = [];
  let unpackedBytes = 0;
  for await (const entry of zip.eachEntry()) {
    const { compressedSize, uncompressedSize } = entry;
    const name = nameOf(entry, getFileNameLowLevel);
    refuseEscape(name);
    if (name.endsWith('/')) continue;
    unpackedBytes += uncompressedSize;
    if (unpackedBytes > limits.unpackedBytes) throw bomb(`It unpacks to more than ${megabytes(limits.unpackedBytes)}`);
    if (uncompressedSize > smallBytes && uncompressedSize > compressedSize * limits.ratio)
      throw bomb(`A member of ${megabytes(compressedSize)} unpacks to ${megabytes(uncompressedSize)}`);
    members.push({ name, sizeBytes: uncompressedSize, read: () => readMember(zip, entry) });
  }
  return members;
}

async function* readMember(zip: ZipFile, entry: Entry): AsyncGenerator<Uint8Array> {
  if (entry.isEncrypted())
    throw problem('ZIP_ENCRYPTED', 'The ZIP is locked by a password.', {
      fix: 'Ask for it without one; the way it is sent on must be safe instead.',
    });
  let stream: Readable | undefined;
  let sum = 0;
  try {
    stream = await zip.openReadStreamPromise(entry);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      sum = crc32(chunk, sum);
      yield chunk;
    }
  } catch (error) {
    throw isProblem(error) ? error : damaged(error);
  } finally {
    stream?.destroy();
  }
  if (sum !== entry.crc32) throw damaged(new Error('a member does not have the sum that the directory says'));
}

const strictUtf8 = charset('utf-8');
const dos = charset('cp866');

/** Names are UTF-8 where the ZIP says so or where they can be; old Windows writes those of its code page. */
function nameOf(
  { generalPurposeBitFlag, fileNameRaw, extraFields }: Entry,
  ownNames: (flags: number, name: Buffer, extra: Entry['extraFields'], strict: boolean) => string,
): string {
  const isTold = (generalPurposeBitFlag & 0x800) !== 0 || extraFields.some(({ id }) => id === 0x7075);
  const name = isTold
    ? ownNames(generalPurposeBitFlag, fileNameRaw, extraFields, false)
    : (strictUtf8.decode(fileNameRaw) ?? dos.decodeLossy(fileNameRaw));
  return name.replaceAll('\\', '/').normalize('NFC');
}

/** Throws ARCHIVE_NAME for a member whose name leads out of the folder that it would be unpacked in. */
export function refuseEscape(name: string): void {
  if (!/^[A-Za-z]:|^\/|\0/.test(name) && !name.split('/').includes('..')) return;
  throw problem('ARCHIVE_NAME', 'A member of the archive has a name that leads out of its folder.', {
    fix: 'Such archives are made to do harm: ask the sender what it is.',
  });
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1024 ** 2)} MB`;

const bomb = (what: string) =>
  problem('ZIP_TOO_LARGE', `${what}: the ZIP looks like a bomb.`, {
    fix: 'Check that it is the right file; a larger one must be delivered in parts.',
  });

const damaged = (cause: unknown) =>
  problem('ZIP_DAMAGED', `The file is no whole ZIP: ${reasonOf(cause)}.`, {
    fix: 'Ask for the file once more.',
    cause,
  });

/** yauzl's sentences hold offsets and names; those of its first words tell enough. */
const reasonOf = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause)).split(/[.:](\s|$)/)[0] ?? 'it can not be read';
