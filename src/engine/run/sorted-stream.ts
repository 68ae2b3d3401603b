import type { OpenSource } from '../../connect/sdk/index.ts';
import type { Delivery } from '../deliver/delivery.ts';
import { settlePending } from '../deliver/pending-outcomes.ts';
import { streamedWork } from '../deliver/works.ts';
import type { Work } from '../deliver/work.ts';
import type { Ledger } from '../diff/ledger.ts';
import type { RunSpace } from '../diff/run-space.ts';
import type { Staging } from '../diff/staging.ts';
import type { Operation } from '../../model/record.ts';
import type { Hierarchy } from '../order/hierarchy.ts';
import { cycleReason, sortOf } from '../order/in-order.ts';
import { byLevel } from '../order/levels.ts';
import type { RunSteps } from '../steps/index.ts';
import type { StepOf } from '../steps/step.ts';
import { countFiltered } from './account.ts';
import { intolerable, isIntolerable, reject, type RunContext } from './context.ts';
import type { Ending } from './ending.ts';
import { endStream, goesOn, send } from './stream.ts';
import { transform } from './transform.ts';

/** A record that waits until all are read. */
interface Waiting {
  /** Number among those that wait, in the order in which they came. */
  number: number;
  origin: string;
  row: Parameters<typeof streamedWork>[2];
}

interface Sorting {
  step: StepOf<'sort'>;
  staging: Staging<Waiting>;
  tree: Hierarchy;
  /** The last number of each key, as a line. */
  latest: Ledger;
}

/**
 * A pipeline that compares nothing and sorts: everything is read, then sent parents first, and who goes children first. The
 * last row of a key wins, and the earlier ones are not sent (S17).
 */
export async function runSortedStream(
  run: RunContext,
  source: OpenSource,
  delivery: Delivery,
  steps: RunSteps,
  space: RunSpace,
): Promise<Ending> {
  const step = sortOf(run.pipeline) as StepOf<'sort'>;
  await settlePending(delivery);
  const sorting: Sorting = {
    step,
    staging: space.newStaging<Waiting>(),
    tree: space.newHierarchy(run.world.vault),
    latest: space.newLedger(),
  };
  await readAll(run, source, delivery, steps, sorting);
  if (isIntolerable(run)) throw intolerable(run);
  space.beginDelivery();
  run.isDelivering = !run.dryRun;
  run.observe({ is: 'phase', phase: 'deliver' });
  const { staging, tree } = sorting;
  const level = ({ number, row }: Waiting): number =>
    goes(row.operation) ? 2 * tree.depth + 1 - tree.level(number) : tree.level(number);
  const cycles = await cyclesOf(run, sorting);
  for await (const chunk of byLevel(() => staging.read(), level)) {
    const works: Work[] = [];
    for (const { number, row, origin } of chunk) {
      const lines = cycles.get(number);
      if (!isLatest(run, sorting, row.key, number)) countFiltered(run.counts, 'merged');
      else if (lines && !goes(row.operation)) await reject(run, rejectOf(step, lines, row, origin));
      else works.push(streamedWork(run, delivery.targets, row, origin));
    }
    await send(run, delivery, works);
  }
  return endStream(run, source);
}

const goes = (operation: Operation | undefined): boolean => operation === 'missing';

async function readAll(
  run: RunContext,
  source: OpenSource,
  delivery: Delivery,
  steps: RunSteps,
  { staging, tree, latest }: Sorting,
): Promise<void> {
  for await (const batch of transform(run, source, steps)) {
    for (const unreadable of batch.unreadable) await reject(run, unreadable);
    const origin = run.origins[batch.origin] ?? '';
    for (const row of batch.rows) {
      if (!(await goesOn(run, delivery, row, origin))) continue;
      const { line, source: raw, record, names, operation, place } = row;
      const key = row.key ?? '';
      const number = staging.count;
      if (place) tree.add(number, place);
      latest.setSeen(latest.findOrAdd(run.world.vault.keyHash(key)), new Uint8Array(16), number, 0);
      const waiting = {
        key,
        line,
        source: raw,
        record,
        ...(names ? { names } : {}),
        ...(operation ? { operation } : {}),
      };
      await staging.add({ number, origin, row: waiting });
    }
    run.observe({ is: 'progress', phase: 'read', counts: run.counts });
  }
  await staging.flush();
}

const isLatest = (run: RunContext, { latest }: Sorting, key: string, number: number): boolean =>
  latest.line(latest.find(run.world.vault.keyHash(key))) === number;

/** Lines of everybody in a cycle, by the number of a member. */
async function cyclesOf(run: RunContext, { staging, tree, ...sorting }: Sorting): Promise<Map<number, number[]>> {
  const found = new Map<number, number[]>();
  if (!tree.hasCycles) return found;
  const lines = new Map<number, number[]>();
  for await (const chunk of staging.read()) {
    for (const { number, row } of chunk) {
      if (!tree.isCyclic(number) || !isLatest(run, { staging, tree, ...sorting }, row.key, number)) continue;
      const cycle = tree.cycleOf(number);
      const together = lines.get(cycle) ?? [];
      lines.set(cycle, together);
      together.push(row.line);
      found.set(number, together);
    }
  }
  return found;
}

const rejectOf = (
  step: StepOf<'sort'>,
  lines: readonly number[],
  { key, line, source }: Waiting['row'],
  origin: string,
): Parameters<typeof reject>[1] => ({ key, stage: 'steps', ...cycleReason(step, lines), origin, line, source });
