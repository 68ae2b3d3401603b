import { problem } from '#sdk';
import { cellsOf } from './cells.ts';
import type { CsvDialect } from './options.ts';
import type { RowText } from './rows.ts';

/** Names of the columns by position; '' for a column without a name, whose cells are passed over. */
export interface Header {
  names: readonly string[];
  notes: string[];
}

// Zero width characters, soft hyphen, word joiner, byte order mark: seen in headers of spreadsheets and web pages.
const invisible = /[\u00AD\u200B-\u200F\u2060\uFEFF]/g;

/** Reads the header row. Throws CSV_HEADER where it can't be read or names a column twice. */
export function headerOf(row: RowText, dialect: CsvDialect): Header {
  const cells = row.fault ? undefined : cellsOf([row.text], dialect)[0];
  if (row.fault === 'encoding')
    throw problem('CSV_ENCODING_WRONG', `The header is not valid ${dialect.encoding}.`, {
      fix:
        dialect.encoding === 'utf-8' ? 'Perhaps it is `encoding: windows-1251`.' : 'Perhaps it is `encoding: utf-8`.',
    });
  if (!cells)
    throw problem('CSV_HEADER', `The header in row ${row.row} has a broken quote.`, { fix: 'Ask for a whole file.' });
  return checked(cells);
}

/** Names given in the options, or made for as many columns as the first row has. */
export const givenHeader = (names: readonly string[] | undefined, width: number): Header =>
  names ? checked(names) : { names: Array.from({ length: width }, (_, index) => `c${index + 1}`), notes: [] };

function checked(cells: readonly string[]): Header {
  const notes: string[] = [];
  const seen = new Set<string>();
  const names = cells.map((cell, index) => {
    const visible = cell.replace(invisible, '');
    const name = visible.normalize('NFC').replace(/\s+/g, ' ').trim();
    if (visible !== cell)
      notes.push(`the header of column ${index + 1} (${name}) has an invisible character, which is left out`);
    if (name !== '' && seen.has(name))
      throw problem('CSV_HEADER', `The header names the column “${name}” twice.`, {
        fix: 'Each column needs a name of its own.',
      });
    if (name === '__proto__')
      throw problem('CSV_HEADER', 'A column is called `__proto__`, which is no name.', { fix: 'Rename the column.' });
    seen.add(name);
    return name;
  });
  return { names, notes };
}
