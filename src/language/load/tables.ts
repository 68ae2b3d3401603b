import { readFileSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import type { TableData } from '../../expression/index.ts';
import type { Code } from '../../model/codes.ts';
import { isProblem, problem } from '../../model/problem.ts';
import { csvRows } from './csv-table.ts';
import { isMap, type Loaded } from './load-workspace.ts';
import { isBelow } from './references.ts';

/** A declared table: its content, or why it has none. */
export interface DeclaredTable {
  name: string;
  data?: TableData;
  fault?: { code: Code; message: string; fix?: string };
}

/** Every table of the workspace, read. Mistakes are told, not thrown. */
export function tablesOf(loaded: Loaded): DeclaredTable[] {
  const { tables } = loaded.workspace?.value ?? {};
  if (!isMap(tables)) return [];
  return Object.entries(tables).map(([name, written]) => {
    try {
      return { name, data: readTable(loaded.root, name, written) };
    } catch (error) {
      if (!isProblem(error)) throw error;
      const { code, message, fix } = error;
      return { name, fault: { code: code as Code, message, ...(fix === undefined ? {} : { fix }) } };
    }
  });
}

/** The tables of a workspace by name, for a run. Throws WORKSPACE_FILE_MISSING and TABLE_UNREADABLE. */
export function loadTables(loaded: Loaded): Map<string, TableData> {
  const found = new Map<string, TableData>();
  for (const { name, data, fault } of tablesOf(loaded)) {
    if (fault) throw problem(fault.code, fault.message, fault.fix === undefined ? {} : { fix: fault.fix });
    if (data) found.set(name, data);
  }
  return found;
}

function readTable(root: string, name: string, written: unknown): TableData {
  if (typeof written !== 'string') return fromValue(name, written);
  const text = readText(root, written);
  if (/\.ya?ml$/i.test(written)) return fromValue(name, parseYaml(written, text));
  const [columns, ...rows] = csvRows(text);
  if (!columns) throw unreadable(`The file \`${written}\` is empty`, 'Its first line names the columns.');
  const ragged = rows.findIndex((row) => row.length !== columns.length);
  if (ragged >= 0) {
    const counts = `${rows[ragged]?.length} cells in row ${ragged + 2}, and the first line names ${columns.length}`;
    throw unreadable(`The file \`${written}\` has ${counts}`, 'Give every row as many cells as the first line.');
  }
  return table(columns, rows);
}

function readText(root: string, file: string): string {
  const path = resolve(root, file);
  const missing = (message: string): Error =>
    problem('WORKSPACE_FILE_MISSING', message, {
      fix: 'Correct the path, which begins at the folder of portolan.yaml.',
    });
  if (!isBelow(path, [root])) throw missing(`The table's file \`${file}\` lies outside the workspace.`);
  try {
    if (!isBelow(realpathSync(path), [realpathSync(root)]))
      throw missing(`The table's file \`${file}\` lies outside the workspace.`);
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    if (isProblem(error)) throw error;
    if (error instanceof TypeError) throw unreadable(`The file \`${file}\` is not UTF-8`, 'Save it as UTF-8.');
    throw missing(`There is no file \`${file}\` for this table.`);
  }
}

function parseYaml(file: string, text: string): unknown {
  try {
    return parse(text, { merge: false, maxAliasCount: 100, logLevel: 'silent' }) as unknown;
  } catch (error) {
    throw unreadable(
      `The file \`${file}\` is not YAML`,
      error instanceof Error ? (error.message.split('\n')[0] ?? '') : '',
    );
  }
}

/** Inline or in YAML: a list of texts, a list of maps, or a map of code to value. */
function fromValue(name: string, value: unknown): TableData {
  if (Array.isArray(value) && value.every((item) => !isMap(item))) {
    return table(
      ['value'],
      value.map((item) => [cell(name, item)]),
    );
  }
  if (Array.isArray(value)) {
    const columns = [...new Set(value.flatMap((row) => Object.keys(isMap(row) ? row : {})))];
    return table(
      columns,
      value.map((row) => columns.map((column) => cell(name, isMap(row) ? row[column] : undefined))),
    );
  }
  if (!isMap(value))
    throw unreadable(
      `The table "${name}" is neither a file, a list nor a map`,
      'Write a path, a list, or `code: value`.',
    );
  return table(
    ['code', 'value'],
    Object.entries(value).map(([code, item]) => [code, cell(name, item)]),
  );
}

function cell(name: string, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'object')
    throw unreadable(`The table "${name}" holds a list or a map in a cell`, 'Cells are texts.');
  return String(value);
}

function table(columns: string[], rows: string[][]): TableData {
  const made = rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index] ?? ''])));
  return Object.freeze({ columns, rows: made });
}

const unreadable = (sentence: string, fix: string): Error => problem('TABLE_UNREADABLE', `${sentence}.`, { fix });
