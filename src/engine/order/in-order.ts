import { isPromise } from '../../expression/index.ts';
import { listFieldOf } from '../../language/compile/list-field.ts';
import type { Pipeline } from '../../language/compile/pipeline.ts';
import { isProblem } from '../../model/problem.ts';
import type { Fields } from '../../model/record.ts';
import type { Collected } from '../diff/collect.ts';
import { flag } from '../diff/ledger.ts';
import type { RunSpace } from '../diff/run-space.ts';
import type { Staged } from '../diff/staging.ts';
import type { RunContext } from '../run/context.ts';
import { sortStep } from '../steps/sort.ts';
import type { StepOf } from '../steps/step.ts';
import type { Hierarchy, TreePlace } from './hierarchy.ts';
import { byLevel } from './levels.ts';

/** The trees of a comparison: numbers are places in its ledger. */
export interface Trees {
  step: StepOf<'sort'>;
  /** Of who is in the feed. */
  here: Hierarchy;
  /** Of who goes, as they were delivered last. */
  leaving: Hierarchy;
}

/** The trees of a pipeline that sorts. */
export function treesOf({ pipeline, world }: RunContext, space: RunSpace): Trees | undefined {
  const step = sortOf(pipeline);
  return step && { step, here: space.newHierarchy(world.vault), leaving: space.newHierarchy(world.vault) };
}

/** The `sort` of a pipeline. */
export const sortOf = ({ steps }: Pick<Pipeline, 'steps'>): StepOf<'sort'> | undefined =>
  steps.find((step) => step.kind === 'sort');

/** What changed, parents before their children; who is gone by their own word comes last, children first. */
export function stagedInOrder({ staging, trees, ledger }: Collected): AsyncIterable<Staged[]> {
  if (!trees) return staging.read();
  const { here, leaving } = trees;
  const lastHere = here.depth;
  return byLevel(
    () => staging.read(),
    ({ entry }) =>
      ledger.fate(entry) === 'gone' ? lastHere + 1 + leaving.depth - leaving.level(entry) : here.level(entry),
  );
}

/** So many entries at once, and of one level of the tree. Without a tree all are of one. */
export function* chunksInOrder(
  entries: readonly number[],
  size: number,
  levelOf: (entry: number) => number = () => 0,
): Generator<number[]> {
  const sorted = [...entries].sort((a, b) => levelOf(a) - levelOf(b));
  let from = 0;
  for (let at = 1; at <= sorted.length; at++) {
    const isFull = at - from === size;
    const isEnd = at === sorted.length || levelOf(sorted[at] as number) !== levelOf(sorted[from] as number);
    if (!isFull && !isEnd) continue;
    yield sorted.slice(from, at);
    from = at;
  }
}

const A_READ = 500;

/** Where who goes stood in the tree when they were delivered last; the feed does not say it. */
export async function placeLeaving(
  run: RunContext,
  { trees, ledger }: Collected,
  due: readonly number[],
): Promise<void> {
  if (!trees) return;
  const place = async (entries: number[]): Promise<void> => {
    const known = entries.filter((entry) => ledger.recordId(entry) > 0);
    const stored = await run.world.store.snapshotRecords(known.map((entry) => ledger.recordId(entry)));
    for (const [index, entry] of known.entries()) {
      const { key, record } = stored[index] as (typeof stored)[number];
      trees.leaving.add(entry, await placeOf(run, trees.step, key, record));
    }
  };
  for (const entries of chunksInOrder(due, A_READ)) await place(entries);
  let gone: number[] = [];
  for (let entry = 0; entry < ledger.size; entry++) {
    if (ledger.has(entry, flag.passed) && ledger.fate(entry) === 'gone') gone.push(entry);
    if (gone.length < A_READ) continue;
    await place(gone);
    gone = [];
  }
  await place(gone);
}

/** A record of an older pipeline may lack the fields: it stands alone then. */
async function placeOf(run: RunContext, step: StepOf<'sort'>, key: string, record: Fields): Promise<TreePlace> {
  const passing: Parameters<ReturnType<typeof sortStep>>[0] = { record, key, line: 0, scope: run.scope };
  try {
    const read = sortStep(step)(passing, run.env);
    if (isPromise(read)) await read;
    return passing.place ?? {};
  } catch (error) {
    if (isProblem(error) && error.class === 'data') return {};
    throw error;
  }
}

const LINES_SHOWN = 5;

/** Why a record whose parents lead back to itself is rejected; `lines`: of all who are in the cycle. */
export function cycleReason(
  step: StepOf<'sort'>,
  lines: readonly number[],
): { code: string; reason: string; field?: string } {
  const field = listFieldOf(step.parent.text);
  const shown = lines
    .toSorted((a, b) => a - b)
    .slice(0, LINES_SHOWN)
    .join(', ');
  const more = lines.length > LINES_SHOWN ? ` and ${lines.length - LINES_SHOWN} more` : '';
  return {
    code: 'SORT_CYCLE',
    reason: `Its parents lead back to itself: lines ${shown}${more}`,
    ...(field === undefined ? {} : { field }),
  };
}
