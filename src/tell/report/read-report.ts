import {
  nearestText,
  peek,
  problem,
  type DecodedBatch,
  type Decoding,
  type OpenFormat,
} from '../../connect/sdk/index.ts';
import type { Fields, Unreadable } from '../../model/record.ts';
import type { RejectRow } from '../../store/ports.ts';
import { sentences } from '../sentences/index.ts';
import { cellAsItCame, neutralCell } from './neutral-cell.ts';
import { shownCell } from './report-rows.ts';

/** What is needed to take a report for what its rows were rejected from. */
export interface ReportReading {
  pipeline: string;
  /** The format of reports in a workbook, and of those in text, with the encoding of its cells. */
  workbook: OpenFormat;
  text: { format: OpenFormat; encoding: unknown };
  /** Columns whose values reports do not show. */
  masked: readonly string[] | 'all';
  reject(id: number): Promise<RejectRow | undefined>;
  /** A row was read: the reject that it corrects, and whether a newer feed was quicker. */
  taken(id: number, isSuperseded: boolean): void;
}

/**
 * The import report as a format to read: the rows as they were rejected, with what a person changed in them. A cell that
 * nobody touched is what came, to the byte, whatever the report could show of it. Throws CORRECTIONS_NOT_REPORT.
 */
export const reportFormat = (reading: ReportReading): OpenFormat => ({
  name: 'report',
  decode: (bytes, _wanted, file) => decode(bytes, reading, file?.name ?? 'The file'),
  encode() {
    throw new Error('reports are written from runs');
  },
});

/** A received column may be called as one of the report's is: then the report's has a star, or several. */
const spellings = (word: 'line' | 'reason' | 'number'): string[] =>
  Object.values(sentences).flatMap(({ words }) => ['', ' *', ' * *', ' * * *'].map((stars) => words[word] + stars));

function decode(bytes: AsyncIterable<Uint8Array>, reading: ReportReading, name: string): Decoding {
  let inner: Decoding | undefined;
  async function* batches(): AsyncGenerator<DecodedBatch> {
    const { first, all } = await peek(bytes, 2);
    const isWorkbook = Buffer.from(first).toString('latin1') === 'PK';
    const { format, encoding } = isWorkbook ? { format: reading.workbook, encoding: undefined } : reading.text;
    if (!format.decodeTable) throw notReport(name);
    inner = format.decodeTable(all(), spellings('number'));
    let layout: Layout | undefined;
    for await (const batch of inner.batches) {
      layout ??= layoutOf(batch.columns ?? [], encoding);
      if (!layout) throw notReport(name);
      yield await corrected(batch, layout, reading);
    }
    if (!layout) throw notReport(name);
  }
  return {
    batches: batches(),
    end: () => {
      const { cut, notes } = inner?.end() ?? {};
      return {
        dialect: { format: 'report', options: {} },
        ...(cut === undefined ? {} : { cut }),
        ...(notes ? { notes } : {}),
      };
    },
  };
}

/** Where what stands in a report. */
interface Layout {
  number: string;
  /** Received columns, as the report names them. */
  columns: string[];
  /** A text as the report shows it. */
  shown(text: string): string;
}

function layoutOf(columns: readonly string[], encoding: unknown): Layout | undefined {
  const isOurs = (word: 'line' | 'reason' | 'number') => (name: string) => spellings(word).includes(name);
  // The feed may have columns of these names as well, in the other language too: ours stand at both ends.
  const number = columns.findLast(isOurs('number'));
  if (number === undefined) return undefined;
  const own = new Set([number, columns.find(isOurs('line')), columns.find(isOurs('reason'))]);
  return {
    number,
    columns: columns.filter((name) => !own.has(name)),
    shown: (text) => nearestText(neutralCell(text), encoding),
  };
}

async function corrected(batch: DecodedBatch, layout: Layout, reading: ReportReading): Promise<DecodedBatch> {
  const records: Fields[] = [];
  const lines: number[] = [];
  const unreadable: Unreadable[] = [...batch.unreadable];
  const superseded = new Set<number>();
  const names = new Set<string>();
  for (const [index, row] of batch.records.entries()) {
    const line = batch.lines[index] ?? 0;
    const id = String(row[layout.number] ?? '').trim();
    const reject = /^\d{1,15}$/.test(id) ? await reading.reject(Number(id)) : undefined;
    if (reject?.pipeline !== reading.pipeline) {
      unreadable.push({ line, ...unnamed, raw: Object.values(row).join('\t') });
      continue;
    }
    const whole = wholeRow(row, layout, reject);
    const isSuperseded = reject.status === 'settled';
    if (whole !== undefined && !isSuperseded) {
      unreadable.push({ line, code: reject.code, message: reject.reason, raw: whole });
      continue;
    }
    reading.taken(reject.id, isSuperseded);
    if (isSuperseded) superseded.add(records.length);
    const record = recordOf(row, layout, reject, reading.masked);
    for (const name of Object.keys(record)) names.add(name);
    records.push(record);
    lines.push(line);
  }
  for (const column of layout.columns) names.add(cellAsItCame(column));
  return {
    records,
    lines: Uint32Array.from(lines),
    unreadable,
    columns: [...names],
    ...(superseded.size > 0 ? { superseded } : {}),
  };
}

const unnamed = {
  code: 'CORRECTION_UNNAMED',
  message: 'The row has no number of a reject of this pipeline in its last column, so nobody can say what it corrects',
};

/** A row that could not be taken apart stands whole in the first cell: until somebody fills in the others it is the same. */
function wholeRow(row: Fields, { columns }: Layout, { source }: RejectRow): string | undefined {
  if (typeof source !== 'string') return undefined;
  const [first, ...others] = columns.map((name) => String(row[name] ?? ''));
  return others.every((cell) => cell === '')
    ? cellAsItCame(first ?? '') === '***'
      ? source
      : cellAsItCame(first ?? '')
    : undefined;
}

function recordOf(
  row: Fields,
  { columns, shown }: Layout,
  { source }: RejectRow,
  masked: ReportReading['masked'],
): Fields {
  const record: Fields = typeof source === 'object' && source ? { ...source } : {};
  const nameOf = new Map(Object.keys(record).map((name) => [shown(name), name]));
  for (const column of columns) {
    const name = nameOf.get(column) ?? cellAsItCame(column);
    const cell = String(row[column] ?? '');
    const came = record[name];
    if (cell !== nearest(shownCell(name, came, masked), shown)) record[name] = cellAsItCame(cell);
  }
  return record;
}

/** The cell is neutral already; only its characters have still to be those of the encoding. */
const nearest = (cell: string, shown: Layout['shown']): string => shown(cellAsItCame(cell));

const notReport = (name: string) =>
  problem(
    'CORRECTIONS_NOT_REPORT',
    `${name} is no import report of this pipeline: no row names its columns, with the number of the reject as the last.`,
    {
      fix: 'Send the report itself back, with its header, as CSV in the same encoding and with the same delimiter, or as XLSX.',
    },
  );
