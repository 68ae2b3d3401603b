import { problem, type Charset } from '#sdk';
import { cellsOf } from './cells.ts';
import { joinedNames } from './joined-names.ts';
import type { CsvDialect } from './options.ts';
import type { RowText } from './rows.ts';

/** Names of the columns by position; '' for a column without a name, whose cells are passed over. */
export interface Header {
  names: readonly string[];
  notes: string[];
}

/** Wider tables are a delimiter gone wrong, and would take minutes for each row. */
const maxColumns = 10_000;

// Zero width characters, soft hyphen, word joiner, byte order mark: seen in headers of spreadsheets and web pages.
const invisible = /[\u00AD\u200B-\u200F\u2060\uFEFF]/g;

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
  const notes = cells.flatMap((row) => row.flatMap((cell, index) => noteOf(cell, index)));
  return checked(
    joinedNames(
      cells.map((row) => row.map(cleaned)),
      dialect.headerJoin,
    ),
    notes,
  );
}

/** Names given in the options, or made for as many columns as the first row has. */
export const givenHeader = (names: readonly string[] | undefined, width: number): Header =>
  names
    ? checked(names.map(cleaned), names.flatMap(noteOf))
    : { names: Array.from({ length: width }, (_, index) => `c${index + 1}`), notes: [] };

/** Gives the cells of a first row back. Throws CSV_HEADER where there are more than 10,000. */
export function notTooWide(cells: string[], row: number): string[] {
  if (cells.length <= maxColumns) return cells;
  const found = `The table has ${cells.length} columns by its row ${row}, and ${maxColumns} are read at most.`;
  throw problem('CSV_HEADER', found, { fix: 'Check `delimiter`, or ask for a narrower file.' });
}

const cleaned = (cell: string): string => cell.replace(invisible, '').normalize('NFC').replace(/\s+/g, ' ').trim();

const noteOf = (cell: string, index: number): string[] =>
  cell.replace(invisible, '') === cell
    ? []
    : [`the header of column ${index + 1} (${cleaned(cell)}) has an invisible character, which is left out`];

function checked(names: string[], notes: string[]): Header {
  const seen = new Set<string>();
  for (const name of names) {
    if (name !== '' && seen.has(name))
      throw problem('CSV_HEADER', `The header names the column “${name}” twice.`, {
        fix: 'Each column needs a name of its own.',
      });
    if (name === '__proto__')
      throw problem('CSV_HEADER', 'A column is called `__proto__`, which is no name.', { fix: 'Rename the column.' });
    seen.add(name);
  }
  return { names, notes };
}
