import type { Fields } from '../../model/record.ts';
import type { RunResult } from '../../engine/run/result.ts';
import type { RejectRow } from '../../store/ports.ts';
import { sentenceFor, sentences, type Language } from '../sentences/index.ts';
import { neutralCell } from './neutral-cell.ts';

/** One table of the report: its columns in order, and rows by column. Every cell is neutral for spreadsheets. */
export interface ReportTable {
  columns: string[];
  rows: Fields[];
}

/** What both tables need to know of their reader and of the file. */
export interface ReportReader {
  language: Language;
  /** Column of the file behind a field; several by commas. */
  columnOf(field: string): string;
  /** Columns whose values the pipeline masks. */
  masked?: readonly string[] | 'all' | undefined;
}

/** Causes, most first, each with how many rows hang on it. Causes that read alike are one. */
export function causeTable(causes: RunResult['causes'], { language, columnOf }: ReportReader): ReportTable {
  const { words } = sentences[language];
  const counts = new Map<string, number>();
  for (const { count, ...cause } of causes) {
    const sentence = sentenceFor(language, named({ ...cause, reason: withoutLines(cause.reason) }, columnOf));
    counts.set(sentence, (counts.get(sentence) ?? 0) + count);
  }
  if (counts.size === 0) counts.set(words.none, 0);
  return {
    columns: [words.cause, words.rows],
    rows: [...counts]
      .sort(([, a], [, b]) => b - a)
      .map(([cause, count]) => ({ [words.cause]: neutralCell(cause), [words.rows]: String(count) })),
  };
}

/** Lines are one row's own; a cause speaks for many. */
const withoutLines = (reason: string): string => reason.replace(/\bline \d+/gi, '');

/** The rows as they came, in the order of the file, with line and reason before them. */
export function rejectTable(
  rejects: readonly RejectRow[],
  columns: readonly string[] | undefined,
  { language, columnOf, masked = [] }: ReportReader,
): ReportTable {
  const { words } = sentences[language];
  const received = columns ?? columnsOf(rejects);
  const [line, reason] = [freeName(words.line, received), freeName(words.reason, received)];
  const raw = received[0] ?? words.raw;
  const linesOf = linesByKey(rejects);
  const rows = inFileOrder(rejects).map((reject) => ({
    [line]: reject.line === null ? '' : String(reject.line),
    [reason]: neutralCell(sentenceFor(language, { ...named(reject, columnOf), otherLines: linesOf(reject) })),
    ...cells(reject.source, received, raw, masked),
  }));
  const shown = received.length > 0 || rows.length === 0 ? received : [raw];
  return { columns: [line, reason, ...shown.map(neutralCell)], rows };
}

/** The table with each name and cell changed; cells are texts. */
export const inTexts = ({ columns, rows }: ReportTable, change: (text: string) => string): ReportTable => ({
  columns: columns.map(change),
  rows: rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, cell]) => [change(name), change(String(cell))])),
  ),
});

/** For a row whose key stands in several rows: the lines of the others. */
function linesByKey(rejects: readonly RejectRow[]): (reject: RejectRow) => number[] {
  const byKey = new Map<string, number[]>();
  const conflicts = rejects.filter(({ code, key, line }) => code === 'DUPLICATE_KEY' && key !== null && line !== null);
  for (const { key, line } of conflicts) {
    const lines = byKey.get(key as string);
    if (lines) lines.push(line as number);
    else byKey.set(key as string, [line as number]);
  }
  return ({ code, key, line }) =>
    code === 'DUPLICATE_KEY' ? (byKey.get(key ?? '') ?? []).filter((each) => each !== line).sort((a, b) => a - b) : [];
}

const MASKED = '***';

function cells(
  source: RejectRow['source'],
  columns: readonly string[],
  raw: string,
  masked: readonly string[] | 'all',
): Record<string, string> {
  // A row that could not be taken apart stands whole in the first column; nobody can say where in it a masked value is.
  if (typeof source === 'string') return { [neutralCell(raw)]: masked.length === 0 ? neutralCell(source) : MASKED };
  const shown = (column: string): string => {
    const text = textOf(source?.[column]);
    return text !== '' && (masked === 'all' || masked.includes(column)) ? MASKED : neutralCell(text);
  };
  return Object.fromEntries(columns.map((column) => [neutralCell(column), shown(column)]));
}

function named<T extends { field?: string }>(facts: T, columnOf: ReportReader['columnOf']): T {
  return facts.field === undefined ? facts : { ...facts, field: columnOf(facts.field) };
}

/** Columns of a feed that has no header: every name that occurs, in the order of first sight. */
function columnsOf(rejects: readonly RejectRow[]): string[] {
  const names = rejects.flatMap(({ source }) => (source && typeof source === 'object' ? Object.keys(source) : []));
  return [...new Set(names)];
}

function inFileOrder(rejects: readonly RejectRow[]): RejectRow[] {
  return rejects.toSorted(
    (a, b) => (a.origin < b.origin ? -1 : a.origin > b.origin ? 1 : 0) || (a.line ?? Infinity) - (b.line ?? Infinity),
  );
}

/** A received column may be called as ours is. */
function freeName(name: string, taken: readonly string[]): string {
  let free = name;
  while (taken.includes(free)) free = `${free} *`;
  return free;
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
