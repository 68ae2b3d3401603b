import type { NothingToRead, OpenSource } from '../connect/sdk/index.ts';
import { environmentFor } from '../engine/run/environment.ts';
import { runPipeline } from '../engine/run/run.ts';
import type { Observe, RunResult } from '../engine/run/result.ts';
import type { RunRequest, World } from '../engine/run/world.ts';
import { compileMarked, type Pipeline, type SourceUse } from '../language/compile/index.ts';
import { counted } from '../model/counted.ts';
import type { Dialect, Fields } from '../model/record.ts';
import { reportFormat, reportOptions, writtenFormatOptions } from '../tell/report/index.ts';
import { contextOf, type Parts } from './world.ts';

type Request = RunRequest & { dryRun?: boolean; observe?: Observe };

/**
 * Takes up import reports that came back corrected, in a run of their own before the pipeline's: only their rows, through
 * reading and steps as they are today, and nobody is missing by them. Undefined where none came.
 */
export async function runCorrections(
  parts: Parts,
  world: World,
  pipeline: Pipeline,
  request: Request,
): Promise<RunResult | undefined> {
  const { corrections } = pipeline;
  if (!corrections || request.limit !== undefined) return undefined;
  const taken = new Map<number, { isSuperseded: boolean }>();
  const notes: string[] = [];
  const received = (await lastDialect(parts.store, pipeline.name)) ?? dialectOf(pipeline.sources[0]);
  const format = formatOf(parts, pipeline, received, (id, isSuperseded) => taken.set(id, { isSuperseded }));
  const { scope, env } = environmentFor(pipeline, world, {
    id: 'corrections',
    tick: request.asOf ?? world.clock.now(),
    params: request.params ?? {},
  });
  const signal = request.signal ?? new AbortController().signal;
  const open = (): Promise<OpenSource | NothingToRead> =>
    parts.kinds.source(corrections.kind).open({
      ...contextOf(parts, corrections, { scope, env, signal, note: (message) => notes.push(message) }),
      options: corrections.options,
      format,
      wanted: [],
      consumed: (file) => parts.store.isConsumed(pipeline.name, file),
      dryRun: request.dryRun ?? false,
    });
  // Looked for before there is a run, as most nights have none; what that fails of is what the run fails of.
  const found = await open().catch((error: unknown) => ({ error }));
  if ('nothing' in found) return undefined;
  const { scheduled: _own, ...rest } = request;
  const result = await runPipeline(
    { ...pipeline, sources: [corrections], after: [] },
    { ...world, openSource: async () => given(found) },
    { ...rest, isCorrection: true },
  );
  const late = [...taken.values()].filter(({ isSuperseded }) => isSuperseded).length;
  if (late > 0)
    notes.push(
      `A newer feed has settled ${counted(late, 'corrected row')} meanwhile, which ${late === 1 ? 'was' : 'were'} not taken.`,
    );
  result.notes.unshift(...notes);
  // What is rejected again is reported as the feed is.
  if (received) result.dialect = received;
  else delete result.dialect;
  if (result.status === 'done' && !request.dryRun) await settleCorrected(parts, pipeline, result, taken);
  return result;
}

function given(found: OpenSource | { error: unknown }): OpenSource {
  if ('error' in found) throw found.error;
  return found;
}

/** What was corrected is no open reject any more, also where the row has another key now. */
async function settleCorrected(
  { store }: Parts,
  { name }: Pipeline,
  { run }: RunResult,
  taken: ReadonlyMap<number, { isSuperseded: boolean }>,
): Promise<void> {
  const again = new Set((await store.rejects({ run })).map(({ id }) => id));
  const ids = [...taken].flatMap(([id, { isSuperseded }]) => (isSuperseded || again.has(id) ? [] : [id]));
  await store.settleRejects(name, ids);
}

/** Reports as this pipeline writes them: in the dialect in which its feed was received last. */
function formatOf(
  { store, kinds, catalogue }: Parts,
  { name, report, masked = [] }: Pipeline,
  received: Dialect | undefined,
  taken: (id: number, isSuperseded: boolean) => void,
) {
  const open = (kind: 'csv' | 'xlsx', options: Fields) =>
    kinds.format(kind).open(compileMarked(catalogue.formats[kind]?.options ?? {}, options));
  const inText = report.find(({ format }) => (format?.kind ?? 'csv') === 'csv');
  const options = reportOptions('csv', received, inText ? writtenFormatOptions(inText, 'csv') : {});
  return reportFormat({
    pipeline: name,
    workbook: open('xlsx', {}),
    text: { format: open('csv', options), encoding: options.encoding },
    masked,
    reject: (id) => store.reject(id),
    taken,
  });
}

async function lastDialect(store: Parts['store'], pipeline: string): Promise<Dialect | undefined> {
  for (const { result } of await store.runs({ pipeline, limit: 20 })) {
    const { dialect } = (result ?? {}) as Partial<RunResult>;
    if (dialect && dialect.format !== 'report') return dialect;
  }
  return undefined;
}

const dialectOf = (source: SourceUse | undefined): Dialect | undefined =>
  source?.format && { format: source.format.kind, options: (source.format.options ?? {}) as Fields };
