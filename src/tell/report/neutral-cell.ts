/**
 * What a spreadsheet would run or rewrite: a cell that begins, blanks and quotes apart, with = + - @ or their full-width
 * forms, or with a tab or line break (OWASP, CSV Injection). Numbers such as `-5` and phones such as `+7 …` are no
 * exception: a spreadsheet would recalculate or shorten them, and one rule without exceptions can be taken back.
 */
const runs = /^(?:["\s]*[=+\-@＝＋－＠]|[\t\r\n])/;

/**
 * Where a spreadsheet may begin a cell that the report did not: opened with another delimiter, `x,=1` in a report of
 * semicolons is two cells. Quotes are no help, since to that reader they stand in the middle of a cell.
 */
const otherStarts = /([,;|\t\r\n])/;

const neutralStart = (text: string): string => (text.startsWith("'") || runs.test(text) ? `'${text}` : text);
const startAsItCame = (text: string): string => (text.startsWith("'") ? text.slice(1) : text);

/** Changes what follows each delimiter inside the cell; the delimiters stay, so that the way back finds the same places. */
function atOtherStarts(cell: string, change: (text: string) => string): string {
  const parts = cell.split(otherStarts);
  return parts.map((part, at) => (at === 0 || at % 2 === 1 ? part : change(part))).join('');
}

/**
 * The cell as it may stand in a report: `'` before what a spreadsheet would run, at its beginning and after each
 * delimiter of any dialect inside, and before a `'` that stands in such a place.
 */
export const neutralCell = (cell: string): string => neutralStart(atOtherStarts(cell, neutralStart));

/** The cell as it came: the exact reverse of {@link neutralCell}. */
export const cellAsItCame = (cell: string): string => atOtherStarts(startAsItCame(cell), startAsItCame);
