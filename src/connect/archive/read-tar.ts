import { problem } from '../../model/problem.ts';
import { refuseEscape } from '../bytes/unzip.ts';
import type { Member } from './archive-format.ts';
import { blockBytes, parseHeader } from './tar-header.ts';

/** Longer names and headers of headers than this are not read. */
const maxExtraBytes = 1024 * 1024;

/**
 * The files in a tar, as it comes. Folders, links and devices are no members. Throws TAR_DAMAGED, and ARCHIVE_NAME for a
 * name that leads out of its folder.
 */
export async function* readTar(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Member> {
  const input = newInput(bytes);
  // What an extra header says of the next member.
  let name: string | undefined;
  let size: number | undefined;
  try {
    for (;;) {
      const block = await input.take(blockBytes);
      if (block.every((byte) => byte === 0)) return await input.drain();
      const header = parseHeader(block);
      if (!header) throw damaged('a header in it is wrong');
      const sizeBytes = size ?? header.sizeBytes;
      if ('xgLK'.includes(header.kind)) {
        if (header.sizeBytes > maxExtraBytes) throw damaged('a header in it is too long');
        const extra = await input.take(header.sizeBytes);
        await input.skip(paddingOf(header.sizeBytes));
        if (header.kind === 'L') name = extra.toString('utf8').replace(/\0.*$/s, '');
        if (header.kind !== 'x') continue;
        const told = recordsOf(extra);
        name = told.get('path') ?? name;
        size = told.has('size') ? Number(told.get('size')) : undefined;
        continue;
      }
      let left = sizeBytes;
      async function* content(): AsyncGenerator<Uint8Array> {
        while (left > 0) {
          const piece = await input.some(left);
          left -= piece.length;
          yield piece;
        }
      }
      const shown = (name ?? header.name).replace(/^(\.\/)+/, '').normalize('NFC');
      [name, size] = [undefined, undefined];
      refuseEscape(shown.replaceAll('\\', '/'));
      if ('07'.includes(header.kind) && !shown.endsWith('/')) yield { name: shown, bytes: content };
      await input.skip(left + paddingOf(sizeBytes));
    }
  } finally {
    await input.close();
  }
}

const paddingOf = (sizeBytes: number): number => (blockBytes - (sizeBytes % blockBytes)) % blockBytes;

/** `LENGTH KEY=VALUE`, one a line; the length is that of the line in bytes. */
function recordsOf(extra: Buffer): Map<string, string> {
  const found = new Map<string, string>();
  for (let at = 0; at < extra.length;) {
    const blank = extra.indexOf(' ', at);
    const length = Number(extra.toString('latin1', at, Math.max(at, blank)));
    if (blank < 0 || !(length > 0)) throw damaged('a header in it is wrong');
    const [key = '', ...value] = extra.toString('utf8', blank + 1, at + length - 1).split('=');
    found.set(key, value.join('='));
    at += length;
  }
  return found;
}

function newInput(bytes: AsyncIterable<Uint8Array>) {
  const iterator = bytes[Symbol.asyncIterator]();
  let held: Uint8Array = new Uint8Array();
  let isDone = false;
  /** At least one byte, and at most so many. */
  async function some(maxBytes: number): Promise<Uint8Array> {
    while (held.length === 0) {
      const next = await iterator.next();
      if (next.done) {
        isDone = true;
        throw damaged('it ends before its own end');
      }
      held = next.value;
    }
    const piece = held.subarray(0, maxBytes);
    held = held.subarray(piece.length);
    return piece;
  }
  return {
    some,
    async take(sizeBytes: number): Promise<Buffer> {
      const pieces: Uint8Array[] = [];
      for (let left = sizeBytes; left > 0;) {
        const piece = await some(left);
        pieces.push(piece);
        left -= piece.length;
      }
      return Buffer.concat(pieces);
    },
    async skip(sizeBytes: number): Promise<void> {
      for (let left = sizeBytes; left > 0;) left -= (await some(left)).length;
    },
    /** What stands behind the end belongs to the file all the same, to its size and its hash. */
    async drain(): Promise<void> {
      while (!isDone) isDone = (await iterator.next()).done === true;
    },
    async close(): Promise<void> {
      if (!isDone) await iterator.return?.();
    },
  };
}

const damaged = (what: string) =>
  problem('TAR_DAMAGED', `The file is no whole tar: ${what}.`, { fix: 'Ask for the file once more.' });
