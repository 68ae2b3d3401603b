import type { OpenSource } from '../../connect/sdk/index.ts';
import { rejectWork, type Delivery } from '../deliver/delivery.ts';
import { settlePending } from '../deliver/pending-outcomes.ts';
import { deliverGroup, planGroup } from '../deliver/group.ts';
import { streamedWork } from '../deliver/works.ts';
import type { Work } from '../deliver/work.ts';
import type { RunSteps } from '../steps/index.ts';
import { countFiltered } from './account.ts';
import { batchCursors } from './cursors.ts';
import { checkStop, flushRejects, intolerable, isIntolerable, reject, settleWell, type RunContext } from './context.ts';
import type { Ending } from './ending.ts';
import { stopAboveLimit } from './missing-left.ts';
import { postpone } from './postponed.ts';
import { transform, type Row } from './transform.ts';

/** A pipeline that compares nothing: records go through as they come, and the last row of a key wins (S17). */
export async function runStream(
  run: RunContext,
  source: OpenSource,
  delivery: Delivery,
  steps: RunSteps,
): Promise<Ending> {
  run.isDelivering = !run.dryRun;
  await settlePending(delivery);
  const moveCursors = batchCursors(run, source, delivery);
  for await (const batch of transform(run, source, steps)) {
    for (const unreadable of batch.unreadable) await reject(run, unreadable);
    const works: Work[] = [];
    const origin = run.origins[batch.origin] ?? '';
    for (const row of batch.rows)
      if (await goesOn(run, delivery, row, origin))
        works.push(streamedWork(run, delivery.targets, { ...row, key: row.key ?? '' }, origin));
    await send(run, delivery, works);
    await moveCursors();
    run.observe({ is: 'progress', phase: 'read', counts: run.counts });
  }
  return endStream(run, source);
}

/** What a stream ends with when all is sent. */
export async function endStream(run: RunContext, source: OpenSource): Promise<Ending> {
  run.end = source.end();
  await flushRejects(run);
  if (isIntolerable(run)) throw intolerable(run);
  return { status: 'done', guards: [], end: run.end };
}

/** Sends works of one batch, or shows them in a plan. */
export async function send(run: RunContext, delivery: Delivery, works: Work[]): Promise<void> {
  checkStop(run);
  if (run.dryRun) return planGroup(delivery, works);
  await stopAboveLimit(run, works.filter(({ operation }) => operation === 'missing').length);
  for (const group of inOrder(works)) await deliverGroup(delivery, group);
}

/** Neighbours that may be sent in any order, several at once: a key that comes again begins a new group (S17). */
function inOrder(works: Work[]): Work[][] {
  const groups: Work[][] = [];
  let keys = new Set<string>();
  for (const work of works) {
    if (groups.length === 0 || keys.has(work.key)) {
      groups.push([]);
      keys = new Set();
    }
    groups.at(-1)?.push(work);
    keys.add(work.key);
  }
  return groups;
}

/** True for a row that is to be sent; any other is settled here. */
export async function goesOn(run: RunContext, delivery: Delivery, row: Row, origin: string): Promise<boolean> {
  switch (row.fate) {
    case 'superseded':
      countFiltered(run.counts, 'superseded');
      return false;
    case 'rejected':
      await reject(run, row.reject);
      return false;
    case 'filtered':
    case 'merged':
    case 'gone':
      countFiltered(run.counts, row.fate === 'filtered' ? row.reason : row.fate);
      if (row.key !== null) settleWell(run, row.key);
      return false;
    case 'held':
      await postpone(run, { ...row, key: row.key ?? '' }, origin);
      return false;
    case 'passed':
      if (row.key === null || !run.pendingKeys.has(row.key)) return true;
      await rejectPending(run, delivery, row, origin);
      return false;
  }
}

/** Nothing remembers a stream's record but the rejects, from which it is sent when the outcome is known. */
async function rejectPending(run: RunContext, delivery: Delivery, row: Row, origin: string): Promise<void> {
  const work = streamedWork(run, delivery.targets, { ...row, key: row.key ?? '' }, origin);
  const reason = 'The target has not answered yet what became of the same record of an earlier request';
  await rejectWork(delivery, work, { stage: 'deliver', code: 'TARGET_PENDING', reason, isCarriedOver: true });
}
