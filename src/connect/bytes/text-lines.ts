import { problem } from '../../model/problem.ts';
import type { Charset } from './charsets.ts';

/** Some lines of a text, without their `\n` (a `\r` before it stays). */
export interface LineBlock {
  lines: string[];
  /** Indexes of lines whose bytes are not of the charset; those are decoded with U+FFFD. */
  broken?: Set<number>;
  /** Only in the last block: its last line has no line end. */
  endsOpen: boolean;
}

const maxLineBytes = 16 * 1024 * 1024;
const lineFeed = 0x0a;

/**
 * Bytes as blocks of lines, as they come; memory holds one chunk and one line. Works on any charset in which 0x0A is
 * always a line feed. Throws LINE_TOO_LONG above 16 MB without a line end.
 */
export async function* textLines(bytes: AsyncIterable<Uint8Array>, charset: Charset): AsyncGenerator<LineBlock> {
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  for await (const chunk of bytes) {
    const end = chunk.lastIndexOf(lineFeed);
    if (end < 0) {
      rest.push(chunk);
      restBytes += chunk.length;
      if (restBytes > maxLineBytes) throw tooLong();
      continue;
    }
    yield { ...split(join(rest, chunk.subarray(0, end)), charset), endsOpen: false };
    rest = end + 1 < chunk.length ? [chunk.subarray(end + 1)] : [];
    restBytes = chunk.length - end - 1;
  }
  if (restBytes > 0) yield { ...split(join(rest, new Uint8Array()), charset), endsOpen: true };
}

function split(block: Uint8Array, charset: Charset): Pick<LineBlock, 'lines' | 'broken'> {
  const text = charset.decode(block);
  if (text !== undefined) return { lines: text.split('\n') };
  const lines: string[] = [];
  const broken = new Set<number>();
  for (let start = 0; start <= block.length;) {
    const found = block.indexOf(lineFeed, start);
    const end = found < 0 ? block.length : found;
    const line = block.subarray(start, end);
    const decoded = charset.decode(line);
    if (decoded === undefined) broken.add(lines.length);
    lines.push(decoded ?? charset.decodeLossy(line));
    start = end + 1;
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
