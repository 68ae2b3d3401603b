import { counted } from '../../model/counted.ts';
import { problem } from '../../model/problem.ts';
import type { Fields } from '../../model/record.ts';
import type { DecodedBatch, Decoding } from '../sdk/declare.ts';
import { field } from '../sdk/field.ts';
import { textWriting, unmappable, type Encoding } from './encoding-field.ts';
import type { LineBlock } from './text-lines.ts';

/** The word `trailer`, which formats of lines share. */
export const trailerField = field.text({
  about:
    'The last line, where it is no record but says that the file is whole: `{rows}` stands for the number of records, one `*` for anything. A file that ends otherwise, or has another number of records, is not complete, so nobody is missing. It is written as well, without `*`.',
  pattern: '^[^*\\r\\n]*\\*?[^*\\r\\n]*$',
  examples: ['TRAILER;{rows}', 'ИТОГО: {rows} *'],
  optional: true,
});

/** A line that is longer says nothing of its file. */
const maxCharacters = 4096;
const hole = '{rows}';

/** The last line of a text that is read; see {@link trailerField}. */
export interface Trailer {
  /** The lines without the trailer. */
  pass(blocks: AsyncIterable<LineBlock>): AsyncGenerator<LineBlock>;
  /** What was read of these lines; cut where the trailer is missing or says otherwise. */
  judge(decoding: Decoding): Decoding;
}

/** Holds the last line with something in it back until the text ends: only then it is known as the last. */
export function newTrailer(pattern: string): Trailer {
  const expected = patternOf(pattern);
  let found: RegExpExecArray | null = null;

  async function* pass(blocks: AsyncIterable<LineBlock>): AsyncGenerator<LineBlock> {
    let held: LineBlock | undefined;
    for await (const block of blocks) {
      const joined: LineBlock = held ? join(held, block) : block;
      const at = Math.max(
        0,
        joined.lines.findLastIndex((line) => line.trim() !== ''),
      );
      if (at > 0) yield { ...cutOut(joined, 0, at), endsOpen: false };
      held = cutOut(joined, at, joined.lines.length);
    }
    const line = held?.lines[0] ?? '';
    found = line.length > maxCharacters ? null : expected.exec(line.trimEnd());
    if (held && !found) yield held;
  }

  const doubtOf = (rows: number): string | undefined => {
    if (!found) return 'the file does not end with the `trailer` of its format';
    const said = found[1];
    return said === undefined || Number(said) === rows
      ? undefined
      : `the file has ${counted(rows, 'record')}, and ${Number(said)} by its trailer`;
  };

  return {
    pass,
    judge(decoding) {
      let rows = 0;
      async function* batches(): AsyncGenerator<DecodedBatch> {
        for await (const batch of decoding.batches) {
          rows += batch.records.length + batch.unreadable.length;
          yield batch;
        }
      }
      return {
        batches: batches(),
        end() {
          const end = decoding.end();
          const cut = end.cut ?? doubtOf(rows);
          return cut === undefined ? end : { ...end, cut };
        },
      };
    },
  };
}

/** What is written of the records, and the trailer behind it, where there is one. `end` ends its line. */
export async function* withTrailer(
  { trailer, encoding, end }: { trailer: string | undefined; encoding: Encoding; end: string },
  records: AsyncIterable<Fields[]>,
  bytesOf: (records: AsyncIterable<Fields[]>) => AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let rows = 0;
  async function* passing(): AsyncGenerator<Fields[]> {
    for await (const batch of records) {
      rows += batch.length;
      yield batch;
    }
  }
  yield* bytesOf(passing());
  if (trailer === undefined) return;
  const { charset } = textWriting(encoding);
  const line = trailer.replace(hole, String(rows)) + end;
  const character = charset.firstUnmappable(line);
  if (character !== undefined) throw unmappable('The `trailer`', character, charset);
  yield charset.encode(line);
}

/** Throws TRAILER_PATTERN for what is no line, and for `*` in what is to be written. */
export function refuseTrailer(pattern: string | undefined, use: 'read' | 'write'): void {
  if (pattern === undefined) return;
  const isTwice = pattern.split(hole).length > 2;
  if (pattern.replace(hole, '').trim() === '' || isTwice || (use === 'write' && pattern.includes('*')))
    throw problem(
      'TRAILER_PATTERN',
      use === 'write' && pattern.includes('*')
        ? 'A trailer that is written has a `*`, which stands for anything.'
        : 'The trailer is nothing but a number or holds `{rows}` twice: a record may look the same.',
      {
        fix: 'Write the last line as it stands in the file, with `{rows}` once for its number, such as `TRAILER;{rows}`.',
      },
    );
}

/** Every piece but the hole and the star stands for itself. */
const patternOf = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .trimEnd()
      .split(/(\{rows\}|\*)/)
      .map((piece) => (piece === hole ? '(\\d+)' : piece === '*' ? '.*' : piece.replace(/[^\p{L}\p{N} ]/gu, '\\$&')))
      .join('')}$`,
  );

const join = (held: LineBlock, { lines, broken, endsOpen }: LineBlock): LineBlock => ({
  lines: held.lines.concat(lines),
  ...withBroken([...(held.broken ?? []), ...[...(broken ?? [])].map((index) => index + held.lines.length)]),
  endsOpen,
});

const cutOut = ({ lines, broken, endsOpen }: LineBlock, from: number, to: number): LineBlock => ({
  lines: lines.slice(from, to),
  ...withBroken([...(broken ?? [])].filter((index) => index >= from && index < to).map((index) => index - from)),
  endsOpen,
});

const withBroken = (indexes: number[]): Pick<LineBlock, 'broken'> =>
  indexes.length > 0 ? { broken: new Set(indexes) } : {};
