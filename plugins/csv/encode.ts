import { stringify } from 'csv-stringify/sync';
import { charset, problem, type Fields } from '#sdk';
import type { CsvDialect } from './options.ts';

/**
 * Records as rows: of the columns named, of those of the header, or of the first record. Throws CSV_VALUE for a value
 * that is no cell or has no column, CSV_UNMAPPABLE for a character that the encoding does not have.
 */
export async function* encode(
  records: AsyncIterable<Fields[]>,
  dialect: CsvDialect,
  wanted?: readonly string[],
): AsyncGenerator<Uint8Array> {
  const { header } = dialect;
  let columns = wanted ?? (typeof header === 'boolean' ? undefined : header);
  const isDerived = columns === undefined;
  let isBegun = false;
  const begin = (names: readonly string[]): string[][] => {
    isBegun = true;
    return header === true ? [[...names]] : [];
  };

  if (dialect.bom) yield Uint8Array.of(0xef, 0xbb, 0xbf);
  for await (const batch of records) {
    const first = batch[0];
    if (!first) continue;
    columns ??= Object.keys(first);
    const rows = isBegun ? [] : begin(columns);
    for (const record of batch) {
      if (isDerived) refuseMore(record, columns);
      rows.push(columns.map((name) => cellOf(record[name], name, dialect)));
    }
    yield bytesOf(rows, columns, dialect);
  }
  if (!isBegun && columns && header === true) yield bytesOf(begin(columns), columns, dialect);
}

function cellOf(value: unknown, column: string, { quote, delimiter }: CsvDialect): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') {
    if (quote !== false || !(value.includes(delimiter) || /[\r\n]/.test(value))) return value;
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

function bytesOf(rows: string[][], columns: readonly string[], dialect: CsvDialect): Uint8Array {
  const { delimiter, quote, escape, lineEnding, encoding } = dialect;
  const text = stringify(rows, {
    delimiter,
    quote: quote === false ? '' : quote,
    escape,
    // By itself it quotes only cells that hold the whole line end.
    quoted_match: /[\r\n]/,
    record_delimiter: lineEnding === 'crlf' ? '\r\n' : '\n',
  });
  const { encode: toBytes, firstUnmappable } = charset(encoding);
  if (firstUnmappable(text) !== undefined) throw unmappable(rows, columns, dialect);
  return toBytes(text);
}

function unmappable(rows: string[][], columns: readonly string[], { encoding }: CsvDialect) {
  const { firstUnmappable } = charset(encoding);
  const at = rows
    .flatMap((row) => row.map((cell, index) => ({ cell, index })))
    .find(({ cell }) => firstUnmappable(cell));
  const character = firstUnmappable(at!.cell)!;
  const code = `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
  return problem(
    'CSV_UNMAPPABLE',
    `The column ${columns[at!.index]} holds the character ${code}, which ${encoding} does not have.`,
    {
      fix: 'Write the file in utf-8, or replace the character before.',
    },
  );
}
