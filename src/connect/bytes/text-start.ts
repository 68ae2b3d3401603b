import type { CharsetName } from './charsets.ts';

/** A byte order mark that was found. */
export interface Mark {
  name: CharsetName;
  lengthBytes: number;
}

/** The mark at the beginning, if there is one. */
export function markOf([a, b, c]: Uint8Array): Mark | undefined {
  if (a === 0xef && b === 0xbb && c === 0xbf) return { name: 'utf-8', lengthBytes: 3 };
  if (a === 0xff && b === 0xfe) return { name: 'utf-16le', lengthBytes: 2 };
  if (a === 0xfe && b === 0xff) return { name: 'utf-16be', lengthBytes: 2 };
  return undefined;
}

/** A piece that is a mark and nothing else: two bytes may be letters where text follows. */
export const isByteOrderMark = (piece: Uint8Array): boolean => markOf(piece)?.lengthBytes === piece.length;

/** The first three bytes, or fewer of a shorter text, and all of them again from a place among those three on. */
export async function startOf(bytes: AsyncIterable<Uint8Array>) {
  const iterator = bytes[Symbol.asyncIterator]();
  let held: Uint8Array = new Uint8Array();
  let isDone = false;
  while (held.length < 3 && !isDone) {
    const next = await iterator.next();
    if (next.done) isDone = true;
    else held = held.length === 0 ? next.value : Buffer.concat([held, next.value]);
  }
  async function* all(from: number): AsyncGenerator<Uint8Array> {
    try {
      if (held.length > from) yield held.subarray(from);
      while (!isDone) {
        const next = await iterator.next();
        if (next.done) isDone = true;
        else yield next.value;
      }
    } finally {
      if (!isDone) await iterator.return?.();
    }
  }
  return { first: held.subarray(0, 3), all };
}

const endSign = 0x1a;

/** Programs of DOS end a text with the sign 1A; anywhere else it stays. */
export async function* withoutEndSign(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held = false;
  for await (const chunk of bytes) {
    if (chunk.length === 0) continue;
    if (held) yield Uint8Array.of(endSign);
    held = chunk.at(-1) === endSign;
    if (!held) yield chunk;
    else if (chunk.length > 1) yield chunk.subarray(0, -1);
  }
}
