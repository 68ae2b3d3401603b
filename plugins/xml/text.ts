import { streamDecoder } from '#sdk';
import { beginningBytes, beginningOf } from './encoding.ts';

/** Text of a document as it comes. */
export interface DocumentText {
  /** `isBad`: the bytes after this text are not of the encoding. */
  pieces: AsyncIterable<{ text: string; isBad: boolean }>;
  /** Known once text has come. */
  encoding(): string;
  /** Known at the end: the bytes end in the middle of a character. */
  endsOpen(): boolean;
}

// Records of one piece are in memory together.
const pieceBytes = 64 * 1024;

/** Decodes a document in the encoding that it is found to be in; throws XML_ENCODING. */
export function textOf(bytes: AsyncIterable<Uint8Array>, said: string | undefined): DocumentText {
  let encoding = 'utf-8';
  let endsOpen = false;
  async function* pieces() {
    let decoder: Decoder | undefined;
    let head: Uint8Array = new Uint8Array();
    function* begin() {
      const found = beginningOf(head, said);
      encoding = found.encoding;
      decoder = encoding === 'utf-8' ? utf8Decoder() : otherDecoder(encoding);
      yield* decoder.add(head.subarray(found.markBytes));
    }
    for await (const chunk of bytes) {
      for (let start = 0; start < chunk.length; start += pieceBytes) {
        const piece = chunk.subarray(start, start + pieceBytes);
        if (decoder) yield* decoder.add(piece);
        else {
          head = head.length === 0 ? piece : Buffer.concat([head, piece]);
          if (head.length >= beginningBytes) yield* begin();
        }
      }
    }
    if (!decoder) yield* begin();
    endsOpen = decoder!.endsOpen();
  }
  return { pieces: pieces(), encoding: () => encoding, endsOpen: () => endsOpen };
}

interface Decoder {
  add(bytes: Uint8Array): Generator<{ text: string; isBad: boolean }>;
  endsOpen(): boolean;
}

const replacement = '\uFFFD';
const upToBad = (text: string) => ({ text: text.slice(0, text.indexOf(replacement)), isBad: true });

/** By whole characters, so that the place of a bad byte is known; U+FFFD itself may stand in the file. */
function utf8Decoder(): Decoder {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let rest: Uint8Array = new Uint8Array();
  return {
    *add(bytes) {
      const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      const end = all.length - openBytes(all);
      rest = all.subarray(end);
      const whole = all.subarray(0, end);
      try {
        yield { text: strict.decode(whole), isBad: false };
      } catch {
        yield upToBad(new TextDecoder('utf-8', { ignoreBOM: true }).decode(whole));
      }
    },
    endsOpen: () => rest.length > 0,
  };
}

/** How many bytes at the end are the beginning of a character. */
function openBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
  }
  return 0;
}

function otherDecoder(encoding: string): Decoder {
  const decoder = streamDecoder(encoding)!;
  // UTF-16 has the character, and a half of a pair is found by the parser.
  const isChecked = !encoding.startsWith('utf-16');
  let lengthBytes = 0;
  return {
    *add(bytes) {
      lengthBytes += bytes.length;
      const text = decoder.write(bytes);
      yield isChecked && text.includes(replacement) ? upToBad(text) : { text, isBad: false };
    },
    endsOpen: () => !isChecked && lengthBytes % 2 === 1,
  };
}
