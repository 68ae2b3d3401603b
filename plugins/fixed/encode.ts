import { problem, textWriting, unmappable, type Encoding, type Fields, type TextWriting } from '#sdk';
import { charactersOf, withoutPadding } from './characters.ts';
import type { Column, Layout } from './layout.ts';

/** How a file is to be written. */
export interface Writing {
  layout: Layout;
  encoding: Encoding;
  bom?: boolean | undefined;
  filled: boolean;
  lineEnding: 'crlf' | 'lf';
}

/**
 * Records as lines; a column that a record does not have is blank. Throws FIXED_VALUE for a value that does not fit or is
 * no cell, FIXED_COLUMNS where columns are wanted that have no place, ENCODING_UNMAPPABLE.
 */
export async function* encode(
  records: AsyncIterable<Fields[]>,
  { layout, encoding, bom, filled, lineEnding }: Writing,
  wanted?: readonly string[],
): AsyncGenerator<Uint8Array> {
  const { charset, mark }: TextWriting = textWriting(encoding, bom);
  const placeless = wanted?.find((name) => !layout.columns.some((column) => column.name === name));
  if (placeless !== undefined)
    throw problem('FIXED_COLUMNS', `The column ${placeless} is to be written, and the format gives it no place.`, {
      fix: 'Name it under `fixed: { columns }`.',
    });
  const columns = layout.inLine.filter(({ name }) => wanted === undefined || wanted.includes(name));
  const end = lineEnding === 'crlf' ? '\r\n' : '\n';

  if (mark.length > 0) yield mark;
  for await (const batch of records) {
    let text = '';
    for (const record of batch) text += lineOf(record, columns, layout.width, filled) + end;
    const character = charset.firstUnmappable(text);
    if (character !== undefined)
      throw unmappable(`The column ${columnWith(character, batch, columns)}`, character, charset);
    if (text !== '') yield charset.encode(text);
  }
}

function lineOf(record: Fields, columns: readonly Column[], width: number, filled: boolean): string {
  let line = '';
  let at = 0;
  for (const column of columns) {
    const cell = cellOf(record[column.name], column.name);
    const { length } = charactersOf(cell);
    if (length > column.to - column.from) throw tooWide(column, length);
    line += ' '.repeat(column.from - at) + cell;
    at = column.from + length;
  }
  return filled ? line + ' '.repeat(width - at) : withoutPadding(line);
}

function cellOf(value: unknown, column: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value !== 'string')
    throw problem(
      'FIXED_VALUE',
      `The field ${column} holds a ${Array.isArray(value) ? 'list' : 'map'}, which is no cell.`,
      {
        fix: "Make a text of it first, such as `=$join(groups, ', ')`.",
      },
    );
  if (/[\r\n]/.test(value))
    throw problem('FIXED_VALUE', `The field ${column} holds a line break, and a record is one line.`, {
      fix: "Take it out before, such as `=$replace(note, /\\s+/, ' ')`.",
    });
  return value;
}

const tooWide = ({ name, from, to }: Column, found: number) =>
  problem('FIXED_VALUE', `The field ${name} has ${found} characters, and its column has room for ${to - from}.`, {
    fix: `Shorten it before, such as \`=$substring(${name}, 0, ${to - from})\`: nothing is cut off silently.`,
  });

const columnWith = (character: string, batch: readonly Fields[], columns: readonly Column[]): string =>
  columns.find(({ name }) => batch.some((record) => String(record[name] ?? '').includes(character)))?.name ?? '';
