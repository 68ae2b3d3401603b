import { ALL_SINKS, entryState } from '../../store/entry.ts';
import type { Commit, Intent } from '../../store/ports.ts';
import type { Ledger } from '../diff/ledger.ts';
import { countDelivered } from '../run/account.ts';
import { emptyCommit, lease, settleWell, takePending, type RunContext } from '../run/context.ts';
import { rejectWork, type Delivery } from './delivery.ts';
import { intentItem } from './doubts.ts';
import { itemFor, type Settled, type Target, type Work } from './work.ts';

/**
 * One transaction for a wave: outcomes, counts, rejects, acknowledgements, intents closed. Without a target: works that
 * no sink is concerned with, which are done as they are.
 */
export async function commitFinals(
  delivery: Delivery,
  target: Target | undefined,
  works: Work[],
  finals: Settled[],
  opened: string[],
): Promise<void> {
  const { run, ledger, targets } = delivery;
  const records: Commit['records'] = [];
  const acknowledged: number[] = [];
  const recordAt: number[] = [];
  const doubtful: Work[] = [];
  for (let index = 0; index < works.length; index++) {
    const work = works[index] as Work;
    const final: Settled = target ? (finals[index] as Settled) : { is: 'delivered' };
    if (target) settleDoubt(delivery, work.key, final);
    if (final.is === 'rejected') {
      if (final.inDoubt && target && !delivery.doubts.has(work.key)) doubtful.push(work);
      work.route = [];
      await rejectWork(delivery, work, {
        stage: 'deliver',
        code: final.code,
        reason: final.reason,
        ...(final.cause ? { cause: final.cause } : {}),
        ...(final.isCarriedOver ? { isCarriedOver: true } : {}),
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
      const isNew = ledger.state(work.entry) === 0;
      acknowledge(ledger, work, target?.index);
      // The owner's own feed carries it; what another delivers anew is not the owner's (S19).
      if (delivery.isOwner !== false) ledger.setForeign(work.entry, false);
      else if (isNew) ledger.setForeign(work.entry, true);
      if (final.adopted && operation === 'create') ledger.setAdopted(work.entry, true);
      acknowledged.push(work.entry);
      // What the old key points to goes with it.
      const id = work.adopts ? 0 : ledger.recordId(work.entry);
      recordAt.push(records.length);
      const before = work.route.length > 0 ? { before: work.before } : {};
      records.push({
        id: id > 0 ? id : null,
        content: { key: work.key, record: work.record, kept: work.kept, ...before },
      });
      if (work.adopts) {
        ledger.forget(work.adopts.from);
        acknowledged.push(work.adopts.from);
        recordAt.push(-1);
        settleWell(run, work.adopts.key);
        delete work.adopts;
      }
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
    acknowledged.forEach((entry, index) => {
      const id = ids[recordAt[index] as number];
      if (id !== undefined) ledger.setRecordId(entry, id);
    });
}

/** Records whose outcome nobody can learn stay in an intent of their own: the target is never asked twice (S1). */
async function keepInDoubt({ run }: Delivery, target: Target, works: Work[]): Promise<void> {
  const keyFields = target.sink?.key ?? [];
  const [first] = works;
  if (!first) return;
  const intent: Intent = {
    id: run.world.newId(),
    run: run.id,
    snapshot: run.state.snapshot,
    sink: target.name,
    operation: first.operation,
    items: works.map((work) => intentItem(run.world.vault, itemFor(work, target, work.operation), keyFields)),
  };
  await run.world.store.openIntents(lease(run), [intent]);
}

/** What the snapshot is to remember of a work that passed one more sink. */
function acknowledge(ledger: Ledger, work: Work, passed: number | undefined): void {
  const { entry } = work;
  const next = work.route[0];
  if (next && passed === next.target) {
    // Returned, and still to be updated at the same sink: active again, with the old value, so that a kill here is an update.
    ledger.setState(entry, entryState.active);
    ledger.setDone(entry, ALL_SINKS);
    return;
  }
  ledger.setOperation(entry, work.operation);
  ledger.setDone(entry, next ? next.target : ALL_SINKS);
  if (work.operation === 'missing') {
    if (next) return;
    ledger.setState(entry, entryState.gone);
    ledger.setAccepted(entry, false);
    return;
  }
  ledger.setAccepted(entry, false);
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
function settleDoubt({ doubts, openIntents }: Delivery, key: string, final: Settled): void {
  if (!doubts.has(key) || (final.is === 'rejected' && final.inDoubt)) return;
  doubts.delete(key);
  for (const { left } of openIntents.values()) left.delete(key);
}

/** Closes intents whose requests did nothing. */
export async function closeIntents(run: RunContext, closed: string[]): Promise<void> {
  if (closed.length === 0) return;
  const nothing = { ...emptyCommit, closed, rejects: [], settledKeys: [], counts: run.counts };
  await run.world.store.commit(lease(run), run.id, run.pipeline.name, nothing);
}

/** Intents of earlier runs with nothing left open. */
export function closedIntents({ openIntents }: Delivery): string[] {
  const closed = [...openIntents.values()].filter(({ left }) => left.size === 0).map(({ intent }) => intent.id);
  for (const id of closed) openIntents.delete(id);
  return closed;
}

/** An intent of an earlier run that was settled in part goes on with what is left, so that the others are done with. */
export async function narrowIntents({ run, openIntents }: Delivery): Promise<void> {
  const partly = [...openIntents.values()].filter(
    ({ intent, left }) => left.size > 0 && left.size < intent.items.length,
  );
  if (partly.length === 0) return;
  const narrowed = partly.map(({ intent, left }) => ({
    ...intent,
    id: run.world.newId(),
    items: intent.items.filter(({ key }) => left.has(key)),
  }));
  await run.world.store.openIntents(lease(run), narrowed);
  await closeIntents(
    run,
    partly.map(({ intent }) => intent.id),
  );
}
