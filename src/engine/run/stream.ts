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
    for (const row of batch.rows) {
      const work = await take(run, delivery, row, run.origins[batch.origin] ?? '');
      if (work) works.push(work);
    }
    checkStop(run);
    if (run.dryRun) await planGroup(delivery, works);
    else {
      await stopAboveLimit(run, works.filter(({ operation }) => operation === 'missing').length);
      for (const group of inOrder(works)) await deliverGroup(delivery, group);
    }
    await moveCursors();
    run.observe({ is: 'progress', phase: 'read', counts: run.counts });
  }
  run.end = source.end();
  await flushRejects(run);
  if (isIntolerable(run)) throw intolerable(run);
  return { status: 'done', guards: [], end: run.end };
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

async function take(run: RunContext, delivery: Delivery, row: Row, origin: string): Promise<Work | undefined> {
  switch (row.fate) {
    case 'superseded':
      countFiltered(run.counts, 'superseded');
      return undefined;
    case 'rejected':
      await reject(run, row.reject);
      return undefined;
    case 'filtered':
    case 'merged':
    case 'gone':
      countFiltered(run.counts, row.fate === 'filtered' ? row.reason : row.fate);
      if (row.key !== null) settleWell(run, row.key);
      return undefined;
    case 'passed':
      if (row.key !== null && run.pendingKeys.has(row.key)) return rejectPending(run, delivery, row, origin);
      return streamedWork(run, delivery.targets, { ...row, key: row.key ?? '' }, origin);
  }
}

/** Nothing remembers a stream's record but the rejects, from which it is sent when the outcome is known. */
async function rejectPending(run: RunContext, delivery: Delivery, row: Row, origin: string): Promise<undefined> {
  const work = streamedWork(run, delivery.targets, { ...row, key: row.key ?? '' }, origin);
  const reason = 'The target has not answered yet what became of the same record of an earlier request';
  await rejectWork(delivery, work, { stage: 'deliver', code: 'TARGET_PENDING', reason, isCarriedOver: true });
  return undefined;
}
