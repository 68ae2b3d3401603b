import { charset, counted, textLines, type DecodedBatch, type Decoding, type Fields, type Unreadable } from '#sdk';
import { cellsOf } from './cells.ts';
import { givenHeader, headerOf, type Header } from './header.ts';
import type { CsvDialect } from './options.ts';
import { recordMaker } from './record-maker.ts';
import { newRowMaker, type RowText } from './rows.ts';
import { checkStart } from './start.ts';

const batchRows = 500;

/** Rows of a CSV as records of text; see `Decoding`. */
export function decode(bytes: AsyncIterable<Uint8Array>, dialect: CsvDialect): Decoding {
  const start = checkStart(bytes, dialect);
  const rows = newRowMaker(dialect);
  let header: Header | undefined;
  let make: ((cells: readonly string[]) => Fields) | undefined;
  let lineEnding: 'crlf' | 'lf' | undefined;
  let cut: string | undefined;
  let isColumnsTold = false;

  const columns = (): string[] => (header ? header.names.filter((name) => name !== '') : []);
  const begin = (known: Header) => {
    header = known;
    make = recordMaker(known.names);
  };

  /** Takes as many rows as there are whole ones, up to a batch. */
  function takeRows(isLast: boolean): RowText[] {
    const taken: RowText[] = [];
    while (taken.length < batchRows) {
      const row = rows.next(isLast);
      if (!row) break;
      // A blank line is a row of the spreadsheet, and no record.
      if (row.text === '' && !row.fault) continue;
      if (!header && dialect.header === true) {
        begin(headerOf(row, dialect));
        continue;
      }
      taken.push(judged(row));
    }
    return taken;
  }

  /** A row of several lines that is ragged is a quote that was never closed. */
  function judged(row: RowText): RowText {
    if (row.lines === 1 || row.fault || !header) return row;
    return cellsOf([row.text], dialect)[0]?.length === header.names.length ? row : rows.reopen(row);
  }

  function batchOf(taken: RowText[]): DecodedBatch | undefined {
    const cells = cellsOf(
      taken.map(({ text, fault }) => (fault ? '' : text)),
      dialect,
    );
    if (!header && taken.length > 0)
      begin(givenHeader(Array.isArray(dialect.header) ? dialect.header : undefined, cells[0]?.length ?? 0));
    const records: Fields[] = [];
    const lines: number[] = [];
    const unreadable: Unreadable[] = [];
    for (let index = 0; index < taken.length; index += 1) {
      const row = taken[index]!;
      const found = cells[index];
      const fault = row.fault ?? (found ? undefined : 'broken');
      if (fault) unreadable.push(faulty(row, fault, dialect));
      else if (found!.length === header!.names.length) {
        if (isBlank(found!)) continue;
        records.push(make!(found!));
        lines.push(row.row);
      } else if (!isBlank(found!)) unreadable.push(ragged(row, found!.length, header!.names.length));
    }
    const isNews = header !== undefined && !isColumnsTold;
    if (records.length + unreadable.length === 0 && !isNews) return undefined;
    isColumnsTold = header !== undefined;
    return { records, lines: Uint32Array.from(lines), unreadable, ...(header ? { columns: columns() } : {}) };
  }

  async function* batches(): AsyncGenerator<DecodedBatch> {
    let endsOpen = false;
    let last: RowText[] = [];
    for await (const block of textLines(start.bytes, charset(dialect.encoding))) {
      lineEnding ??= block.lines[0]?.endsWith('\r') ? 'crlf' : 'lf';
      endsOpen = block.endsOpen;
      rows.add(block);
      // A batch is held back until more rows are seen, so that the last row is known as the last.
      for (let more = takeRows(false); more.length > 0; more = takeRows(false)) {
        last = last.concat(more);
        const batch = last.length > batchRows ? batchOf(last.splice(0, batchRows)) : undefined;
        if (batch) yield batch;
      }
    }
    for (let more = takeRows(true); more.length > 0; more = takeRows(true)) last = last.concat(more);
    const end = last.at(-1);
    while (last.length > 0) {
      const batch = batchOf(last.splice(0, batchRows));
      if (batch) yield batch;
      const isEnd = last.length === 0 && end !== undefined;
      if (isEnd && endsOpen && batch?.unreadable.at(-1)?.line === end.row && isHalf(batch.unreadable.at(-1)!))
        cut = 'the file ends in the middle of a row';
    }
    if (header && !isColumnsTold) yield { records: [], lines: new Uint32Array(), unreadable: [], columns: columns() };
  }

  /** Half a row has too few cells, or a quote that is still open; too many cells are another fault. */
  function isHalf({ code, raw }: Unreadable): boolean {
    return (
      code === 'CSV_QUOTE_UNCLOSED' ||
      (code === 'CSV_RAGGED' && raw.split(dialect.delimiter).length < header!.names.length)
    );
  }

  return {
    batches: batches(),
    end: () => ({
      dialect: {
        format: 'csv',
        options: { ...dialect, bom: start.hasBom(), lineEnding: lineEnding ?? dialect.lineEnding },
        columns: columns(),
      },
      ...(cut === undefined ? {} : { cut }),
      ...(header && header.notes.length > 0 ? { notes: header.notes } : {}),
    }),
  };
}

/** A row of delimiters alone, as spreadsheets leave them below a table, is as blank as an empty line. */
const isBlank = (cells: readonly string[]): boolean => cells.every((cell) => cell === '' || cell.trim() === '');

function faulty({ row, text }: RowText, fault: NonNullable<RowText['fault']>, { encoding }: CsvDialect): Unreadable {
  const [code, message] = {
    unclosed: ['CSV_QUOTE_UNCLOSED', 'A quote is opened in this line and never closed'],
    broken: ['CSV_QUOTE_BROKEN', 'Text follows a closing quote where the next cell was expected'],
    encoding: ['CSV_ENCODING', `The row holds bytes that are not ${encoding}`],
  }[fault] as [string, string];
  return { line: row, code, message, raw: text };
}

const ragged = ({ row, text }: RowText, found: number, expected: number): Unreadable => ({
  line: row,
  code: 'CSV_RAGGED',
  message: `The row has ${counted(found, 'cell')}, and the header has ${expected}`,
  raw: text,
});
