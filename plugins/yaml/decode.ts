import { charset, textLines, type DecodedBatch, type Decoding, type Fields, type Unreadable } from '#sdk';
import { newPieceReader } from './piece-reader.ts';
import { piecesOf } from './pieces.ts';
import type { Row } from './rows.ts';
import { isFields } from './value.ts';

const batchRecords = 500;
// Records may be large: as many as fill about this many characters make a batch as well.
const batchLength = 1024 * 1024;

/** Options with their defaults. */
export interface YamlDialect {
  written: Fields;
  path: readonly string[];
  limit: number;
}

/** Items and documents as records; see `Decoding`. Throws the codes that begin with YAML_. */
export function decode(bytes: AsyncIterable<Uint8Array>, { written, path, limit }: YamlDialect): Decoding {
  let cut: string | undefined;
  let documents = 0;

  async function* batches(): AsyncGenerator<DecodedBatch> {
    const reader = newPieceReader(path, limit);
    let batch = newBatch();
    let lastLine = 0;
    for await (const piece of piecesOf(textLines(bytes, charset('utf-8')), path.length === 0, limit)) {
      documents = piece.document + 1;
      const { rows, unreadable, isCut } = reader.read(piece);
      if (isCut) cut = 'the file ends in the middle of a document';
      for (const row of rows) {
        // Several may begin on one line.
        lastLine = Math.max(row.line, lastLine + 1);
        add(batch, { value: row.value, line: lastLine });
        if (batch.records.length + batch.unreadable.length < batchRecords) continue;
        yield finished(batch);
        batch = newBatch();
      }
      batch.unreadable.push(...unreadable);
      batch.length += piece.text.length;
      if (batch.length < batchLength) continue;
      if (batch.records.length + batch.unreadable.length > 0) yield finished(batch);
      batch = newBatch();
    }
    if (batch.records.length + batch.unreadable.length > 0) yield finished(batch);
  }

  return {
    batches: batches(),
    end: () => ({
      dialect: { format: 'yaml', options: { ...written, ...(documents > 1 ? { documents: true } : {}) } },
      ...(cut === undefined ? {} : { cut }),
    }),
  };
}

interface Batch {
  records: Fields[];
  lines: number[];
  unreadable: Unreadable[];
  length: number;
}

const newBatch = (): Batch => ({ records: [], lines: [], unreadable: [], length: 0 });

function add(batch: Batch, { value, line }: Row): void {
  if (isFields(value)) {
    batch.records.push(value);
    batch.lines.push(line);
  } else
    batch.unreadable.push({
      line,
      code: 'YAML_NOT_A_RECORD',
      message: 'The item is not a map of names and values',
      raw: JSON.stringify(value),
    });
}

const finished = ({ records, lines, unreadable }: Batch): DecodedBatch => ({
  records,
  lines: Uint32Array.from(lines),
  unreadable,
});
