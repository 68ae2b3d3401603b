import { counted } from '../../model/counted.ts';
import type { Outcome, WriteAnswer } from '../../model/record.ts';
import type { Intent } from '../../store/ports.ts';
import { noCounts } from '../run/account.ts';
import { emptyCommit, flushRejects, lease, note } from '../run/context.ts';
import { batchJournal } from './batch-journal.ts';
import { commitFinals } from './commit.ts';
import { openTarget, type Delivery } from './delivery.ts';
import { keepWaiting, pendingRecordsOf, pendingWork, type PendingRecord } from './pending.ts';
import { outcomeUnknown } from './resolve.ts';
import { ruleOf } from './send.ts';
import type { Settled, Target, Work } from './work.ts';

/**
 * Asks for the outcome of what earlier runs left pending, before anything else is compared or sent: delivered records
 * enter the snapshot, refused ones the rejects. They were counted by the run that sent them, so here they are told and
 * not counted. Who is pending still is not sent again. A plan asks nobody.
 */
export async function settlePending(delivery: Delivery): Promise<void> {
  const { run, targets, pending } = delivery;
  for (const intent of pending) {
    const records = await pendingRecordsOf(run, intent.id);
    const target = targets.find(({ name }) => name === intent.sink);
    const answer = run.dryRun || !target ? undefined : await ask(delivery, target, intent, records);
    // A sink that the pipeline no longer has can't be asked.
    if (!target || answer === 'gone') await putInDoubt(delivery, intent, records);
    else if (answer && !isStillPending(answer))
      await settle(delivery, target, intent, records, outcomesOf(answer, records));
    else stayPending(delivery, intent, records, answer);
  }
}

/** `gone`: nothing of it is left at the target that could be asked for. */
async function ask(
  delivery: Delivery,
  target: Target,
  { id, operation }: Intent,
  records: PendingRecord[],
): Promise<WriteAnswer | 'gone'> {
  const { run } = delivery;
  const sink = await openTarget(delivery, target);
  const journal = batchJournal(run, id);
  const isGone = async (): Promise<boolean> => (await journal.steps()).length === 0;
  try {
    const items = records.map(({ item }) => item);
    const answer = await sink.write({ once: id, operation, items, journal, isPending: true }, run.inFlight);
    const isUnanswered = answer.is === 'unanswered' || answer.is === 'notDone';
    return isUnanswered && (await isGone()) ? 'gone' : answer;
  } catch (error) {
    // The job failed as a whole, which fails this run; the next one sends anew, by what the operation says of repeats.
    if (await isGone()) await run.world.store.keepPending(lease(run), id, []);
    throw error;
  }
}

const isStillPending = (answer: WriteAnswer): boolean =>
  answer.is === 'notDone' ||
  answer.is === 'unanswered' ||
  (answer.is === 'answered' && answer.outcomes.some(({ is }) => is === 'pending'));

function outcomesOf(answer: WriteAnswer, records: readonly PendingRecord[]): Outcome[] {
  if (answer.is === 'answered') return answer.outcomes;
  const { reason, code } = answer as Extract<WriteAnswer, { is: 'refused' }>;
  return records.map(() => ({ is: 'rejected', code, reason }));
}

function stayPending(delivery: Delivery, intent: Intent, records: PendingRecord[], answer?: WriteAnswer): void {
  const { run } = delivery;
  for (const record of records) keepWaiting(delivery, record);
  const amount = counted(records.length, 'record');
  const since = `${amount} of an earlier run ${records.length === 1 ? 'is' : 'are'} pending at ${intent.sink}`;
  const unheard = answer && 'reason' in answer ? ` (${answer.reason})` : '';
  note(
    run,
    run.dryRun
      ? `${since}: the run first asks for the outcome, and does not send them again before it is known.`
      : `${since}${unheard}: the next run asks again, and they are not sent before their outcome is known.`,
  );
}

/** Nobody knows what became of them: what the operation says of repeats decides, as after a lost answer (S9). */
async function putInDoubt(
  { run, doubts, openIntents }: Delivery,
  intent: Intent,
  records: PendingRecord[],
): Promise<void> {
  const keys = new Set(records.map(({ work }) => work.key));
  const items = intent.items.filter(({ key }) => keys.has(key));
  for (const item of items) doubts.set(item.key, { intent, item });
  openIntents.set(intent.id, { intent, left: keys });
  if (!run.dryRun) await run.world.store.keepPending(lease(run), intent.id, []);
}

async function settle(
  delivery: Delivery,
  target: Target,
  intent: Intent,
  records: PendingRecord[],
  outcomes: Outcome[],
): Promise<void> {
  const { run } = delivery;
  const works: Work[] = [];
  const finals: Settled[] = [];
  const unknown: PendingRecord[] = [];
  const isNever = target.sink !== undefined && ruleOf(target.sink, intent.operation)?.repeat === 'never';
  for (const [index, record] of records.entries()) {
    const outcome = outcomes[index] as Outcome;
    if (outcome.is === 'unknown') unknown.push(record);
    const final = outcome.is === 'unknown' && isNever ? outcomeUnknown(outcome.reason) : outcome;
    // What is to be sent again, or otherwise, is taken out of today's feed as anything that was never sent.
    if (final.is !== 'delivered' && final.is !== 'rejected') continue;
    works.push(pendingWork(delivery, record, target, final.is === 'delivered'));
    finals.push(final);
  }
  if (unknown.length > 0) await keepUnknown(delivery, intent, unknown);
  const apart = { ...run, ...nothingCounted(), observe: () => {} };
  await commitFinals({ ...delivery, run: apart }, target, works, finals, [intent.id]);
  await flushRejects(apart);
  // The counts of this run stand in the store again.
  await run.world.store.commit(lease(run), run.id, run.pipeline.name, {
    ...emptyCommit,
    rejects: [],
    settledKeys: [],
    counts: run.counts,
  });
  const amount = (is: Settled['is']): number => finals.filter((final) => final.is === is).length;
  const told = [`${amount('delivered')} delivered`, `${amount('rejected')} rejected`];
  const left = records.length - finals.length;
  if (left > 0) told.push(`${left} not done and taken up again`);
  note(
    run,
    `Outcome of ${counted(records.length, 'record')} that an earlier run left pending at ${intent.sink}: ${told.join(', ')}.`,
  );
}

/** An intent of their own, so that the others' can be closed. */
async function keepUnknown(delivery: Delivery, intent: Intent, records: PendingRecord[]): Promise<void> {
  const { run } = delivery;
  const keys = new Set(records.map(({ work }) => work.key));
  const items = intent.items.filter(({ key }) => keys.has(key));
  const left = { ...intent, id: run.world.newId(), run: run.id, items };
  await run.world.store.openIntents(lease(run), [left]);
  await putInDoubt(delivery, left, records);
}

const nothingCounted = () => ({
  counts: noCounts(),
  sinks: {},
  causes: new Map(),
  rejects: [],
  uncounted: 0,
  pendingRejects: [],
  pendingSettled: [],
});
