import type { OpenFormat, OpenSink } from '../connect/sdk/index.ts';
import { environmentFor } from '../engine/run/environment.ts';
import type { RunResult } from '../engine/run/result.ts';
import type { World } from '../engine/run/world.ts';
import { compileMarked, type Pipeline, type ReportUse } from '../language/compile/index.ts';
import { isProblem, problem } from '../model/problem.ts';
import type { Fields } from '../model/record.ts';
import type { RejectRow } from '../store/ports.ts';
import { isReportable, writeReport } from '../tell/report/index.ts';
import { contextOf, type Parts } from './world.ts';

/**
 * Writes the reports of a pipeline after its run. What the run did stands: a report that can't be written is a
 * `reportFaults` of the result, which is kept with the run.
 */
export async function writeReports(
  parts: Parts,
  world: World,
  pipeline: Pipeline,
  result: RunResult,
  params: Record<string, string>,
): Promise<void> {
  const told = withCorrections(result);
  if (pipeline.report.length === 0 || !isReportable(told)) return;
  const { store } = parts;
  const places = placesOf(parts, world, pipeline, result, params);
  const faults: NonNullable<RunResult['reportFaults']> = [];
  for (const use of pipeline.report) {
    try {
      await writeReport({ result: told, rejects: await rejectsOf(store, result), pipeline, use, ...places });
    } catch (error) {
      if (!isProblem(error)) throw error;
      const { code, message, fix } = error;
      faults.push({ code, reason: message, ...(fix ? { fix } : {}) });
    }
  }
  if (faults.length === 0) return;
  result.reportFaults = faults;
  await store.amendResult(result.run, { ...result, rejects: [] });
}

/** Corrections that were rejected again stand in the same report. */
function withCorrections(result: RunResult): RunResult {
  const { corrections } = result;
  if (!corrections) return result;
  const { counts, dialect = corrections.dialect } = result;
  return {
    ...result,
    counts: { ...counts, rejected: counts.rejected + corrections.counts.rejected },
    causes: [...result.causes, ...corrections.causes],
    ...(dialect ? { dialect } : {}),
  };
}

async function rejectsOf(store: Parts['store'], { run, corrections }: RunResult): Promise<RejectRow[]> {
  const own = await store.rejects({ run });
  if (!corrections) return own;
  const known = new Set(own.map(({ id }) => id));
  const more = await store.rejects({ run: corrections.run, status: 'open' });
  return [...own, ...more.filter(({ id }) => !known.has(id))];
}

/** For a plan: notes which reports could not be written where they belong, as far as a look can tell. */
export async function probeReports(
  parts: Parts,
  world: World,
  pipeline: Pipeline,
  result: RunResult,
  params: Record<string, string>,
): Promise<void> {
  const places = placesOf(parts, world, pipeline, result, params);
  for (const use of pipeline.report) {
    try {
      const sink = await places.openSink(use, places.openFormat(use.format?.kind ?? 'csv', {}));
      try {
        await sink.probe?.(new AbortController().signal);
      } finally {
        await sink.close();
      }
    } catch (error) {
      if (!isProblem(error)) throw error;
      const { code, message, fix } = error;
      result.notes.push(`The report of a run could not be written: ${message}${fix ? ` ${fix}` : ''} (${code})`);
    }
  }
}

/** How the formats and sinks of reports are opened. */
function placesOf(
  parts: Parts,
  world: World,
  pipeline: Pipeline,
  { run, tick, notes }: RunResult,
  params: Record<string, string>,
): {
  openFormat(kind: string, options: Fields): OpenFormat;
  openSink(use: ReportUse, format: OpenFormat): Promise<OpenSink>;
} {
  const { kinds, catalogue } = parts;
  const { scope, env } = environmentFor(pipeline, world, { id: run, tick, params });
  const note = (message: string): void => void notes.push(message);
  const opening = { scope, env, signal: new AbortController().signal, note };
  return {
    openFormat(kind, options) {
      const entry = catalogue.formats[kind];
      if (!entry) throw problem('UNKNOWN_KIND', `“${kind}” is no format`);
      return kinds.format(kind).open(compileMarked(entry.options, options));
    },
    openSink: (use, format) =>
      kinds.sink(use.kind).open({ ...contextOf(parts, use, opening), options: use.options, format }),
  };
}
