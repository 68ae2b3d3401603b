import { problem } from '../../model/problem.ts';
import type { TableData } from '../types.ts';
import { declare, type CallContext } from './declare.ts';
import { rowWithoutBlanks, tableNamed } from './tables.ts';
import { unknownCode } from './unknown-code.ts';

type Index = Map<string, Record<string, string>>;

/** Tables are frozen for a run: each is indexed once. */
const indexes = new WeakMap<TableData, Index>();

function indexOf(table: TableData, codeColumn: string): Index {
  const known = indexes.get(table);
  if (known) return known;
  const index: Index = new Map();
  for (const row of table.rows) {
    const code = row[codeColumn];
    if (code !== undefined && !index.has(code)) index.set(code, row);
  }
  indexes.set(table, index);
  return index;
}

function inTable(context: CallContext, name: string, code: string, fallback: unknown): unknown {
  const table = tableNamed(context, name);
  const { columns } = table;
  const [codeColumn, valueColumn] = columns;
  if (codeColumn === undefined || valueColumn === undefined) {
    throw problem(
      'TABLE_SHAPE',
      `The table \`${name}\` has one column: it is a list, and $lookup finds nothing in it.`,
      {
        fix: `Write \`code in $table('${name}')\`, or give the table a second column.`,
      },
    );
  }
  const row = indexOf(table, codeColumn).get(code);
  if (row) return columns.length === 2 ? row[valueColumn] || undefined : rowWithoutBlanks(columns, row);
  if (fallback !== undefined) return fallback;
  throw unknownCode(name, code);
}

/** JSONata's own: the value of a key in a map, or of each map in a list. */
function inData(context: CallContext, data: unknown, key: string): unknown {
  if (Array.isArray(data)) {
    const found = context.createSequence();
    for (const item of data) {
      const value = inData(context, item, key);
      if (Array.isArray(value)) for (const each of value) found.push(each);
      else if (value !== undefined) found.push(value);
    }
    return found;
  }
  if (typeof data !== 'object' || data === null || !Object.hasOwn(data, key)) return undefined;
  return (data as Record<string, unknown>)[key];
}

export default declare({
  name: 'lookup',
  signature: '$lookup(table, code, default)',
  about:
    "The value of a code in a table of the workspace: the second column's text, or the whole row where there are more. An unknown code rejects the record, unless a default is given; an absent code stays absent. With a map or list as first argument it is JSONata's own.",
  example: { expression: "$lookup('positions', '017')", gives: 'Welder' },
  accepts: '<x-(sn)x?:x>',
  call(context, first, code, fallback) {
    if (code === undefined) return undefined;
    if (typeof first === 'string') return inTable(context, first, String(code), fallback);
    // JSONata takes a text as key only, and says so with this code.
    if (typeof code !== 'string') throw Object.assign(new Error(), { code: 'T0410', index: 2, value: code });
    return inData(context, first, code);
  },
});
