import { charset, textLines, type DecodedBatch, type Decoding } from '#sdk';
import type { CsvDialect } from './options.ts';
import { newRowMaker, type RowText } from './rows.ts';
import { checkStart } from './start.ts';
import { batchOf, batchRows, columnsOf, headerAlone, isHalf, newTable, takeRows } from './table.ts';

/** Rows of a CSV as records of text; see `Decoding`. */
export function decode(bytes: AsyncIterable<Uint8Array>, dialect: CsvDialect): Decoding {
  const start = checkStart(bytes, dialect);
  const rows = newRowMaker(dialect);
  const table = newTable(dialect);
  let lineEnding: 'crlf' | 'lf' | undefined;
  let cut: string | undefined;

  async function* batches(): AsyncGenerator<DecodedBatch> {
    let endsOpen = false;
    let last: RowText[] = [];
    for await (const block of textLines(start.bytes, charset(dialect.encoding))) {
      lineEnding ??= block.lines[0]?.endsWith('\r') ? 'crlf' : 'lf';
      endsOpen = block.endsOpen;
      rows.add(block);
      // A batch is held back until more rows are seen, so that the last row is known as the last.
      for (let more = takeRows(table, rows, false); more.length > 0; more = takeRows(table, rows, false)) {
        last = last.concat(more);
        const batch = last.length > batchRows ? batchOf(table, last.splice(0, batchRows)) : undefined;
        if (batch) yield batch;
      }
    }
    for (let more = takeRows(table, rows, true); more.length > 0; more = takeRows(table, rows, true))
      last = last.concat(more);
    const end = last.at(-1);
    while (last.length > 0) {
      const batch = batchOf(table, last.splice(0, batchRows));
      if (batch) yield batch;
      const isEnd = last.length === 0 && end !== undefined;
      const fault = batch?.unreadable.at(-1);
      if (isEnd && endsOpen && fault?.line === end.row && isHalf(table, fault))
        cut = 'the file ends in the middle of a row';
    }
    const alone = headerAlone(table);
    if (alone) yield alone;
  }

  return {
    batches: batches(),
    end: () => ({
      dialect: {
        format: 'csv',
        options: { ...dialect, bom: start.hasBom(), lineEnding: lineEnding ?? dialect.lineEnding },
        columns: columnsOf(table),
      },
      ...(cut === undefined ? {} : { cut }),
      ...(table.header && table.header.notes.length > 0 ? { notes: table.header.notes } : {}),
    }),
  };
}
