import { problem } from '#sdk';

/** Where one column stands: characters counted from 0, `to` not included. */
export interface Column {
  name: string;
  from: number;
  to: number;
}

/** Where all columns stand. */
export interface Layout {
  /** In the order of the document, which is the order of a record's fields. */
  columns: readonly Column[];
  /** In the order of the line. */
  inLine: readonly Column[];
  /** Characters of a full line. */
  width: number;
}

/**
 * Columns as written: a width begins where the column before ends, `7-36` counts characters from 1 and includes both.
 * Throws FIXED_OPTIONS where columns overlap, run backwards, or have no place in an order.
 */
export function layoutOf(written: Readonly<Record<string, number | string>>): Layout {
  const columns: Column[] = [];
  for (const [name, place] of Object.entries(written)) {
    if (name === '__proto__' || name.trim() === '') throw fault(`“${name}” is no name of a column`, 'Rename it.');
    if (typeof place === 'number' && isIndex(name))
      throw fault(`The column ${name} is a number, and such names keep no order`, `Write its place, such as \`1-6\`.`);
    columns.push({ name, ...(typeof place === 'number' ? next(columns, place) : span(name, place)) });
  }
  const inLine = [...columns].sort((a, b) => a.from - b.from);
  for (const [at, column] of inLine.entries()) {
    const before = inLine[at - 1];
    if (before && column.from < before.to)
      throw fault(
        `The columns ${before.name} and ${column.name} share the character ${column.from + 1}`,
        'Give each column characters of its own.',
      );
  }
  const width = inLine.at(-1)?.to;
  if (width === undefined) throw fault('There are no columns', 'Name them, such as `columns: { code: 6, name: 30 }`.');
  return { columns, inLine, width };
}

/** JavaScript puts keys that look like array indexes before all others. */
const isIndex = (name: string): boolean => /^(0|[1-9]\d*)$/.test(name);

const next = (columns: readonly Column[], width: number): Omit<Column, 'name'> => {
  const from = columns.at(-1)?.to ?? 0;
  return { from, to: from + width };
};

function span(name: string, place: string): Omit<Column, 'name'> {
  const [first, last] = place.split('-').map(Number) as [number, number];
  if (last < first || first < 1)
    throw fault(`The column ${name} is to stand from ${first} to ${last}`, 'Count from 1, the smaller number first.');
  return { from: first - 1, to: last };
}

const fault = (found: string, fix: string) => problem('FIXED_OPTIONS', `${found}.`, { fix });
