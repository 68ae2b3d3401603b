import { problem } from '../../model/problem.ts';
import type { RunContext } from './context.ts';

/** How many may still be missing at targets by the workspace's limit (S7); undefined where it says none. */
export async function missingLeft({ world, tick }: RunContext): Promise<number | undefined> {
  const limit = world.limits.missing;
  if (!limit) return undefined;
  return Math.max(0, limit.count - (await world.store.deliveredSince('missing', tick - limit.perMs)));
}

/**
 * Stops a run that compares nothing before it sends more as missing than the limit leaves: nobody could hold them until a
 * person decides, so they stay unsettled and the next run takes them. Throws LIMIT_MISSING.
 */
export async function stopAboveLimit(run: RunContext, missing: number): Promise<void> {
  const left = missing > 0 ? await missingLeft(run) : undefined;
  if (left === undefined || missing <= left) return;
  throw problem(
    'LIMIT_MISSING',
    `${missing} more would be missing, and the workspace's limit leaves ${left}; the run stopped before it sent them`,
    { fix: 'Look at the feed; where it is right, raise `limits: { missing: … }` of the workspace.' },
  );
}
