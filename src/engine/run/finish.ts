import { isProblem } from '../../model/problem.ts';
import { closeAccount } from './account.ts';
import { flushRejects, type RunContext } from './context.ts';
import type { Ending } from './ending.ts';
import { isFull } from './sources.ts';
import { failureOf, statusOf } from './failure.ts';
import type { RunResult } from './result.ts';

/** Rejects without a key are settled by a whole feed that no longer shows them (S16). */
export const isWholeFeed = (run: RunContext, ending: Ending | undefined): boolean =>
  isFull(run.pipeline) && run.request.limit === undefined && ending?.end?.complete === true;

/** What a run came to, however it ended. */
export function resultOf(
  run: RunContext,
  ending: Ending | undefined,
  failure: unknown,
  isSkipped: boolean,
  durationMs: number,
): RunResult {
  const status = failure ? statusOf(failure) : isSkipped ? 'skipped' : (ending?.status ?? 'failed');
  const counts = ending && !failure ? run.counts : closedOrAsItStands(run);
  return {
    format: 1,
    run: run.id,
    pipeline: run.pipeline.name,
    status,
    ...(failure ? failureOf(failure) : {}),
    counts,
    sinks: run.sinks,
    ...(run.against ? { against: run.against } : {}),
    held: run.held,
    rejects: run.rejects,
    causes: [...run.causes.values()].sort((a, b) => b.count - a.count),
    guards: ending?.guards ?? [],
    ...(ending?.accept ? { accept: ending.accept } : {}),
    notes: run.notes,
    durationMs,
    tick: run.tick,
    origins: run.origins,
    ...(run.end?.dialect ? { dialect: run.end.dialect } : {}),
  };
}

function closedOrAsItStands(run: RunContext): RunResult['counts'] {
  try {
    return closeAccount(run.counts, false);
  } catch {
    return run.counts;
  }
}

/** Writes the result down and gives the lock back; what can't be written is said in the result. */
export async function finish(run: RunContext, result: RunResult, feedComplete: boolean): Promise<void> {
  if (!run.lease) return;
  const { store, clock } = run.world;
  try {
    if (result.status === 'failed' || result.status === 'cancelled') await flushRejects(run);
    await store.finishRun(run.lease, {
      id: run.id,
      status: result.status,
      endedAt: clock.now(),
      durationMs: result.durationMs,
      counts: result.counts,
      guards: result.guards,
      reason: result.reason ?? null,
      code: result.code ?? null,
      feedComplete,
      result: { ...result, rejects: [] },
    });
  } catch (error) {
    if (!result.code && isProblem(error)) Object.assign(result, { status: 'failed', ...failureOf(error) });
  } finally {
    await run.lease.release().catch(() => {});
  }
}
