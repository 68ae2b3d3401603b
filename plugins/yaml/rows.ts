import { isAlias, isMap, isSeq, type Node } from 'yaml';
import { nameOf, valueOf, type Reading } from './value.ts';

/** What stands where a record is expected; `line` from 1. */
export interface Row {
  value: unknown;
  line: number;
}

/** Where the records of a document are; undefined where there is no list at the path. */
export function rowsOf(contents: unknown, path: readonly string[], reading: Reading): Row[] | undefined {
  if (path.length > 0) return rowsAt(contents, path, reading);
  if (isSeq(contents)) return contents.items.flatMap((item) => rowOf(item, reading));
  return rowOf(contents, reading);
}

function rowOf(node: unknown, reading: Reading): Row[] {
  const value = valueOf(node, reading);
  return value === undefined ? [] : [{ value, line: reading.lineOf((node as Node).range?.[0] ?? 0) }];
}

/** What is beside the path is read as well, as it may have anchors. */
function rowsAt(node: unknown, path: readonly string[], reading: Reading): Row[] | undefined {
  if (path.length === 0)
    return isSeq(node) ? node.items.flatMap((item) => rowOf(item, reading)) : listOf(node, reading);
  let found: Row[] | undefined;
  if (!isMap(node)) return found;
  for (const pair of node.items) {
    if (nameOf(pair, reading) === path[0]) found = rowsAt(pair.value, path.slice(1), reading);
    else valueOf(pair.value, reading);
  }
  return found;
}

/** A list that stands elsewhere. */
function listOf(node: unknown, reading: Reading): Row[] | undefined {
  if (!isAlias(node)) return undefined;
  const value = valueOf(node, reading);
  const line = reading.lineOf(node.range?.[0] ?? 0);
  return Array.isArray(value) ? value.map((item) => ({ value: item as unknown, line })) : undefined;
}
