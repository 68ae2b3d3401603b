import type { RunResult } from '../../engine/run/result.ts';
import type { ToldRun } from './stored-run.ts';
import { plainLine, table } from '../text/table.ts';
import { amountsOf } from './amounts.ts';

/** How a summary is dressed; the identity where there are no colours. */
export interface Dress {
  strong(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  doubtful(text: string): string;
  quiet(text: string): string;
}

/** No colours at all. */
export const plainDress = Object.freeze<Dress>({
  strong: (text) => text,
  good: (text) => text,
  bad: (text) => text,
  doubtful: (text) => text,
  quiet: (text) => text,
});

export interface SummaryOptions {
  dress?: Dress;
  /** The pipeline's own words for what it does. */
  title?: string;
  /** Columns of the terminal. */
  width?: number;
  /** A dry run: nothing was delivered. */
  isPlan?: boolean;
}

/** What a run came to, for a person: status, counts, sinks, causes, guards, notes, and what to do next. Ends with a line end. */
export function summaryOf(result: ToldRun, options: SummaryOptions = {}): string {
  const { corrections } = result;
  if (!corrections) return oneSummary(result, options);
  return `${oneSummary(corrections, { ...options, title: CORRECTIONS })}\n${oneSummary(result, options)}`;
}

/** What stands under the heading of a run of corrections. */
const CORRECTIONS = 'Import reports that came back corrected';

function oneSummary(result: ToldRun, { dress = plainDress, title, width, isPlan = false }: SummaryOptions): string {
  const sections = [
    heading(result, dress, isPlan, title),
    numbers(amountsOf(result.counts, isPlan ? 'to be delivered' : 'delivered')),
    titled('By sink', numbers(bySink(result)), dress),
    titled('Held', numbers(Object.entries(result.held)), dress),
    titled('Why rows were rejected', causes(result, width), dress),
    titled('Guards', guards(result, dress), dress),
    titled('Notes', result.notes.map((note) => `  ${plainLine(note)}`).join('\n'), dress),
    reportFaults(result, dress),
    nextStep(result, isPlan),
  ];
  return `${sections.filter(Boolean).join('\n\n')}\n`;
}

function heading(
  { run, pipeline, status, code, reason, fix, durationMs, reportFaults }: ToldRun,
  dress: Dress,
  isPlan: boolean,
  title?: string,
): string {
  const isFine = status === 'done' && !reportFaults;
  const shade = isFine ? dress.good : status === 'failed' ? dress.bad : dress.doubtful;
  const what = isPlan ? `plan of ${pipeline}` : `${pipeline} · run ${run}`;
  const took = durationMs === undefined ? '' : ` ${dress.quiet(`in ${durationText(durationMs)}`)}`;
  const lines = [`${shade(reportFaults ? `${status}, ${REPORT_FAULT}` : status)} ${dress.strong(what)}${took}`];
  if (title) lines.push(dress.quiet(plainLine(title)));
  if (reason) lines.push(`${dress.bad(code ?? 'reason')} ${plainLine(reason)}`);
  if (fix) lines.push(`  fix: ${plainLine(fix)}`);
  return lines.join('\n');
}

const numbers = (amounts: readonly (readonly [string, number | undefined])[]): string =>
  amounts.length === 0
    ? ''
    : indented(
        table(
          [{ title: '' }, { title: '', isNumber: true }],
          amounts.map(([name, count]) => [name, count ?? 0]),
        ),
      );

function bySink({ sinks }: Pick<RunResult, 'sinks'>): [string, number][] {
  return Object.entries(sinks).flatMap(([sink, counts]) =>
    Object.entries(counts).map(([operation, count]): [string, number] => [`${sink}: ${operation}`, count ?? 0]),
  );
}

function causes({ causes: all }: Pick<RunResult, 'causes'>, width?: number): string {
  if (all.length === 0) return '';
  const columns = [{ title: 'rows', isNumber: true }, { title: 'stage' }, { title: 'code' }, { title: 'reason' }];
  const rows = all.map(({ count, stage, code, field, reason }) => [
    count,
    stage,
    field ? `${code} (${field})` : code,
    // A cause speaks for many rows, the engine's reason for the first of them.
    reason.replace(/\bline \d+/gi, 'another line'),
  ]);
  return indented(table(columns, rows, width === undefined ? undefined : width - INDENT.length));
}

function guards({ guards: all }: Pick<RunResult, 'guards'>, dress: Dress): string {
  return all
    .map(({ accepted, then, reason }) => {
      const state = accepted ? dress.good('accepted') : dress.doubtful(then === 'stop' ? 'stopped' : 'held');
      return `${INDENT}${state} ${plainLine(reason)}`;
    })
    .join('\n');
}

/** What stands beside the status of a run whose report is missing. */
export const REPORT_FAULT = 'but its report was not written';

function reportFaults({ reportFaults: all = [] }: Pick<RunResult, 'reportFaults'>, dress: Dress): string {
  const lines = all.flatMap(({ code, reason, fix }) => [
    `${INDENT}${dress.bad(code)} ${plainLine(reason)}`,
    ...(fix ? [`${INDENT}  fix: ${plainLine(fix)}`] : []),
  ]);
  return titled('The report was not written; what the run did stands', lines.join('\n'), dress);
}

function nextStep(
  { pipeline, accept, counts }: Pick<RunResult, 'pipeline' | 'accept' | 'counts'>,
  isPlan: boolean,
): string {
  const steps: string[] = [];
  if (accept) {
    steps.push(
      `To let exactly this set of changes through, once, after looking at it with \`portolan plan ${pipeline}\`:`,
      `${INDENT}portolan run ${pipeline} --accept ${accept}`,
    );
  }
  if (counts.rejected > 0 && !isPlan) steps.push(`The rejected rows: portolan rejects list ${pipeline}`);
  return steps.join('\n');
}

const INDENT = '  ';
const indented = (text: string): string => text.replace(/^/gm, INDENT);
const titled = (title: string, text: string, dress: Dress): string => (text ? `${dress.strong(title)}\n${text}` : '');

/** `850 ms`, `12.4 s`, `3 min 20 s`. */
export function durationText(durationMs: number): string {
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  const seconds = durationMs / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
