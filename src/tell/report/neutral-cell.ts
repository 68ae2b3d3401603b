/**
 * What a spreadsheet would run or rewrite: a cell that begins, blanks apart, with = + - @ or their full-width forms, or
 * with a tab or line break (OWASP, CSV Injection). Numbers such as `-5` and phones such as `+7 …` are no exception: a
 * spreadsheet would recalculate or shorten them, and one rule without exceptions can be taken back.
 */
const runs = /^(?:\s*[=+\-@＝＋－＠]|[\t\r\n])/;

/** The cell as it may stand in a report: `'` before what a spreadsheet would run, and before a cell that begins with `'`. */
export const neutralCell = (cell: string): string => (cell.startsWith("'") || runs.test(cell) ? `'${cell}` : cell);

/** The cell as it came: the exact reverse of {@link neutralCell}. */
export const cellAsItCame = (cell: string): string => (cell.startsWith("'") ? cell.slice(1) : cell);
