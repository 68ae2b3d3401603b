import { stringify } from 'csv-stringify/sync';
import { namesInRows, problem, textWriting, unmappable, type Charset, type Fields } from '#sdk';
import type { CsvDialect } from './options.ts';

/**
 * Records as rows: of the columns named, of those of the header, or of the first record. Throws CSV_VALUE for a value
 * that is no cell or has no column, ENCODING_UNMAPPABLE for a character that the
 * encoding does not have.
 */
export async function* encode(
  records: AsyncIterable<Fields[]>,
  dialect: CsvDialect,
  wanted?: readonly string[],
): AsyncGenerator<Uint8Array> {
  const { header, headerJoin } = dialect;
  const { charset, mark } = textWriting(dialect.encoding, dialect.bom);
  const headerRows = typeof header === 'number' ? header : 0;
  let columns = wanted ?? (typeof header === 'number' ? undefined : header);
  const isDerived = columns === undefined;
  let isBegun = false;
  const begin = (names: readonly string[]): string[][] => {
    isBegun = true;
    return headerRows > 1 ? namesInRows(names, headerRows, headerJoin) : headerRows === 1 ? [[...names]] : [];
  };

  if (mark.length > 0) yield mark;
  for await (const batch of records) {
    const first = batch[0];
    if (!first) continue;
    columns ??= Object.keys(first);
    const rows = isBegun ? [] : begin(columns);
    for (const record of batch) {
      if (isDerived) refuseMore(record, columns);
      rows.push(columns.map((name) => cellOf(record[name], name, dialect)));
    }
    yield bytesOf(rows, columns, dialect, charset);
  }
  if (!isBegun && columns && headerRows > 0) yield bytesOf(begin(columns), columns, dialect, charset);
}

/** What ends a row. */
export const rowEnd = ({ recordEnd, lineEnding }: Pick<CsvDialect, 'recordEnd' | 'lineEnding'>): string =>
  recordEnd ?? (lineEnding === 'crlf' ? '\r\n' : '\n');

function cellOf(value: unknown, column: string, { quote, delimiter, recordEnd = '\r\n' }: CsvDialect): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') {
    if (quote !== false || !holdsAny(value, delimiter + recordEnd)) return value;
    throw problem('CSV_VALUE', `The field ${column} holds a delimiter or line break, and the file knows no quotes.`, {
      fix: 'Leave out `quote: false`, or take the character out before.',
    });
  }
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  throw problem(
    'CSV_VALUE',
    `The field ${column} holds a ${Array.isArray(value) ? 'list' : 'map'}, which is no cell.`,
    {
      fix: "Make a text of it first, such as `=$join(groups, ', ')`.",
    },
  );
}

function refuseMore(record: Fields, columns: readonly string[]): void {
  const more = Object.keys(record).find((name) => !columns.includes(name));
  if (more === undefined) return;
  throw problem(
    'CSV_VALUE',
    `The field ${more} is in a later record, and not in the first one, which made the header.`,
    {
      fix: 'Name all `columns` to be written.',
    },
  );
}

const holdsAny = (value: string, characters: string): boolean =>
  [...characters].some((character) => value.includes(character));

function bytesOf(
  rows: string[][],
  columns: readonly string[],
  { delimiter, quote, escape, lineEnding, recordEnd }: CsvDialect,
  { name, encode: toBytes, firstUnmappable }: Charset,
): Uint8Array {
  const text = stringify(rows, {
    delimiter,
    quote: quote === false ? '' : quote,
    escape,
    quoted_match: [beginsSepLine, partOfEnd(recordEnd)],
    record_delimiter: rowEnd({ lineEnding, recordEnd }),
  });
  if (firstUnmappable(text) === undefined) return toBytes(text);
  const cells = rows.flatMap((row) => row.map((cell, index) => ({ character: firstUnmappable(cell), index })));
  const at = cells.find(({ character }) => character !== undefined);
  throw at
    ? unmappable(`The column ${columns[at.index]}`, at.character!, { name })
    : unmappable('The `delimiter` or `recordEnd`', firstUnmappable(text)!, { name });
}

// The first line would be taken for Excel's.
const beginsSepLine = /^sep=/i;
/** By itself it quotes only cells that hold the whole end; part of one may make another with what follows. */
const partOfEnd = (recordEnd = ''): RegExp => new RegExp(`[\\r\\n${recordEnd.replace(/[\]\\^-]/g, '\\$&')}]`);
