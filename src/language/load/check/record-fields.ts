import { oneOrList, writtenUse } from '../../compile/written-use.ts';
import { isMap } from '../load-workspace.ts';

/** Fields that are known to exist in a record as it is read, and the columns that are read under another name. */
export function fieldsOfRecord({ source, record }: Record<string, unknown>): {
  names: string[];
  readAs: Map<string, string>;
} {
  const rules = isMap(record) && isMap(record.fields) ? Object.entries(record.fields) : [];
  const names = rules.map(([name]) => name);
  const readAs = new Map<string, string>();
  for (const [name, rule] of rules) {
    // Of several columns only one is read, and the others keep their names.
    const [from, ...more] = isMap(rule) ? [rule.from].flat() : [];
    if (typeof from === 'string' && more.length === 0 && from !== name) readAs.set(from, name);
  }
  const written = writtenHeader(source).filter((column) => !readAs.has(column));
  return { names: [...new Set([...names, ...written])], readAs };
}

/** Columns that the format's own `header:` names, for files that have no such row. */
function writtenHeader(source: unknown): string[] {
  return oneOrList(source, []).flatMap(({ item }) => {
    const format = writtenUse(writtenUse(item)?.words.format);
    const header = isMap(format?.options) ? format.options.header : undefined;
    return Array.isArray(header) ? header.filter((name) => typeof name === 'string') : [];
  });
}
