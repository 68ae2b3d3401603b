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
