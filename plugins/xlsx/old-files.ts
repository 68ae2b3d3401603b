import { peek } from '#sdk';
import { notReadable } from './faults.ts';

/** How files of the older container begin, which holds XLS and workbooks under a password. */
const signature = Buffer.from('d0cf11e0a1b11ae1', 'hex');
const lockedName = Buffer.from('EncryptedPackage', 'utf16le');
/** The names inside stand near the beginning or the end; a larger file is not searched through. */
const searchedBytes = 64 * 1024 * 1024;

/** The same bytes, or XLSX_NOT_READABLE for a file of the older kind. */
export async function refuseOld(bytes: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const { first, all } = await peek(bytes, signature.length);
  if (!signature.equals(first)) return all();
  throw notReadable(await holds(all(), lockedName));
}

async function holds(bytes: AsyncIterable<Uint8Array>, wanted: Buffer): Promise<boolean> {
  let last = Buffer.alloc(0);
  let searched = 0;
  for await (const chunk of bytes) {
    last = Buffer.concat([last.subarray(Math.max(0, last.length - wanted.length)), chunk]);
    if (last.includes(wanted)) return true;
    searched += chunk.length;
    if (searched > searchedBytes) return false;
  }
  return false;
}
