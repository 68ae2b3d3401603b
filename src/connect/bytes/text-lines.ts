import { problem } from '../../model/problem.ts';
import type { Charset } from './charsets.ts';
import { recordEnds, type RecordEnds } from './record-ends.ts';

/** Some lines of a text, without their `\n` or other end (a `\r` before `\n` stays). */
export interface LineBlock {
  lines: string[];
  /** Indexes of lines whose bytes are not of the charset; those are decoded with U+FFFD. */
  broken?: Set<number>;
  /** Only in the last block: its last line has no line end. */
  endsOpen: boolean;
}

const none = new Uint8Array();
const maxLineBytes = 16 * 1024 * 1024;

/**
 * Bytes as blocks of lines, as they come; memory holds one chunk and one line. `end` is what ends a line; a charset that
 * the bytes tell is asked for when the first of them is there. Throws LINE_TOO_LONG above 16 MB without a line end.
 */
export async function* textLines(
  bytes: AsyncIterable<Uint8Array>,
  charsetOf: Charset | (() => Charset),
  end = '\n',
): AsyncGenerator<LineBlock> {
  let known: Ends | undefined;
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  // Half an end may stand at the end of a chunk: these last bytes are looked at again.
  let tail: Uint8Array = none;
  for await (const chunk of bytes) {
    const { charset, ends } = (known ??= endsOf(charsetOf, end));
    const found = tail.length === 0 ? chunk : Buffer.concat([tail, chunk]);
    const last = ends.last(found, restBytes % charset.unitBytes);
    const whole = last < 0 ? undefined : join(rest, found.subarray(0, last));
    const after = found.subarray(last < 0 ? 0 : last + ends.lengthBytes);
    if (whole) [rest, restBytes] = [[], 0];
    const kept = Math.max(0, after.length - ends.lengthBytes + 1);
    tail = after.subarray(kept);
    if (kept > 0) rest.push(after.subarray(0, kept));
    restBytes += kept;
    if (restBytes > maxLineBytes) throw tooLong();
    if (whole) yield { ...split(whole, known), endsOpen: false };
  }
  if (known && restBytes + tail.length > 0) yield { ...split(join(rest, tail), known), endsOpen: true };
}

interface Ends {
  charset: Charset;
  end: string;
  ends: RecordEnds;
}

/** Asked for with the first bytes in hand, which may tell the charset. */
function endsOf(charsetOf: Charset | (() => Charset), end: string): Ends {
  const charset = typeof charsetOf === 'function' ? charsetOf() : charsetOf;
  return { charset, end, ends: recordEnds(charset.encode(end), charset.unitBytes) };
}

function split(block: Uint8Array, { charset, end, ends }: Ends): Pick<LineBlock, 'lines' | 'broken'> {
  const text = charset.decode(block);
  if (text !== undefined) return { lines: text.split(end) };
  const lines: string[] = [];
  const broken = new Set<number>();
  for (let start = 0; start <= block.length;) {
    const found = ends.first(block, start);
    const stop = found < 0 ? block.length : found;
    const line = block.subarray(start, stop);
    const decoded = charset.decode(line);
    if (decoded === undefined) broken.add(lines.length);
    lines.push(decoded ?? charset.decodeLossy(line));
    start = stop + ends.lengthBytes;
  }
  return { lines, broken };
}

const join = (rest: Uint8Array[], last: Uint8Array): Uint8Array =>
  rest.length === 0 ? last : Buffer.concat([...rest, last]);

const tooLong = () =>
  problem(
    'LINE_TOO_LONG',
    `There is no line end within ${maxLineBytes / 1024 / 1024} MB, so this is no text of lines.`,
    {
      fix: 'Check that it is the right file, and not compressed or encrypted.',
    },
  );
