import { problem } from '#sdk';
import type { CsvDialect } from './options.ts';

/** The first bytes tell some encodings. Passes the bytes on without a byte order mark of UTF-8. */
export interface CheckedStart {
  bytes: AsyncIterable<Uint8Array>;
  hasBom(): boolean;
}

/** Throws CSV_ENCODING_WRONG where a mark of another encoding stands at the beginning. */
export function checkStart(bytes: AsyncIterable<Uint8Array>, { encoding }: CsvDialect): CheckedStart {
  let hasBom = false;
  async function* run(): AsyncGenerator<Uint8Array> {
    let held: Uint8Array | undefined = new Uint8Array();
    for await (const chunk of bytes) {
      if (!held) {
        yield chunk;
        continue;
      }
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      if (held.length < 3) continue;
      yield judged(held);
      held = undefined;
    }
    if (held && held.length > 0) yield judged(held);
  }
  function judged(start: Uint8Array): Uint8Array {
    if ((start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff))
      throw wrong('UTF-16', encoding);
    if (start[0] !== 0xef || start[1] !== 0xbb || start[2] !== 0xbf) return start;
    if (encoding !== 'utf-8') throw wrong('UTF-8', encoding);
    hasBom = true;
    return start.subarray(3);
  }
  return { bytes: run(), hasBom: () => hasBom };
}

const wrong = (found: string, expected: string) =>
  problem('CSV_ENCODING_WRONG', `The file begins with the mark of ${found}, and the format says ${expected}.`, {
    fix: found === 'UTF-8' ? 'Write `encoding: utf-8`.' : 'Ask for the file in UTF-8 or windows-1251.',
  });
