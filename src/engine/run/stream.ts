import type { OpenSource } from '../../connect/sdk/index.ts';
import type { Delivery } from '../deliver/delivery.ts';
import { deliverGroup, planGroup } from '../deliver/group.ts';
import { streamedWork } from '../deliver/works.ts';
import type { Work } from '../deliver/work.ts';
import type { RunSteps } from '../steps/index.ts';
import { countFiltered } from './account.ts';
import { batchCursors } from './cursors.ts';
import { checkStop, flushRejects, intolerable, isIntolerable, reject, settleWell, type RunContext } from './context.ts';
import type { Ending } from './ending.ts';
import { transform, type Row } from './transform.ts';

/** A pipeline that compares nothing: records go through as they come, and the last row of a key wins (S17). */
export async function runStream(
  run: RunContext,
  source: OpenSource,
  delivery: Delivery,
  steps: RunSteps,
): Promise<Ending> {
  run.isDelivering = !run.dryRun;
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
    else if (works.length > 0) await deliverGroup(delivery, works);
    await moveCursors();
    run.observe({ is: 'progress', phase: 'read', counts: run.counts });
  }
  run.end = source.end();
  await flushRejects(run);
  if (isIntolerable(run)) throw intolerable(run);
  return { status: 'done', guards: [], end: run.end };
}

async function take(run: RunContext, delivery: Delivery, row: Row, origin: string): Promise<Work | undefined> {
  switch (row.fate) {
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
      return streamedWork(run, delivery.targets, { ...row, key: row.key ?? '' }, origin);
  }
}
