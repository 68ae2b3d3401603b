import { problem } from '../../model/problem.ts';
import { charset, type Charset } from './charsets.ts';
import { guessCyrillic } from './guess-cyrillic.ts';
import { withoutEndSign } from './text-start.ts';

/** From the first byte beyond ASCII on, so many bytes are judged; more where they hold too few others. */
const sampleBytes = 64 * 1024;
const mostSampleBytes = 1024 * 1024;
const enoughOthers = 400;

/** A text whose encoding is found out while it is read. */
export interface LateText {
  bytes: AsyncIterable<Uint8Array>;
  charset: Charset;
  notes(): string[];
}

/**
 * `encoding: auto` of a text without a byte order mark. ASCII reads the same in every encoding that may be found, so it
 * passes, and the judgement is made on what follows the first other byte, before that byte is passed on. Throws
 * ENCODING_UNSURE.
 */
export function lateCharset(bytes: AsyncIterable<Uint8Array>): LateText {
  let decided: Charset | undefined;
  const used = (): Charset => decided ?? charset('utf-8');

  async function* run(): AsyncGenerator<Uint8Array> {
    let sample: Uint8Array[] = [];
    let sizeBytes = 0;
    let others = 0;
    for await (const chunk of bytes) {
      if (decided) {
        yield chunk;
        continue;
      }
      if (chunk.includes(0)) throw zeroBytes();
      const found = countOthers(chunk);
      if (others + found === 0) {
        yield chunk;
        continue;
      }
      sample.push(chunk);
      sizeBytes += chunk.length;
      others += found;
      if (sizeBytes < sampleBytes || (others < enoughOthers && sizeBytes < mostSampleBytes)) continue;
      decided = judged(Buffer.concat(sample), false);
      yield* sample;
      sample = [];
    }
    if (sample.length > 0) {
      decided = judged(Buffer.concat(sample), true);
      yield* sample;
    }
  }

  return {
    bytes: withoutEndSign(run()),
    charset: {
      get name() {
        return used().name;
      },
      unitBytes: 1,
      decode: (piece) => used().decode(piece),
      decodeLossy: (piece) => used().decodeLossy(piece),
      encode: (text) => used().encode(text),
      firstUnmappable: (text) => used().firstUnmappable(text),
    },
    notes: () => [
      decided
        ? `the encoding is ${decided.name}, as its letters say; \`encoding: ${decided.name}\` makes it certain`
        : 'the text is ASCII alone, which reads the same in every encoding',
    ],
  };
}

function countOthers(bytes: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < bytes.length; at += 1) if (bytes[at]! > 0x7f) count += 1;
  return count;
}

function judged(sample: Uint8Array, isWhole: boolean): Charset {
  const text = asUtf8(sample, isWhole);
  if (text !== undefined && isPlausible(text)) return charset('utf-8');
  const guess = guessCyrillic(sample);
  if (text === undefined && guess.is === 'sure') return charset(guess.name);
  const why = guess.is === 'sure' ? `it reads as ${guess.name} as well` : guess.why;
  const found = text === undefined ? 'it is no UTF-8' : 'it may be UTF-8';
  throw problem('ENCODING_UNSURE', `The encoding of the file is not certain: ${found}, and ${why}.`, {
    fix: 'Ask the sender and name it, such as `encoding: windows-1251`.',
  });
}

/** A sample may end within a character. Undefined where it is no UTF-8. */
function asUtf8(sample: Uint8Array, isWhole: boolean): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: !isWhole });
  } catch {
    return undefined;
  }
}

/** Latin and Cyrillic letters, and signs of such texts. */
const usual = /^[\u00A0-\u017F\u0400-\u045F\u2010-\u2044\u20AC\u20BD\u2116\u2122]$/;
const enoughCharacters = 24;

/** A few letters may be UTF-8 by chance (`семёнов` in cp866 is): then all must be such as stand in lists of people. */
function isPlausible(text: string): boolean {
  const beyond = text.match(/[^\0-\x7F]/gu) ?? [];
  return beyond.length >= enoughCharacters || beyond.every((character) => usual.test(character));
}

const zeroBytes = () =>
  problem('ENCODING_UNSURE', 'The encoding of the file is not certain: it has zero bytes and no byte order mark.', {
    fix: 'If it is text in UTF-16, write `encoding: utf-16le` or `utf-16be`; else check that it is the right file.',
  });
