import type { LineBlock } from '#sdk';
import { withoutReturn } from './cells.ts';
import type { CsvDialect } from './options.ts';
import { scanRow } from './row-scan.ts';

/** One row of text, before its cells are known. */
export interface RowText {
  /** As a spreadsheet counts: a row with line breaks inside is one, a blank line is one too. */
  row: number;
  text: string;
  fault?: 'unclosed' | 'broken' | 'encoding';
  /** Of several lines: then a wrong number of cells means that its quote was never meant to be closed there. */
  lines: number;
}

/** A cell with more line breaks than this is taken for a quote that was never closed. */
const maxRowLines = 500;

/** Makes rows out of lines as they come. */
export interface RowMaker {
  /** Adds lines and gives the rows that are whole by now. `width` is the number of cells of a right row, once known. */
  add(block: LineBlock): void;
  /** The next row, or undefined until more lines are added. `isLast`: no more lines will come. */
  next(isLast: boolean): RowText | undefined;
  /** Takes the first line of a row that has been given out back as unclosed, and the rest as lines to be read anew. */
  reopen(row: RowText): RowText;
}

/**
 * A quote that is opened and never closed must not swallow the file: then only the line on which it opens is lost, and
 * reading goes on with the next. It is held for such when a closing quote is followed by text, when the row runs over
 * 500 lines or to the end of the file, and (judged by who counts cells, see `reopen`) when it makes a ragged row.
 */
export function newRowMaker(dialect: CsvDialect): RowMaker {
  const { quote, recordEnd } = dialect;
  let lines: string[] = [];
  let brokenLines = new Set<number>();
  let at = 0;
  let row = 0;
  let reopenAt = 0;

  const compact = () => {
    if (at === 0) return;
    lines = lines.slice(at);
    brokenLines = new Set([...brokenLines].filter((index) => index >= at).map((index) => index - at));
    at = 0;
  };
  const take = (count: number, fault?: RowText['fault']): RowText => {
    reopenAt = at;
    const isBroken = brokenLines.size > 0 && [...brokenLines].some((index) => index >= at && index < at + count);
    const whole = count === 1 ? lines[at]! : lines.slice(at, at + count).join(recordEnd ?? '\n');
    const text = recordEnd === undefined ? withoutReturn(whole) : whole;
    at += count;
    row += 1;
    const found = isBroken ? 'encoding' : fault;
    return found ? { row, text, lines: count, fault: found } : { row, text, lines: count };
  };

  return {
    add(block) {
      compact();
      for (const index of block.broken ?? []) brokenLines.add(lines.length + index);
      lines = lines.length === 0 ? block.lines : lines.concat(block.lines);
    },
    next(isLast) {
      if (at >= lines.length) return undefined;
      if (quote === false || !lines[at]!.includes(quote)) return take(1);
      const limit = Math.min(lines.length, at + maxRowLines);
      const scan = scanRow(lines, at, limit, dialect);
      if (scan.is === 'row') return take(scan.next - at);
      if (scan.is === 'broken') return take(1, scan.line === at ? 'broken' : 'unclosed');
      if (!isLast && limit === lines.length && limit - at < maxRowLines) return undefined;
      return take(1, 'unclosed');
    },
    reopen(found) {
      at = reopenAt;
      row = found.row - 1;
      return take(1, 'unclosed');
    },
  };
}
