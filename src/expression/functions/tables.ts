import { problem } from '../../model/problem.ts';
import type { TableData } from '../types.ts';
import type { CallContext } from './declare.ts';

/** The table of that name. Throws TABLE_UNKNOWN. */
export function tableNamed({ env }: CallContext, name: string): TableData {
  const table = env.tables(name);
  if (table) return table;
  throw problem('TABLE_UNKNOWN', `There is no table \`${name}\` in the workspace.`, {
    fix: 'Declare it under `tables:` in portolan.yaml.',
  });
}

/** A row as a map, without its blank cells. */
export function rowWithoutBlanks(columns: string[], row: Record<string, string>): Record<string, string> {
  const filled = columns.flatMap((column) => (row[column] ? [[column, row[column]] as const] : []));
  return Object.fromEntries(filled);
}
