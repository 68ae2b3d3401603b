import { headerOfCells, problem, type Charset, type Header } from '#sdk';
import { cellsOf } from './cells.ts';
import type { CsvDialect } from './options.ts';
import type { RowText } from './rows.ts';

/** Wider tables are a delimiter gone wrong, and would take minutes for each row. */
const maxColumns = 10_000;

/**
 * Reads the rows of the header. Throws ENCODING_WRONG where they are not of the encoding, CSV_HEADER where they can't be
 * read or name a column twice.
 */
export function headerOf(rows: readonly RowText[], dialect: CsvDialect, { name: encoding }: Charset): Header {
  const cells = rows.map((row) => {
    if (row.fault === 'encoding')
      throw problem('ENCODING_WRONG', `The header is not valid ${encoding}.`, {
        fix: encoding === 'utf-8' ? 'Perhaps it is `encoding: windows-1251`.' : 'Perhaps it is `encoding: utf-8`.',
      });
    if (row.text.includes('\0'))
      throw problem('CSV_HEADER', `The header in row ${row.row} holds a NUL character.`, {
        fix: 'Ask for a file of text; UTF-16 without a mark looks like this too.',
      });
    const found = row.fault ? undefined : cellsOf([row.text], dialect)[0];
    if (found) return notTooWide(found, row.row);
    throw problem('CSV_HEADER', `The header in row ${row.row} has a broken quote.`, { fix: 'Ask for a whole file.' });
  });
  return headerOfCells(cells, dialect.headerJoin, 'CSV_HEADER');
}

/** Gives the cells of a first row back. Throws CSV_HEADER where there are more than 10,000. */
export function notTooWide(cells: string[], row: number): string[] {
  if (cells.length <= maxColumns) return cells;
  const found = `The table has ${cells.length} columns by its row ${row}, and ${maxColumns} are read at most.`;
  throw problem('CSV_HEADER', found, { fix: 'Check `delimiter`, or ask for a narrower file.' });
}
