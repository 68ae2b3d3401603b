import type { OpenSink } from '../../connect/sdk/index.ts';
import { isPromise, whenReady } from '../../expression/index.ts';
import { neverRepeatsSentence } from '../../language/compile/never-repeats.ts';
import { isProblem } from '../../model/problem.ts';
import type { Operation } from '../../model/record.ts';
import type { Intent } from '../../store/ports.ts';
import { countDelivered, countFiltered } from '../run/account.ts';
import { marked } from '../run/remembered-personal.ts';
import { checkStop, intolerable, isIntolerable, note, settleWell } from '../run/context.ts';
import { allInOrder, type RunSteps } from '../steps/index.ts';
import { commitFinals } from './commit.ts';
import { openTarget, rejectWork, type Delivery } from './delivery.ts';
import { inRequests } from './requests.ts';
import { stillUnknown } from './resolve.ts';
import { ruleOf } from './send.ts';
import { sendWave } from './wave.ts';
import { itemFor, type Target, type Work } from './work.ts';

/** Below so many records read, a share of rejects says nothing in a stream. */
const TOLERATE_FROM = 1000;

/**
 * Where a request holds one record, so many for each that may be in flight share a commit: a kill repeats no more than
 * these. Only where a repeat is cured by itself.
 */
const SINGLES_A_COMMIT = 8;

/** Sends works and stops where the run is to stop. */
export async function deliverAll(delivery: Delivery, groups: AsyncIterable<Work[]>): Promise<void> {
  for await (const works of groups) {
    checkStop(delivery.run);
    for (const operation of new Set(works.map((work) => work.operation))) {
      await deliverGroup(
        delivery,
        works.filter((work) => work.operation === operation),
      );
    }
  }
}

/** Sends a group of works of one operation through all sinks; each ends delivered, filtered or rejected, once. */
export async function deliverGroup(delivery: Delivery, works: Work[]): Promise<void> {
  let alive: Work[] = [];
  if (delivery.steps.overlaps) {
    const ready = await allInOrder(works, (work) => prepare(delivery, work));
    alive = works.filter((_work, index) => ready[index]);
  } else {
    for (const work of works) if (await prepare(delivery, work)) alive.push(work);
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
    const unknown = await unknownAt(delivery, work);
    if (unknown) {
      const { code, reason, isCarriedOver = false } = stillUnknown();
      await rejectWork(delivery, work, { stage: 'deliver', code, reason, sink: unknown.name, isCarriedOver });
      continue;
    }
    sayNeverRepeats(delivery, work);
    const { key, operation, origin, line, was, record } = work;
    const after = operation === 'missing' ? {} : { after: record };
    const change = { key, operation, origin, line, ...(was ? { before: was } : {}), ...after };
    run.observe({ is: 'change', change: marked(run, change) });
    countDelivered(run.counts, operation);
  }
}

/** The sink that may have been given the record by an earlier run, and is never asked twice (S1). */
async function unknownAt({ run, doubts, targets }: Delivery, { key, route }: Work): Promise<Target | undefined> {
  const intent = doubts.get(key)?.intent;
  // A chain goes on behind its finished steps.
  if (!intent || (await run.world.store.journalSteps(intent.id)).length > 0) return undefined;
  const targetsOfRoute = route.map(({ target }) => targets[target] as Target);
  return targetsOfRoute.find(
    ({ name, use }) => name === intent.sink && use.neverRepeats?.includes(intent.operation) === true,
  );
}

/** A lost answer would be a person's business: a plan says so before it happens (S1). */
function sayNeverRepeats({ run, targets }: Delivery, work: Work): void {
  for (const { target, operation } of work.route) {
    const { kind, neverRepeats } = (targets[target] as Target).use;
    if (neverRepeats?.includes(operation)) note(run, neverRepeatsSentence(kind, [operation]));
  }
}

/** Runs the steps after the diff and plans the route. False when the record is settled by them. */
async function prepare(delivery: Delivery, work: Work): Promise<boolean> {
  const { run, targets } = delivery;
  attach(delivery, work);
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
    if (!isProblem(error) || error.class !== 'data') throw error;
    await rejectWork(delivery, work, { stage: 'steps', code: error.code, reason: error.message });
    return false;
  }
}

/** The file that the record stands for goes with it. */
function attach({ source }: Delivery, work: Work): void {
  const file = work.source && source?.attached?.(work.source, work.origin);
  if (!file) return;
  work.file = file;
  work.scope = { ...work.scope, file: file.facts };
}

const covers = (only: Operation[], operation: Operation): boolean =>
  only.includes(operation) || (only.includes('upsert') && (operation === 'create' || operation === 'update'));

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
  const batches = await inRequests(rule, fresh, (work) => itemFor(work, target, operation));
  const isSingles = rule?.size === 1 && isDoubtCurable(sink, operation);
  const wave = rule?.ordered ? 1 : sink.concurrency * (isSingles ? SINGLES_A_COMMIT : 1);
  for (let at = 0; at < batches.length; at += wave) {
    checkStop(run);
    if (run.counts.read >= TOLERATE_FROM && isIntolerable(run)) throw intolerable(run);
    await sendWave(delivery, target, operation, batches.slice(at, at + wave));
  }
}

/**
 * Can the next run find out by itself what became of a request? Where a person must look, or a create whose record has
 * changed since would be made twice, only requests that are being sent may have an open intent.
 */
function isDoubtCurable(sink: OpenSink, operation: Operation): boolean {
  const repeat = ruleOf(sink, operation)?.repeat;
  return repeat !== 'never' && (sink.find !== undefined || operation !== 'create');
}

const inIntentOrder = (works: Work[], intent: Intent): Work[] => {
  const order = new Map(intent.items.map((item, index) => [item.key, index]));
  return works.toSorted((a, b) => (order.get(a.key) ?? 0) - (order.get(b.key) ?? 0));
};
