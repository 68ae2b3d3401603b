import { problem } from '../../model/problem.ts';
import { joinedNames } from './joined-names.ts';

/** Names of the columns by position; '' for a column without a name, whose cells are passed over. */
export interface Header {
  names: readonly string[];
  /** For the run's log. */
  notes: string[];
}

// Zero width characters, soft hyphen, word joiner, byte order mark: seen in headers of spreadsheets and web pages.
const invisible = /[\u00AD\u200B-\u200F\u2060\uFEFF]/g;

/** The header that cells of rows, one under another, make; `code` is that of the format's problem where a name stands twice. */
export function headerOfCells(rows: readonly (readonly string[])[], join: string, code: string): Header {
  const names = joinedNames(
    rows.map((row) => row.map(cleaned)),
    join,
  );
  return { names: checkedNames(names, code), notes: rows.flatMap((row) => row.flatMap(noteOf)) };
}

/** Names given in the options, or made for as many columns as the first row has. */
export const givenHeader = (names: readonly string[] | undefined, width: number, code: string): Header =>
  names
    ? { names: checkedNames(names.map(cleaned), code), notes: names.flatMap(noteOf) }
    : { names: Array.from({ length: width }, (_, index) => `c${index + 1}`), notes: [] };

const cleaned = (cell: string): string => cell.replace(invisible, '').normalize('NFC').replace(/\s+/g, ' ').trim();

const noteOf = (cell: string, index: number): string[] =>
  cell.replace(invisible, '') === cell
    ? []
    : [`the header of column ${index + 1} (${cleaned(cell)}) has an invisible character, which is left out`];

function checkedNames(names: string[], code: string): string[] {
  const seen = new Set<string>();
  for (const name of names) {
    if (name !== '' && seen.has(name))
      throw problem(code, `The header names the column “${name}” twice.`, {
        fix: 'Each column needs a name of its own.',
      });
    if (name === '__proto__')
      throw problem(code, 'A column is called `__proto__`, which is no name.', { fix: 'Rename the column.' });
    seen.add(name);
  }
  return names;
}
