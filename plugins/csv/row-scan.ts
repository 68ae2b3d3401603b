import type { CsvDialect } from './options.ts';

/** Where the row that begins at a line ends. */
export type RowScan =
  /** `next`: index of the line after it. */
  | { is: 'row'; next: number }
  /** A quote is still open at the end of the lines. */
  | { is: 'open' }
  /** Something stands between a closing quote and the next delimiter, in this line. */
  | { is: 'broken'; line: number };

const state = { begin: 0, plain: 1, quoted: 2, closed: 3 } as const;

/**
 * Finds the end of the row that begins at `lines[start]`, looking at no line from `limit` on. As in a spreadsheet, a
 * quote counts only as the first character of a cell: ООО "Маяк" is a cell like any other.
 */
export function scanRow(lines: readonly string[], start: number, limit: number, dialect: CsvDialect): RowScan {
  const { delimiter, quote, escape, recordEnd } = dialect;
  let now: number = state.begin;
  for (let index = start; index < limit; index += 1) {
    const line = lines[index]!;
    for (let at = 0; at < line.length; at += 1) {
      const character = line[at]!;
      if (now === state.quoted) {
        const isEscape =
          character === escape && (line[at + 1] === quote || (escape !== quote && line[at + 1] === escape));
        if (isEscape) at += 1;
        else if (character === quote) now = state.closed;
      } else if (character === delimiter) now = state.begin;
      else if (now === state.closed) {
        const isReturn = character === '\r' && at === line.length - 1 && recordEnd === undefined;
        if (!isReturn) return { is: 'broken', line: index };
      } else now = now === state.begin && character === quote ? state.quoted : state.plain;
    }
    if (now !== state.quoted) return { is: 'row', next: index + 1 };
  }
  return { is: 'open' };
}
