import {
  counted,
  givenHeader,
  recordMaker,
  type DecodedBatch,
  type Fields,
  type Header,
  type OpenText,
  type Unreadable,
} from '#sdk';
import { cellsOf } from './cells.ts';
import { headerOf, notTooWide } from './header.ts';
import { newHeaderRows, type HeaderRows } from './header-rows.ts';
import type { CsvDialect } from './options.ts';
import type { RowMaker, RowText } from './rows.ts';

/** How many rows make a batch. */
export const batchRows = 500;

/** What is known of a file while its rows become records; the header is known from the first row on. */
export interface Table {
  readonly dialect: CsvDialect;
  readonly text: Pick<OpenText, 'charset'>;
  /** Rows before the first record, while they come. */
  readonly top: HeaderRows;
  header?: Header;
  make?: (cells: readonly string[]) => Fields;
  isColumnsTold: boolean;
}

/** A table of which nothing is known yet. */
export const newTable = (dialect: CsvDialect, text: Table['text']): Table => ({
  dialect,
  text,
  top: newHeaderRows(dialect),
  isColumnsTold: false,
});

/** Names of the columns that have one. */
export const columnsOf = ({ header }: Table): string[] => (header ? header.names.filter((name) => name !== '') : []);

function begin(table: Table, header: Header): void {
  table.header = header;
  table.make = recordMaker(header.names);
}

/** Takes as many rows as there are whole ones, up to a batch. */
export function takeRows(table: Table, rows: RowMaker, isLast: boolean): RowText[] {
  const { dialect } = table;
  const taken: RowText[] = [];
  while (taken.length < batchRows) {
    const row = rows.next(isLast);
    if (!row) break;
    if (table.top.takes(row)) {
      const top = table.top.whole();
      if (top) begin(table, headerOf(top, dialect, table.text.charset()));
      continue;
    }
    // A blank line is a row of the spreadsheet, and no record.
    if (row.text === '' && !row.fault) continue;
    taken.push(judged(table, rows, row));
  }
  return taken;
}

/** A row of several lines that is ragged is a quote that was never closed. */
function judged({ dialect, header }: Table, rows: RowMaker, row: RowText): RowText {
  if (row.lines === 1 || row.fault || !header) return row;
  return cellsOf([row.text], dialect)[0]?.length === header.names.length ? row : rows.reopen(row);
}

/** Why a row is no record; NUL never stands in text, and many programs take it for the end of one. */
type Fault = NonNullable<RowText['fault']> | 'nul';

/** The records of rows, and those that are none; undefined where there is neither, nor a header to tell. */
export function batchOf(table: Table, taken: readonly RowText[]): DecodedBatch | undefined {
  const { dialect } = table;
  const cells = cellsOf(
    taken.map(({ text, fault }) => (fault ? '' : text)),
    dialect,
  );
  if (!table.header && taken.length > 0) {
    const names = typeof dialect.header === 'number' ? undefined : dialect.header;
    begin(table, givenHeader(names, notTooWide(cells[0] ?? [], taken[0]!.row).length, 'CSV_HEADER'));
  }
  const { make } = table;
  const width = table.header?.names.length ?? 0;
  const records: Fields[] = [];
  const lines: number[] = [];
  const unreadable: Unreadable[] = [];
  for (let index = 0; index < taken.length; index += 1) {
    const row = taken[index]!;
    const found = cells[index];
    const fault = row.fault ?? (row.text.includes('\0') ? 'nul' : found ? undefined : 'broken');
    if (fault) unreadable.push(faulty(row, fault, table.text.charset().name));
    else if (found!.length === width) {
      if (isBlank(found!)) continue;
      records.push(make!(found!));
      lines.push(row.row);
    } else if (!isBlank(found!)) unreadable.push(ragged(row, found!.length, width));
  }
  return told(table, { records, lines: Uint32Array.from(lines), unreadable });
}

/** With the columns, which the first batch tells though it hold nothing else. */
function told(table: Table, batch: DecodedBatch): DecodedBatch | undefined {
  const isNews = table.header !== undefined && !table.isColumnsTold;
  if (batch.records.length + batch.unreadable.length === 0 && !isNews) return undefined;
  table.isColumnsTold = table.header !== undefined;
  return table.header ? { ...batch, columns: columnsOf(table) } : batch;
}

/** A header without rows is told all the same. */
export const headerAlone = (table: Table): DecodedBatch | undefined =>
  told(table, { records: [], lines: new Uint32Array(), unreadable: [] });

/** Half a row has too few cells, or a quote that is still open; too many cells are another fault. */
export const isHalf = ({ dialect, header }: Table, { code, raw }: Unreadable): boolean =>
  code === 'CSV_QUOTE_UNCLOSED' ||
  (code === 'CSV_RAGGED' && raw.split(dialect.delimiter).length < (header?.names.length ?? 0));

/** A row of delimiters alone, as spreadsheets leave them below a table, is as blank as an empty line. */
const isBlank = (cells: readonly string[]): boolean => cells.every((cell) => cell === '' || cell.trim() === '');

function faulty({ row, text }: RowText, fault: Fault, encoding: string): Unreadable {
  const [code, message] = {
    unclosed: ['CSV_QUOTE_UNCLOSED', 'A quote is opened in this line and never closed'],
    broken: ['CSV_QUOTE_BROKEN', 'Text follows a closing quote where the next cell was expected'],
    nul: ['CSV_NUL', 'The row holds a NUL character, which never stands in text'],
    encoding: ['ENCODING_BROKEN', `The row holds bytes that are not ${encoding}`],
  }[fault] as [string, string];
  return { line: row, code, message, raw: text };
}

const ragged = ({ row, text }: RowText, found: number, expected: number): Unreadable => ({
  line: row,
  code: 'CSV_RAGGED',
  message: `The row has ${counted(found, 'cell')}, and the header has ${expected}`,
  raw: text,
});
