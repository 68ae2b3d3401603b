import {
  givenHeader,
  headerOfCells,
  problem,
  recordMaker,
  type DecodedBatch,
  type Decoding,
  type Fields,
  type Header,
  type Unreadable,
} from '#sdk';
import { openBook } from './book.ts';
import type { XlsxDialect } from './options.ts';
import { readSharedTexts } from './shared-texts.ts';
import { sheetRows, type SheetRow } from './sheet-rows.ts';
import { readStyles } from './styles.ts';
import { newTop } from './top-rows.ts';

const batchRows = 500;
/** A batch of rows that are wider than usual ends earlier. */
const batchLength = 4 * 1024 * 1024;

/** Rows of a sheet as records of text; see `Decoding`. */
export function decode(bytes: AsyncIterable<Uint8Array>, dialect: XlsxDialect): Decoding {
  let header: Header | undefined;
  let sheetName: string | undefined;

  async function* batches(): AsyncGenerator<DecodedBatch> {
    const book = await openBook(bytes, dialect);
    sheetName = book.sheetName;
    let texts: Awaited<ReturnType<typeof readSharedTexts>> | undefined;
    try {
      const looks = await readStyles(book.styles);
      texts = book.strings && (await readSharedTexts(book.strings));
      const reading = { looks, is1904: book.is1904, ...(texts ? { texts } : {}) };
      yield* batchesOf(sheetRows(book.sheet.read(), reading));
    } finally {
      await texts?.close();
      await book.close();
    }
  }

  async function* batchesOf(pieces: AsyncIterable<SheetRow[]>): AsyncGenerator<DecodedBatch> {
    const top = newTop(dialect);
    let batch = newBatch();
    let make: ReturnType<typeof recordMaker> | undefined;
    let isTold = false;
    const begin = (first: SheetRow | undefined): void => {
      header = headerFor(top.rows(), first);
      make = recordMaker(header.names);
    };
    const taken = (): DecodedBatch => {
      const columns = header!.names.filter((name) => name !== '');
      const { records, lines, unreadable } = batch;
      batch = newBatch();
      isTold = true;
      return { records, lines: Uint32Array.from(lines), unreadable, columns };
    };
    for await (const rows of pieces) {
      for (const row of rows) {
        if (isBlank(row.cells) || top.takes(row)) continue;
        if (!header) begin(row);
        addRow(batch, row, header!, make!);
        const size = batch.records.length + batch.unreadable.length;
        if (size >= batchRows || batch.length > batchLength) yield taken();
      }
    }
    if (!header && top.rows().length > 0) begin(undefined);
    if (header && (!isTold || batch.records.length + batch.unreadable.length > 0)) yield taken();
  }

  function headerFor(rows: readonly SheetRow[], first: SheetRow | undefined): Header {
    if (typeof dialect.header === 'object') return givenHeader(dialect.header, 0, 'XLSX_HEADER');
    if (rows.length === 0) return givenHeader(undefined, first?.cells.length ?? 0, 'XLSX_HEADER');
    const wrong = rows.find(({ faults }) => faults.length > 0);
    if (wrong)
      throw problem('XLSX_HEADER', `The header has ${wrong.faults[0]!.fault.shown} in row ${wrong.line}.`, {
        fix: 'Correct that cell, or say with `skip` and `header` where the header is.',
      });
    return headerOfCells(
      rows.map(({ cells }) => cells),
      dialect.headerJoin,
      'XLSX_HEADER',
    );
  }

  function addRow(batch: Batch, row: SheetRow, { names }: Header, make: ReturnType<typeof recordMaker>): void {
    const { line, cells } = row;
    for (const cell of cells) batch.length += cell.length;
    const unreadable = faultOf(row, names);
    if (unreadable) return void batch.unreadable.push(unreadable);
    for (const { column } of row.faults) cells[column] = '';
    while (cells.length < names.length) cells.push('');
    batch.records.push(make(cells));
    batch.lines.push(line);
  }

  function faultOf({ line, cells, faults }: SheetRow, names: readonly string[]): Unreadable | undefined {
    const raw = cells.join('\t');
    // Below a header a column without a name is no part of the table; without one nothing tells where the table ends.
    if (top0(dialect) && cells.slice(names.length).some((cell) => cell.trim() !== ''))
      return {
        line,
        code: 'XLSX_WIDE',
        message: `The row has cells beyond column ${names.length}, the last that is known`,
        raw,
      };
    const counted = faults.find(
      ({ column, fault }) => (names[column] ?? '') !== '' && !(fault.is === 'error' && dialect.errors === 'empty'),
    );
    if (!counted) return undefined;
    const where = `in the column “${names[counted.column]}”`;
    return counted.fault.is === 'error'
      ? { line, code: 'XLSX_CELL_ERROR', message: `The cell ${where} holds an error of the spreadsheet`, raw }
      : { line, code: 'XLSX_CELL_DATE', message: `The cell ${where} is shown as a date and is none`, raw };
  }

  return {
    batches: batches(),
    end: () => ({
      dialect: {
        format: 'xlsx',
        options: { ...(sheetName === undefined ? {} : { sheet: sheetName }), header: headerOption(dialect) },
        columns: header?.names.filter((name) => name !== '') ?? [],
      },
      ...(header && header.notes.length > 0 ? { notes: header.notes } : {}),
    }),
  };
}

interface Batch {
  records: Fields[];
  lines: number[];
  unreadable: Unreadable[];
  /** Characters of its cells. */
  length: number;
}
const newBatch = (): Batch => ({ records: [], lines: [], unreadable: [], length: 0 });

const isBlank = (cells: readonly string[]): boolean => cells.every((cell) => cell.trim() === '');
const top0 = ({ header }: XlsxDialect): boolean => header === 0 || typeof header === 'object';
const headerOption = ({ header }: XlsxDialect): boolean | number | readonly string[] =>
  header === 0 ? false : header === 1 ? true : header;
