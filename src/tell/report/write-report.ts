import { nearestText, type OpenFormat, type OpenSink, type WriteItem } from '../../connect/sdk/index.ts';
import type { RunResult } from '../../engine/run/result.ts';
import type { Pipeline, ReportUse } from '../../language/compile/pipeline.ts';
import { problem } from '../../model/problem.ts';
import type { Fields } from '../../model/record.ts';
import type { RejectRow } from '../../store/ports.ts';
import { fieldFactsOf } from '../../engine/run/field-facts.ts';
import { reportOptions, writtenFormatOptions } from './report-dialect.ts';
import { tablesFormat } from './report-format.ts';
import { causeTable, inTexts, rejectTable, withLooks } from './report-rows.ts';

/** What a report is made of and how it gets where it belongs. */
export interface ReportRequest {
  result: RunResult;
  /** Rejects of this run, with their source form. */
  rejects: Iterable<RejectRow> | AsyncIterable<RejectRow>;
  pipeline: Pick<Pipeline, 'record' | 'steps' | 'masked' | 'corrections'>;
  use: ReportUse;
  /** Makes a format ready; `options` as they stand in a document, over the use's own. */
  openFormat(kind: string, options: Fields): OpenFormat;
  /** Opens the sink that `report:` names, writing in this format. */
  openSink(use: ReportUse, format: OpenFormat): Promise<OpenSink>;
  signal?: AbortSignal;
}

/** A run that read nothing has nothing to report: its reason stands with the run. */
export const isReportable = ({ status, counts }: RunResult): boolean =>
  status !== 'skipped' && (counts.read > 0 || counts.rejected > 0);

/**
 * Writes the import report of a run: causes first, then the rejected rows as they came, in the dialect that was received
 * unless `format:` says otherwise. Throws REPORT_REFUSED when the sink does not take it, and the sink's own problems.
 */
export async function writeReport(request: ReportRequest): Promise<void> {
  const { result, pipeline, use, signal = new AbortController().signal } = request;
  const reader = {
    language: use.language,
    columnsOf: (field: string) => fieldFactsOf(pipeline).columnsOf(field),
    isNumbered: pipeline.corrections !== undefined,
    masked: pipeline.masked,
  };
  const causes = causeTable(result.causes, reader);
  const rows = rejectTable(await collected(request.rejects), result.dialect?.columns, reader);
  const kind = use.format?.kind ?? 'csv';
  const options = reportOptions(kind, result.dialect, writtenFormatOptions(use, kind));
  const format = request.openFormat(kind, options);
  const writable = (text: string): string => nearestText(text, options.encoding);
  const [shownCauses, shownRows] = [inTexts(causes, writable), inTexts(rows, writable)];
  const shown = format.hasLooks ? withLooks({ rows: shownRows.rows, faults: rows.faults }) : shownRows.rows;
  const sink = await request.openSink(use, tablesFormat(format, [shownCauses], shownRows.columns));
  try {
    await sink.begin?.(signal);
    await send(sink, shown, result, signal);
    await sink.end?.(signal);
  } finally {
    await sink.close();
  }
}

const ROWS_A_BATCH = 500;

async function send(sink: OpenSink, rows: readonly Fields[], { run }: RunResult, signal: AbortSignal): Promise<void> {
  const size = Math.min(sink.rules.upsert?.size ?? ROWS_A_BATCH, ROWS_A_BATCH);
  // An empty batch still opens the file: a report without rejects is a report.
  for (let at = 0; at === 0 || at < rows.length; at += size) {
    const items = rows
      .slice(at, at + size)
      .map((record, index): WriteItem => ({ key: String(at + index), operation: 'upsert', record }));
    const answer = await sink.write({ once: `${run}-report-${at}`, operation: 'upsert', items }, signal);
    const isTaken = answer.is === 'answered' && answer.outcomes.every(({ is }) => is === 'delivered');
    if (isTaken) continue;
    throw problem('REPORT_REFUSED', `The report of run ${run} was not taken by the place that report: names`, {
      fix: 'Look at the place and its rights. The rejected rows are kept: `portolan rejects list`.',
    });
  }
}

async function collected(rejects: ReportRequest['rejects']): Promise<RejectRow[]> {
  const rows: RejectRow[] = [];
  for await (const row of rejects) rows.push(row);
  return rows;
}
