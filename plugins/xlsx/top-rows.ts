import type { XlsxDialect } from './options.ts';
import type { SheetRow } from './sheet-rows.ts';

/** The rows that stand before the first record: those to be passed over, and those of the header. */
export interface TopRows {
  /** True where the row is not one of the records. */
  takes(row: SheetRow): boolean;
  /** Those of the header, so far. */
  rows(): readonly SheetRow[];
}

/** The header begins with the first row that has text after those to be passed over. */
export function newTop({ skip, header, headerWith }: XlsxDialect): TopRows {
  const count = typeof header === 'number' ? header : 0;
  const taken: SheetRow[] = [];
  return {
    takes(row) {
      if (row.line <= skip) return true;
      if (taken.length === 0 && headerWith && !row.cells.some((cell) => headerWith.includes(cell.trim()))) return true;
      const isOfHeader = taken.length === 0 ? count > 0 : row.line < taken[0]!.line + count;
      if (isOfHeader) taken.push(row);
      return isOfHeader;
    },
    rows: () => taken,
  };
}
