import type { OpenSource, SourceContext } from '../../connect/sdk/index.ts';
import type { SourceUse } from '../../language/compile/pipeline.ts';
import { hashOf } from '../../language/compile/hash.ts';
import type { Delivery } from '../deliver/delivery.ts';
import { flushRejects, lease, type RunContext } from './context.ts';

/**
 * Names an incremental source among those of its pipeline: another read, another connection or other parameters begin
 * anew. Parameters of the run count where the source reads them.
 */
export function cursorName({ scope }: Pick<RunContext, 'scope'>, use: SourceUse): string {
  const { kind, connection, written } = use;
  // Options of events say when a run begins, not what is read.
  if (use.isInbound) return `${kind} ${hashOf([connection ?? null])}`;
  const options: unknown = typeof written === 'object' && written !== null ? Object.entries(written) : [];
  const own = (options as [string, unknown][]).find(([key]) => key === kind)?.[1];
  const readsParams = JSON.stringify(own ?? null).includes('$params');
  return `${kind} ${hashOf([connection ?? null, own ?? {}, readsParams ? scope.params : null])}`;
}

/** Where a source reads on (S15). */
export async function cursorOf(run: RunContext, use: SourceUse): Promise<NonNullable<SourceContext<0, 0>['cursor']>> {
  const source = cursorName(run, use);
  const position = await run.world.store.cursor(run.state.pipeline, source);
  return { source, ...(position === undefined ? {} : { position }) };
}

/** A plan remembers nothing, and a run with a limit has not seen what it left out. */
export const movesCursors = ({ dryRun, request }: RunContext): boolean => !dryRun && request.limit === undefined;

/**
 * In a pipeline that streams everything yielded so far is settled after each batch, so cursors move with it. Not where a
 * sink takes nothing before its end.
 */
export function batchCursors(run: RunContext, source: OpenSource, { targets }: Delivery): () => Promise<void> {
  let moved = JSON.stringify(source.cursors?.() ?? []);
  return async () => {
    if (!movesCursors(run) || targets.some(({ sink }) => sink?.commits === 'end')) return;
    const cursors = source.cursors?.() ?? [];
    const now = JSON.stringify(cursors);
    if (now === moved) return;
    moved = now;
    await flushRejects(run);
    await run.world.store.moveCursors(lease(run), run.id, run.pipeline.name, cursors);
  };
}
