import { isPromise, whenReady } from '../../expression/index.ts';
import type { Operation, WriteItem } from '../../model/record.ts';
import { entryState } from '../../store/entry.ts';
import type { Commit, Intent } from '../../store/ports.ts';
import type { Doubts } from '../diff/collect.ts';
import type { Ledger } from '../diff/ledger.ts';
import { countDelivered, countFiltered } from '../run/account.ts';
import {
  checkStop,
  emptyCommit,
  intolerable,
  isIntolerable,
  lease,
  reject,
  settleWell,
  takePending,
  type RunContext,
} from '../run/context.ts';
import type { RunSteps } from '../steps/index.ts';
import { intentItem, sendInDoubt } from './doubts.ts';
import { ruleOf, sendBatch, type SendTools } from './send.ts';
import { itemFor, type Final, type Target, type Work } from './work.ts';

/** Below so many records read, a share of rejects says nothing in a stream. */
const TOLERATE_FROM = 1000;

/** What the delivery of a run works with. */
export interface Delivery {
  run: RunContext;
  targets: Target[];
  /** Undefined where the pipeline compares nothing. */
  ledger?: Ledger;
  doubts: Doubts;
  /** Intents of earlier runs, with how many of their keys are still open. */
  openIntents: Map<string, { intent: Intent; left: Set<string> }>;
  /** Steps after the diff. */
  steps: RunSteps;
}

/** Sends a group of works of one operation through all sinks; each ends delivered, filtered or rejected, once. */
export async function deliverGroup(delivery: Delivery, works: Work[]): Promise<void> {
  let alive: Work[] = [];
  for (const work of works) {
    if (await prepare(delivery, work)) alive.push(work);
  }
  const idle = alive.filter((work) => work.route.length === 0);
  if (idle.length > 0) await commitFinals(delivery, undefined, idle, [], []);
  alive = alive.filter((work) => work.route.length > 0);
  for (const target of delivery.targets) {
    for (;;) {
      const here = alive.filter((work) => work.route[0]?.target === target.index);
      const operation = here[0]?.route[0]?.operation;
      if (!operation) break;
      await deliverTo(
        delivery,
        target,
        operation,
        here.filter((work) => work.route[0]?.operation === operation),
      );
    }
  }
}

/** What `deliverGroup` would do, shown and counted as if it had been taken; no sink is opened. */
export async function planGroup(delivery: Delivery, works: Work[]): Promise<void> {
  const { run } = delivery;
  for (const work of works) {
    if (!(await prepare(delivery, work))) continue;
    const { key, operation, origin, line, was, record } = work;
    const after = operation === 'missing' ? {} : { after: record };
    run.observe({ is: 'change', change: { key, operation, origin, line, ...(was ? { before: was } : {}), ...after } });
    countDelivered(run.counts, operation);
  }
}

/** Runs the steps after the diff and plans the route. False when the record is settled by them. */
async function prepare(delivery: Delivery, work: Work): Promise<boolean> {
  const { run, targets } = delivery;
  const passing: Parameters<RunSteps>[0] = {
    record: work.record,
    key: work.key,
    line: work.line ?? 0,
    scope: work.scope,
  };
  const verdict = delivery.steps(passing, run.env);
  const settled = isPromise(verdict) ? await verdict : verdict;
  work.final = passing.record;
  if (settled?.is === 'filtered') {
    countFiltered(run.counts, settled.reason);
    settleWell(run, work.key);
    return false;
  }
  if (settled?.is === 'rejected') {
    await rejectWork(delivery, work, settled);
    return false;
  }
  try {
    const route: Work['route'] = [];
    for (const hop of work.route) {
      const { only, when } = (targets[hop.target] as Target).use;
      if (only && !covers(only, hop.operation)) continue;
      const holds = when
        ? whenReady(when.evaluate(work.final, passing.scope, run.env), (value) => value === true)
        : true;
      if (isPromise(holds) ? await holds : holds) route.push(hop);
    }
    work.route = route;
    return true;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string; class?: string };
    if ((error as { class?: string }).class !== 'data') throw error;
    await rejectWork(delivery, work, { stage: 'steps', code: code ?? 'EXPRESSION_FAILED', reason: message });
    return false;
  }
}

const covers = (only: Operation[], operation: Operation): boolean =>
  only.includes(operation) || (only.includes('upsert') && (operation === 'create' || operation === 'update'));

async function rejectWork(
  { run }: Delivery,
  work: Work,
  why: { stage: 'steps' | 'link' | 'diff' | 'deliver'; code: string; reason: string; field?: string; sink?: string },
): Promise<void> {
  const { stage, code, reason, field, sink } = why;
  await reject(run, {
    key: work.key,
    stage,
    code,
    reason,
    origin: work.origin,
    line: work.line,
    source: work.source,
    ...(field ? { field } : {}),
    ...(sink ? { sink } : {}),
  });
}

/** One sink, one operation: batches by its rule, as many at once as it bears, one commit for each wave. */
async function deliverTo(delivery: Delivery, target: Target, operation: Operation, works: Work[]): Promise<void> {
  const { run, doubts } = delivery;
  const sink = await openTarget(delivery, target);
  const inDoubt = works.filter((work) => doubts.get(work.key)?.intent.sink === target.name);
  for (const intent of new Set(inDoubt.map((work) => doubts.get(work.key)?.intent as Intent))) {
    const batch = inDoubt.filter((work) => doubts.get(work.key)?.intent === intent);
    await sendWave(delivery, target, operation, [inIntentOrder(batch, intent)], intent);
  }
  const fresh = works.filter((work) => !inDoubt.includes(work));
  const rule = ruleOf(sink, operation);
  const batches = inBatches(
    fresh,
    rule?.size ?? 500,
    rule?.by && ((work) => (rule.by as (item: WriteItem) => string)(itemFor(work, target, operation))),
  );
  for (let at = 0; at < batches.length; at += sink.concurrency) {
    checkStop(run);
    if (run.counts.read >= TOLERATE_FROM && isIntolerable(run)) throw intolerable(run);
    await sendWave(delivery, target, operation, batches.slice(at, at + sink.concurrency));
  }
}

const inIntentOrder = (works: Work[], intent: Intent): Work[] => {
  const order = new Map(intent.items.map((item, index) => [item.key, index]));
  return works.toSorted((a, b) => (order.get(a.key) ?? 0) - (order.get(b.key) ?? 0));
};

function inBatches(works: Work[], size: number, by?: (work: Work) => string): Work[][] {
  const groups = new Map<string, Work[]>();
  for (const work of works) {
    const name = by ? by(work) : '';
    const group = groups.get(name);
    if (group) group.push(work);
    else groups.set(name, [work]);
  }
  const batches: Work[][] = [];
  for (const group of groups.values())
    for (let at = 0; at < group.length; at += size) batches.push(group.slice(at, at + size));
  return batches;
}

async function sendWave(
  delivery: Delivery,
  target: Target,
  operation: Operation,
  batches: Work[][],
  doubt?: Intent,
): Promise<void> {
  const { run } = delivery;
  const { store, vault } = run.world;
  const sink = await openTarget(delivery, target);
  const opened: string[] = [];
  const intentOf = (id: string, of: Operation, items: WriteItem[]): Intent => {
    opened.push(id);
    return {
      id,
      run: run.id,
      snapshot: snapshotName(run),
      sink: target.name,
      operation: of,
      items: items.map((item) => intentItem(vault, item, sink.key)),
    };
  };
  const tools: SendTools = {
    sink,
    name: target.name,
    clock: run.world.clock,
    signal: run.signal,
    newId: () => run.world.newId(),
    openIntent: (id, of, items) => store.openIntents(lease(run), [intentOf(id, of, items)]),
    ...(run.world.reached ? { reached: run.world.reached } : {}),
  };
  const sendings = batches.map((works) => ({
    works,
    items: works.map((work) => itemFor(work, target, operation)),
    once: run.world.newId(),
  }));
  if (!doubt)
    await store.openIntents(
      lease(run),
      sendings.map(({ items, once }) => intentOf(once, operation, items)),
    );
  run.world.reached?.('intent');
  const finals = await Promise.all(
    sendings.map(({ items, once }) =>
      doubt ? sendInDoubt(tools, vault, doubt, items) : sendBatch(tools, operation, items, once),
    ),
  );
  run.world.reached?.('before commit');
  await commitFinals(
    delivery,
    target,
    sendings.flatMap(({ works }) => works),
    finals.flat(),
    opened,
  );
  run.world.reached?.('committed');
  run.observe({ is: 'progress', phase: 'deliver', counts: run.counts });
}

export const snapshotName = (run: RunContext): string => {
  const diff = run.pipeline.steps.find((step) => step.kind === 'diff');
  return diff?.kind === 'diff' ? diff.rule.snapshot : run.pipeline.name;
};

/** Opens a sink with its first record, and begins it. */
export async function openTarget({ run }: Delivery, target: Target): Promise<NonNullable<Target['sink']>> {
  if (!target.sink) {
    const { scope, env, signal, notes } = run;
    target.sink = await run.world.openSink(target.use, { scope, env, signal, note: (message) => notes.push(message) });
    await target.sink.begin?.(signal);
  }
  return target.sink;
}

/**
 * One transaction for a wave: outcomes, counts, rejects, acknowledgements, intents closed. Without a target: works that
 * no sink is concerned with, which are done as they are.
 */
async function commitFinals(
  delivery: Delivery,
  target: Target | undefined,
  works: Work[],
  finals: Final[],
  opened: string[],
): Promise<void> {
  const { run, ledger, targets } = delivery;
  const records: Commit['records'] = [];
  const acknowledged: number[] = [];
  const recordAt: number[] = [];
  const doubtful: Work[] = [];
  for (let index = 0; index < works.length; index++) {
    const work = works[index] as Work;
    const final: Final = target ? (finals[index] as Final) : { is: 'delivered' };
    if (target) settleDoubt(delivery, work.key, final);
    if (final.is === 'rejected') {
      if (final.inDoubt && target && !delivery.doubts.has(work.key)) doubtful.push(work);
      work.route = [];
      await rejectWork(delivery, work, {
        stage: 'deliver',
        code: final.code,
        reason: final.reason,
        ...(target ? { sink: target.name } : {}),
      });
      continue;
    }
    const operation = work.route[0]?.operation ?? work.operation;
    if (target) {
      if (final.kept) work.kept[target.name] = { ...work.kept[target.name], ...final.kept };
      const tally = (run.sinks[target.name] ??= {});
      tally[operation] = (tally[operation] ?? 0) + 1;
      work.route.shift();
    }
    if (work.route.length === 0) {
      countDelivered(run.counts, work.operation);
      settleWell(run, work.key);
    }
    if (ledger && work.entry >= 0) {
      acknowledge(ledger, work, target?.index, targets.length);
      acknowledged.push(work.entry);
      const id = ledger.recordId(work.entry);
      recordAt.push(records.length);
      records.push({ id: id > 0 ? id : null, content: { key: work.key, record: work.record, kept: work.kept } });
    }
  }
  if (target && doubtful.length > 0) await keepInDoubt(delivery, target, doubtful);
  const closed = [...opened, ...closedIntents(delivery)];
  const entries = packed(ledger, acknowledged);
  const { ids } = await run.world.store.commit(lease(run), run.id, run.pipeline.name, {
    ...emptyCommit,
    closed,
    records,
    entries,
    recordAt: Int32Array.from(recordAt),
    provisional: targets.some(({ sink }) => sink?.commits === 'end'),
    ...takePending(run),
    counts: run.counts,
  });
  if (ledger)
    acknowledged.forEach((entry, index) => ledger.setRecordId(entry, ids[recordAt[index] as number] as number));
}

/** Records whose outcome nobody can learn stay in an intent of their own: the target is never asked twice (S1). */
async function keepInDoubt({ run }: Delivery, target: Target, works: Work[]): Promise<void> {
  const keyFields = target.sink?.key ?? [];
  const [first] = works;
  if (!first) return;
  const intent: Intent = {
    id: run.world.newId(),
    run: run.id,
    snapshot: snapshotName(run),
    sink: target.name,
    operation: first.operation,
    items: works.map((work) => intentItem(run.world.vault, itemFor(work, target, work.operation), keyFields)),
  };
  await run.world.store.openIntents(lease(run), [intent]);
}

/** What the snapshot is to remember of a work that passed one more sink. */
function acknowledge(ledger: Ledger, work: Work, passed: number | undefined, sinkCount: number): void {
  const { entry } = work;
  const next = work.route[0];
  if (next && passed === next.target) {
    // Returned, and still to be updated at the same sink: active again, with the old value, so that a kill here is an update.
    ledger.setState(entry, entryState.active);
    ledger.setDone(entry, sinkCount);
    return;
  }
  ledger.setOperation(entry, work.operation);
  ledger.setDone(entry, next ? next.target : sinkCount);
  if (work.operation === 'missing') {
    if (!next) ledger.setState(entry, entryState.gone);
    return;
  }
  ledger.setState(entry, entryState.active);
  ledger.setValueHash(entry, ledger.seenHash(entry));
  ledger.setAbsence(entry, 0, 0);
}

/** The packed entries of these ledger places, one after another. */
export function packed(ledger: Ledger | undefined, entries: number[]): Uint8Array {
  if (!ledger || entries.length === 0) return new Uint8Array(0);
  return Buffer.concat(entries.map((entry) => ledger.entry(entry)));
}

/** A key whose fate is known now is no longer open in the intents of earlier runs. */
function settleDoubt({ doubts, openIntents }: Delivery, key: string, final: Final): void {
  if (!doubts.has(key) || (final.is === 'rejected' && final.inDoubt)) return;
  doubts.delete(key);
  for (const { left } of openIntents.values()) left.delete(key);
}

/** Intents of earlier runs with nothing left open. */
function closedIntents({ openIntents }: Delivery): string[] {
  const closed = [...openIntents.values()].filter(({ left }) => left.size === 0).map(({ intent }) => intent.id);
  for (const id of closed) openIntents.delete(id);
  return closed;
}
