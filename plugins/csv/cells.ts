import { parse } from 'csv-parse/sync';
import type { CsvDialect } from './options.ts';

/** Takes the `\r` of a line end off. */
export const withoutReturn = (text: string): string => (text.endsWith('\r') ? text.slice(0, -1) : text);

/**
 * The cells of rows, in order; undefined for a row that csv-parse can't read. Rows without a quote are split, which
 * measured eight times as fast as parsing them; all others of a batch are parsed in one go.
 */
export function cellsOf(texts: readonly string[], dialect: CsvDialect): (string[] | undefined)[] {
  const { quote, delimiter } = dialect;
  const cells: (string[] | undefined)[] = new Array(texts.length);
  const quoted: number[] = [];
  for (let index = 0; index < texts.length; index += 1) {
    const text = texts[index]!;
    if (quote !== false && text.includes(quote)) quoted.push(index);
    else cells[index] = text.split(delimiter);
  }
  if (quoted.length === 0) return cells;
  const parsed = parseRows(
    quoted.map((index) => texts[index]!),
    dialect,
  );
  for (const [place, index] of quoted.entries()) cells[index] = parsed[place];
  return cells;
}

function parseRows(texts: string[], dialect: CsvDialect): (string[] | undefined)[] {
  const together = attempt(texts.join(dialect.recordEnd ?? '\n'), dialect);
  if (together?.length === texts.length) return together;
  return texts.map((text) => {
    const rows = attempt(text, dialect);
    return rows?.length === 1 ? rows[0] : undefined;
  });
}

function attempt(text: string, { delimiter, quote, escape, recordEnd = '\n' }: CsvDialect): string[][] | undefined {
  try {
    return parse(text, {
      delimiter,
      quote,
      escape,
      record_delimiter: recordEnd,
      relax_column_count: true,
      relax_quotes: true,
    });
  } catch {
    return undefined;
  }
}
