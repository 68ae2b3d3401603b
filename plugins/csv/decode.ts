import { newTrailer, openText, textLines, type DecodedBatch, type Decoding } from '#sdk';
import type { CsvDialect } from './options.ts';
import { newRowMaker, type RowMaker, type RowText } from './rows.ts';
import { takeSepLine } from './sep-line.ts';
import { batchOf, batchRows, columnsOf, headerAlone, isHalf, newTable, takeRows, type Table } from './table.ts';

/** Rows of a CSV as records of text; see `Decoding`. */
export function decode(bytes: AsyncIterable<Uint8Array>, written: CsvDialect): Decoding {
  const text = openText(bytes, written.encoding);
  let dialect = written;
  let table = newTable(dialect, text);
  let lineEnding: 'crlf' | 'lf' | undefined;
  const trailer = written.trailer === undefined ? undefined : newTrailer(written.trailer);
  let cut: string | undefined;
  let sepNotes: string[] = [];

  async function* batches(): AsyncGenerator<DecodedBatch> {
    let endsOpen = false;
    let last: RowText[] = [];
    let rows: RowMaker | undefined;
    const lines = textLines(text.bytes, text.charset, written.recordEnd);
    for await (const block of trailer ? trailer.pass(lines) : lines) {
      lineEnding ??= block.lines[0]?.endsWith('\r') ? 'crlf' : 'lf';
      endsOpen = block.endsOpen;
      if (!rows) {
        ({ dialect, notes: sepNotes } = takeSepLine(block, written));
        rows = newRowMaker(dialect);
        table = newTable(dialect, text);
      }
      rows.add(block);
      // A batch is held back until more rows are seen, so that the last row is known as the last.
      for (let more = takeRows(table, rows, false); more.length > 0; more = takeRows(table, rows, false)) {
        last = last.concat(more);
        const batch = last.length > batchRows ? batchOf(table, last.splice(0, batchRows)) : undefined;
        if (batch) yield batch;
      }
    }
    if (rows) last = last.concat(restOf(table, rows));
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

  const decoding: Decoding = {
    batches: batches(),
    end() {
      const { encoding, bom, notes: textNotes } = text.found();
      const notes = [...textNotes, ...sepNotes, ...(table.header?.notes ?? [])];
      return {
        dialect: { format: 'csv', options: optionsOf(dialect, encoding, bom, lineEnding), columns: columnsOf(table) },
        ...(cut === undefined ? {} : { cut }),
        ...(notes.length > 0 ? { notes } : {}),
      };
    },
  };
  return trailer ? trailer.judge(decoding) : decoding;
}

function restOf(table: Table, rows: RowMaker): RowText[] {
  let rest: RowText[] = [];
  for (let more = takeRows(table, rows, true); more.length > 0; more = takeRows(table, rows, true))
    rest = rest.concat(more);
  return rest;
}

/** As options of a document that would write alike; `skip` and `headerJoin` say nothing of the rows. */
function optionsOf(
  { delimiter, quote, escape, header, recordEnd, lineEnding }: CsvDialect,
  encoding: string,
  bom: boolean,
  found: 'crlf' | 'lf' | undefined,
) {
  const rowEnd = recordEnd === undefined ? { lineEnding: found ?? lineEnding } : { recordEnd };
  const rows = header === 0 ? false : header === 1 ? true : header;
  return { delimiter, quote, escape, encoding, bom, header: rows, ...rowEnd };
}
