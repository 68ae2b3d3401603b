import { fitted, widthOf } from './width.ts';

/** A column: its title, and whether it holds numbers, which stand to the right. */
export interface Column {
  title: string;
  isNumber?: boolean;
}

/** Texts come from files and targets: what would move a terminal's cursor or colour it is shown as a blank. */

const controls = /[\u0000-\u001f\u007f-\u009f]+/g;
export const plainLine = (text: string): string => text.replace(controls, ' ');

const GAP = '  ';

/**
 * Aligned lines, without a trailing blank or line end. `width`: columns of the terminal; the widest text column is
 * shortened to fit, and nothing is shortened without it.
 */
export function table(columns: readonly Column[], rows: readonly (readonly unknown[])[], width?: number): string {
  const texts = rows.map((row) => columns.map((_, at) => plainLine(String(row[at] ?? ''))));
  const widths = columns.map(({ title }, at) =>
    Math.max(widthOf(title), ...texts.map((row) => widthOf(row[at] as string))),
  );
  const excess = sum(widths) + GAP.length * (columns.length - 1) - (width ?? Infinity);
  if (excess > 0) shrink(columns, widths, excess);
  const heading = columns.map(({ title }) => title);
  const shown = columns.every(({ title }) => title === '') ? texts : [heading, ...texts];
  return shown.map((row) => line(columns, row, widths)).join('\n');
}

const LEAST = 12;

/** Takes what is too much from the widest column of text. */
function shrink(columns: readonly Column[], widths: number[], excess: number): void {
  const widest = Math.max(...widths.filter((_, at) => !columns[at]?.isNumber));
  const at = widths.findIndex((width, index) => width === widest && !columns[index]?.isNumber);
  if (at >= 0) widths[at] = Math.max(LEAST, widest - excess);
}

function line(columns: readonly Column[], row: readonly string[], widths: readonly number[]): string {
  return row
    .map((text, at) => {
      const cell = fitted(text, widths[at] ?? 0);
      const blanks = ' '.repeat(Math.max(0, (widths[at] ?? 0) - widthOf(cell)));
      return columns[at]?.isNumber ? blanks + cell : cell + blanks;
    })
    .join(GAP)
    .trimEnd();
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
