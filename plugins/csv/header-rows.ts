import { cellsOf } from './cells.ts';
import type { CsvDialect } from './options.ts';
import type { RowText } from './rows.ts';

/** Takes the rows that stand before the first record: those to be passed over, and those of the header. */
export interface HeaderRows {
  /** True where the row is not one of the records. */
  takes(row: RowText): boolean;
  /** The rows of the header, once, when the last of them has been taken. */
  whole(): RowText[] | undefined;
}

/** Blank rows count among those to be passed over and inside of the header, as a spreadsheet counts them. */
export function newHeaderRows(dialect: CsvDialect): HeaderRows {
  const { skip, header, headerWith } = dialect;
  const count = typeof header === 'number' ? header : 0;
  const taken: RowText[] = [];
  let isGiven = false;
  return {
    takes(row) {
      if (row.row <= skip) return true;
      if (taken.length === count) return false;
      if (headerWith && !cellsOf([row.text], dialect)[0]?.some((cell) => headerWith.includes(cell.trim()))) return true;
      if (taken.length > 0 || row.text !== '' || row.fault) taken.push(row);
      return true;
    },
    whole() {
      if (isGiven || taken.length < count || count === 0) return undefined;
      isGiven = true;
      return taken;
    },
  };
}
