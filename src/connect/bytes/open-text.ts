import { problem } from '../../model/problem.ts';
import { charset, type Charset, type CharsetName } from './charsets.ts';
import type { Encoding } from './encoding-field.ts';
import { lateCharset } from './late-charset.ts';
import { peek } from './peek.ts';
import { markOf, withoutEndSign } from './text-start.ts';

/** Text that is about to be read. */
export interface OpenText {
  /** Without a byte order mark. To be read once. */
  bytes: AsyncIterable<Uint8Array>;
  /** Of the bytes; it may be told only with the first of them, so it is asked anew for each piece. */
  charset(): Charset;
  /** Known when the bytes have been read: for the dialect, and notes for the run's log. */
  found(): { encoding: CharsetName; bom: boolean; notes: string[] };
}

/**
 * Looks at the beginning of a text: takes a byte order mark off, and finds out the encoding where `auto` asks for it.
 * Reading the bytes throws ENCODING_WRONG where a mark says another encoding, and ENCODING_UNSURE where `auto` is not
 * sure.
 */
export function openText(bytes: AsyncIterable<Uint8Array>, encoding: Encoding): OpenText {
  let used: Charset = charset(plainName(encoding));
  let bom = false;
  let notes: () => string[] = () => [];

  async function* run(): AsyncGenerator<Uint8Array> {
    const start = await peek(bytes, 3);
    const mark = markOf(start.first);
    if (mark) {
      used = charset(markedName(mark.name, encoding));
      bom = true;
    }
    if (encoding === 'auto' && mark) notes = () => [`the encoding is ${mark.name}, as its byte order mark says`];
    if (encoding === 'auto' && !mark) {
      const late = lateCharset(start.all(0));
      used = late.charset;
      notes = late.notes;
      yield* late.bytes;
      return;
    }
    const text = start.all(mark?.lengthBytes ?? 0);
    yield* used.name === 'cp866' ? withoutEndSign(text) : text;
  }
  return {
    bytes: run(),
    charset: () => used,
    found: () => ({ encoding: used.name, bom, notes: notes() }),
  };
}

const plainName = (encoding: Encoding): CharsetName =>
  encoding === 'auto' ? 'utf-8' : encoding === 'utf-16' ? 'utf-16le' : encoding;

function markedName(found: CharsetName, expected: Encoding): CharsetName {
  const isExpected = expected === 'auto' || expected === found || (expected === 'utf-16' && found !== 'utf-8');
  if (isExpected) return found;
  throw problem('ENCODING_WRONG', `The file begins with the mark of ${found}, and the format says ${expected}.`, {
    fix: `Write \`encoding: ${found.startsWith('utf-16') ? 'utf-16' : found}\`.`,
  });
}
