import type { Fields } from '../../model/record.ts';
import type { RunResult } from '../../engine/run/result.ts';
import type { RejectRow } from '../../store/ports.ts';
import { sentenceFor, sentences, type Language } from '../sentences/index.ts';
import { styledCell } from '../../connect/sdk/index.ts';
import { neutralCell } from './neutral-cell.ts';

/** One table of the report: its columns in order, and rows by column. Every cell is neutral for spreadsheets. */
export interface ReportTable {
  columns: string[];
  rows: Fields[];
}

/** The rejected rows, and the cells of each that are at fault. */
export interface RejectTable extends ReportTable {
  /** By row: names of columns, and the sentence about them. */
  faults: { columns: string[]; sentence: string }[];
}

/** What both tables need to know of their reader and of the file. */
export interface ReportReader {
  language: Language;
  /** Columns of the file behind a field. */
  columnsOf(field: string): readonly string[];
  /** Each row ends with the number of its reject, by which it is known when it comes back corrected. */
  isNumbered: boolean;
  /** Columns whose values the pipeline masks. */
  masked?: readonly string[] | 'all' | undefined;
}

/** Causes, most first, each with how many rows hang on it. Causes that read alike are one. */
export function causeTable(causes: RunResult['causes'], { language, columnsOf }: ReportReader): ReportTable {
  const { words } = sentences[language];
  const counts = new Map<string, number>();
  for (const { count, ...cause } of causes) {
    const sentence = sentenceFor(language, named({ ...cause, reason: withoutLines(cause.reason) }, columnsOf));
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
  { language, columnsOf, isNumbered, masked = [] }: ReportReader,
): RejectTable {
  const { words } = sentences[language];
  const received = columns ?? namesIn(rejects);
  const [line, reason] = [freeName(words.line, received), freeName(words.reason, received)];
  const raw = received[0] ?? words.raw;
  const linesOf = linesByKey(rejects);
  const ordered = inFileOrder(rejects);
  const sentenceOf = (reject: RejectRow): string =>
    sentenceFor(language, { ...named(reject, columnsOf), otherLines: linesOf(reject) });
  const number = freeName(words.number, received);
  const rows = ordered.map((reject) => ({
    [line]: reject.line === null ? '' : String(reject.line),
    [reason]: neutralCell(sentenceOf(reject)),
    ...cells(reject.source, received, raw, masked),
    ...(isNumbered ? { [number]: String(reject.id) } : {}),
  }));
  const shown = received.length > 0 || rows.length === 0 ? received : [raw];
  const faults = ordered.map((reject) => {
    const wrong = reject.field === undefined ? [] : columnsOf(reject.field).filter((name) => received.includes(name));
    return { columns: wrong.length > 0 ? wrong.map(neutralCell) : [reason], sentence: sentenceOf(reject) };
  });
  return { columns: [line, reason, ...shown.map(neutralCell), ...(isNumbered ? [number] : [])], rows, faults };
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
  return Object.fromEntries(
    columns.map((column) => [neutralCell(column), shownCell(column, source?.[column], masked)]),
  );
}

/** A value as its cell shows it. */
export function shownCell(column: string, value: unknown, masked: readonly string[] | 'all'): string {
  const text = textOf(value);
  return text !== '' && (masked === 'all' || masked.includes(column)) ? MASKED : neutralCell(text);
}

function named<T extends { field?: string }>(facts: T, columnsOf: ReportReader['columnsOf']): T {
  return facts.field === undefined ? facts : { ...facts, field: columnsOf(facts.field).join(', ') };
}

/** Columns of a feed that has no header: every name that occurs, in the order of first sight. */
function namesIn(rejects: readonly RejectRow[]): string[] {
  const names = rejects.flatMap(({ source }) => (source && typeof source === 'object' ? Object.keys(source) : []));
  return [...new Set(names)];
}

function inFileOrder(rejects: readonly RejectRow[]): RejectRow[] {
  return rejects.toSorted(
    (a, b) => (a.origin < b.origin ? -1 : a.origin > b.origin ? 1 : 0) || (a.line ?? Infinity) - (b.line ?? Infinity),
  );
}

/** The rows with the cells at fault standing out, and what is wrong noted at them. */
export const withLooks = ({ rows, faults }: Pick<RejectTable, 'rows' | 'faults'>): Fields[] =>
  rows.map((row, index) => {
    const { columns, sentence } = faults[index] ?? { columns: [], sentence: '' };
    const marked = columns.map((name) => [name, styledCell(row[name], { look: 'wrong', note: sentence })]);
    return { ...row, ...Object.fromEntries(marked) };
  });

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
