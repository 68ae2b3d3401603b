import type { DecodedBatch, Decoding, Fields } from '#sdk';
import { newDocument } from './document.ts';
import { cut, noRecords } from './faults.ts';
import { encodings, type XmlDialect } from './options.ts';
import type { FoundRecord } from './record-taker.ts';
import { textOf } from './text.ts';

const batchRecords = 500;
// Records may be large: as many as fill about this many characters make a batch as well.
const batchLength = 1024 * 1024;

/** Elements of the path as records; see `Decoding`. Throws the codes that begin with XML_. */
export function decode(bytes: AsyncIterable<Uint8Array>, dialect: XmlDialect): Decoding {
  const text = textOf(bytes, dialect.written.encoding);
  let cutReason: string | undefined;
  const notes: string[] = [];

  async function* batches(): AsyncGenerator<DecodedBatch> {
    const document = await newDocument(dialect);
    let waiting: FoundRecord[] = [];
    let lengthWaiting = 0;
    let isAny = false;
    for await (const { text: piece, isBad } of text.pieces) {
      for (const found of document.add(piece)) {
        waiting.push(found);
        lengthWaiting += found.length;
        isAny = true;
        if (waiting.length < batchRecords && lengthWaiting < batchLength) continue;
        yield batchOf(waiting);
        waiting = [];
        lengthWaiting = 0;
      }
      if (isBad) throw document.bytesWrong(text.encoding());
    }
    if (waiting.length > 0) yield batchOf(waiting);
    cutReason = document.end() ?? (text.endsOpen() ? cut('in the middle of a character') : undefined);
    if (isAny || cutReason !== undefined) return;
    const { reason, isFault } = document.whyNone();
    if (isFault) throw noRecords(reason);
    notes.push(reason);
  }

  return {
    batches: batches(),
    end: () => ({
      dialect: { format: 'xml', options: { ...dialect.written, encoding: writtenIn(text.encoding()) } },
      ...(cutReason === undefined ? {} : { cut: cutReason }),
      ...(notes.length > 0 ? { notes } : {}),
    }),
  };
}

function batchOf(found: readonly FoundRecord[]): DecodedBatch {
  const records: Fields[] = found.map(({ record }) => record);
  return { records, lines: Uint32Array.from(found, ({ line }) => line), unreadable: [] };
}

/** The encoding in which a file like this one is written. */
const writtenIn = (encoding: string) =>
  encodings.find((name) => name === encoding.replace(/^cp(125\d)$/, 'windows-$1').replace(/^(utf-16).*$/, '$1')) ??
  'utf-8';
