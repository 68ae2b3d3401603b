import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenFormat } from '../../connect/sdk/index.ts';
import type { RunResult } from '../../engine/run/result.ts';
import { runPipeline } from '../../engine/run/run.ts';
import type { World } from '../../engine/run/world.ts';
import type { Pipeline, SourceUse } from '../../language/compile/pipeline.ts';
import type { Clock } from '../../model/clock.ts';
import { problem } from '../../model/problem.ts';
import { openStore, openVault } from '../../store/index.ts';
import type { CheckCase, PipelineCheck } from './check-document.ts';
import { countDifferences, readSent, sentDifferences } from './differences.ts';
import { openFixture } from './fixture-source.ts';
import { readKnown, rememberKnown } from './known.ts';
import { readMoment } from '../moment.ts';
import { recorder, type Sent } from './recorder.ts';

/** What a check takes from the workspace that it stands in. */
export interface CheckTools {
  pipeline: Pipeline;
  /** Opens what is tried itself; undefined where a fixture stands in for it. */
  opens?: Pick<World, 'openCall'> & {
    source(...asked: Parameters<World['openSource']>): ReturnType<World['openSource']> | undefined;
    sink(...asked: Parameters<World['openSink']>): ReturnType<World['openSink']> | undefined;
  };
  tables: World['tables'];
  /** A workspace key of its own, for a case that sees real values. */
  key?: string;
  /** The format of the source; JSON where the source is not one of files. */
  formatOf(use: SourceUse): OpenFormat;
}

/** What became of one case: passed where nothing differs. */
export interface CaseResult {
  check: string;
  file: string;
  name: string;
  passed: boolean;
  /** One line each. */
  differences: string[];
  durationMs: number;
}

/**
 * The workspace key of every check, whose values are made up, so that what is derived from it, such as passwords, is
 * always the same.
 */
const CHECK_KEY = `portolan-key-1:${'check'.repeat(9).slice(0, 43)}`;

/**
 * Runs every case of a check through the real compiler and engine, each in a store of its own, without any network: the
 * source is a fixture, sinks only write down what they are sent, time stands still. `errors.tolerate` is not judged: of a
 * handful of rows a share says nothing, and other pipelines are not waited for. Throws FIXTURE_UNREADABLE and CHECK_MOMENT.
 */
export async function runCheck(check: PipelineCheck, tools: CheckTools): Promise<CaseResult[]> {
  const now = momentOf(check, tools.pipeline.timezone);
  const results: CaseResult[] = [];
  for (const each of check.cases) {
    const began = performance.now();
    const { result, sent } = await runCase(each, tools, now);
    const differences = differencesOf(each, result, sent);
    const durationMs = Math.round(performance.now() - began);
    const { pipeline, file } = check;
    const passed = differences.length === 0;
    results.push({ check: pipeline, file, name: each.name, passed, differences, durationMs });
  }
  return results;
}

/** The moment of a check. Throws CHECK_MOMENT. */
export function momentOf({ now, file }: Pick<PipelineCheck, 'now' | 'file'>, timezone: string): number {
  const moment = readMoment(now, timezone);
  if (moment !== undefined) return moment;
  throw problem('CHECK_MOMENT', `now: ${now} is not a moment.`, {
    fix: 'Write 2026-11-24T02:30; it is in the zone of the workspace.',
    where: { file },
  });
}

/** What is otherwise than the case expects, one line each. */
export const differencesOf = ({ counts, sent: expected }: CheckCase, result: RunResult, sent: Sent[]): string[] => [
  ...failureOf(result),
  ...countDifferences(counts, result.counts),
  ...(expected === undefined ? [] : sentDifferences(readSent(expected), sent)),
];

/** A run that a guard holds is an outcome like any other; one that fails is none that a case can expect. */
const failureOf = ({ status, code, reason }: RunResult): string[] =>
  status === 'done' || status === 'guarded' ? [] : [`the run is ${status}: ${code ?? ''} ${reason ?? ''}`];

/** Runs one case at a moment (UTC ms). */
export async function runCase(
  each: CheckCase,
  { pipeline, tables, formatOf, opens, key = CHECK_KEY }: CheckTools,
  now: number,
  clock = standingAt(now),
): Promise<{ result: RunResult; sent: Sent[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-check-'));
  const vault = openVault(key);
  const store = await openStore({ url: `sqlite:${join(folder, 'state.db')}`, vault, clock });
  const sent: Sent[] = [];
  const { tolerate: _tolerate, ...written } = pipeline;
  const judged: Pipeline = { ...written, after: [] };
  let runs = 0;
  try {
    if (each.known !== undefined) await rememberKnown(store, vault, snapshotOf(pipeline), readKnown(each.known));
    const world: World = {
      store,
      vault,
      clock,
      runsFolder: join(folder, 'runs'),
      tables,
      openSource: async (use, opening) => {
        const tried = opens?.source(use, opening);
        if (tried) return tried;
        const fixture = fixtureOf(each, pipeline, use);
        if (fixture === undefined) return { nothing: `The case has no file for this source: ${use.kind}.` };
        return openFixture(fixture, formatOf(use), clock, emptyOf(use), opening);
      },
      openSink: (use, opening) => opens?.sink(use, opening) ?? Promise.resolve(recorder(use.kind, sent)),
      ...(opens?.openCall ? { openCall: opens.openCall } : {}),
      limits: {},
      newId: () => `check-${++runs}`,
    };
    return { result: await runPipeline(judged, world, { params: each.params, asOf: now }), sent };
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** What stands in for a source, or for what a `lookup` reads. */
function fixtureOf(
  { sources, lookups }: CheckCase,
  { sources: own, steps }: Pipeline,
  use: SourceUse,
): string | undefined {
  const lookup = steps.find((step) => step.kind === 'lookup' && step.use === use);
  return lookup ? lookups[lookup.as ?? ''] : sources[own.indexOf(use)];
}

function snapshotOf({ name, steps }: Pipeline): { name: string; snapshot: string } {
  const diff = steps.find((step) => step.kind === 'diff');
  return { name, snapshot: diff?.kind === 'diff' ? diff.rule.snapshot : name };
}

const emptyOf = ({ options }: SourceUse): 'fail' | 'allow' =>
  (options as { empty?: 'fail' | 'allow' } | undefined)?.empty ?? 'fail';

/** Time stands but for waits, which take none: they move it on. */
export function standingAt(now: number): Clock {
  let at = now;
  return {
    now: () => at,
    monotonic: () => at,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      at += ms;
    },
  };
}
