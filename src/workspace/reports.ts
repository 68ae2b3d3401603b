import { environmentFor } from '../engine/run/environment.ts';
import type { RunResult } from '../engine/run/result.ts';
import type { World } from '../engine/run/world.ts';
import { compileMarked, type Pipeline } from '../language/compile/index.ts';
import { isProblem, problem } from '../model/problem.ts';
import { isReportable, writeReport } from '../tell/report/index.ts';
import { contextOf, type Parts } from './world.ts';

/**
 * Writes the reports of a pipeline after its run. The run's outcome stands: a report that can't be written is a note of
 * the result, with its code.
 */
export async function writeReports(
  parts: Parts,
  world: World,
  pipeline: Pipeline,
  result: RunResult,
  params: Record<string, string>,
): Promise<void> {
  if (pipeline.report.length === 0 || !isReportable(result)) return;
  const { kinds, catalogue, store } = parts;
  const { scope, env } = environmentFor(pipeline, world, { id: result.run, tick: result.tick, params });
  const opening = {
    scope,
    env,
    signal: new AbortController().signal,
    note: (message: string) => void result.notes.push(message),
  };
  for (const use of pipeline.report) {
    try {
      await writeReport({
        result,
        rejects: await store.rejects({ run: result.run }),
        pipeline,
        use,
        openFormat: (kind, options) => {
          const entry = catalogue.formats[kind];
          if (!entry) throw problem('UNKNOWN_KIND', `“${kind}” is no format`);
          return kinds.format(kind).open(compileMarked(entry.options, options));
        },
        openSink: (at, format) =>
          kinds.sink(at.kind).open({ ...contextOf(parts, at, opening), options: at.options, format }),
      });
    } catch (error) {
      if (!isProblem(error)) throw error;
      result.notes.push(`The report was not written: ${error.message} (${error.code})`);
    }
  }
}
