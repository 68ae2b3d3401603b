import { isProblem } from '../../model/problem.ts';
import type { Operation, WriteItem } from '../../model/record.ts';
import type { Intent } from '../../store/ports.ts';
import { lease } from '../run/context.ts';
import { batchJournal } from './batch-journal.ts';
import { closeIntents, commitFinals } from './commit.ts';
import { openTarget, type Delivery } from './delivery.ts';
import { intentItem, sendInDoubt } from './doubts.ts';
import { keepPending } from './pending.ts';
import { sendBatch, type SendTools } from './send.ts';
import { itemFor, type Final, type Target, type Work } from './work.ts';

/** One batch on its way, with the intents that were opened for it. */
interface Sending {
  works: Work[];
  items: WriteItem[];
  once: string;
  opened: string[];
  /** False while it may have done something at the target. */
  isHarmless: boolean;
  finals?: Final[];
}

/**
 * Sends a wave of batches of one operation to one sink: intents first, then the requests, then one commit of everything
 * that was answered. Where a batch fails the run, the others' answers are committed before the failure is told.
 */
export async function sendWave(
  delivery: Delivery,
  target: Target,
  operation: Operation,
  batches: Work[][],
  doubt?: Intent,
): Promise<void> {
  const { run } = delivery;
  const { store, vault, clock, reached } = run.world;
  const sink = await openTarget(delivery, target);
  const sendings = batches.map((works): Sending => ({
    works,
    items: works.map((work) => itemFor(work, target, operation)),
    once: run.world.newId(),
    opened: [],
    isHarmless: true,
  }));
  const adopts = new Map(batches.flat().flatMap(({ key, adopts }) => (adopts ? [[key, adopts.key] as const] : [])));
  const intentOf = (sending: Sending, id: string, of: Operation, items: WriteItem[]): Intent => {
    sending.opened.push(id);
    return {
      id,
      run: run.id,
      snapshot: run.state.snapshot,
      sink: target.name,
      operation: of,
      items: items.map((item) => {
        const old = adopts.get(item.key);
        return { ...intentItem(vault, item, sink.key), ...(old === undefined ? {} : { adopts: old }) };
      }),
    };
  };
  const toolsFor = (sending: Sending): SendTools => ({
    sink,
    name: target.name,
    clock,
    signal: run.inFlight,
    stopped: run.signal,
    newId: () => run.world.newId(),
    journalOf: (once) => batchJournal(run, once),
    openIntent: (id, of, items) => store.openIntents(lease(run), [intentOf(sending, id, of, items)]),
    ...(reached ? { reached } : {}),
  });
  if (!doubt) {
    await store.openIntents(
      lease(run),
      sendings.map((sending) => intentOf(sending, sending.once, operation, sending.items)),
    );
  }
  reached?.('intent');
  const failure = await inParallel(sendings, sink.concurrency, async (sending) => {
    const tools = toolsFor(sending);
    sending.isHarmless = false;
    try {
      sending.finals = doubt
        ? await sendInDoubt(tools, vault, doubt, sending.items)
        : await sendBatch(tools, operation, sending.items, sending.once);
    } catch (error) {
      sending.isHarmless = !doubt && isProblem(error) && error.nothingDone === true;
      throw error;
    }
  });
  reached?.('before commit');
  const answered = sendings.filter(({ finals }) => finals !== undefined);
  if (answered.length > 0) {
    const { works, finals, closed } = await keepPending(delivery, answered);
    await commitFinals(delivery, target, works, finals, closed);
  }
  if (failure) {
    // What was never sent, or certainly did nothing, is not in doubt: the next run simply takes it.
    const harmless = sendings.filter(({ isHarmless }) => isHarmless).flatMap(({ opened }) => opened);
    await closeIntents(run, harmless);
    throw failure.error;
  }
  reached?.('committed');
  run.observe({ is: 'progress', phase: 'deliver', counts: run.counts });
}

/** At most so many at once, in order. After a failure no new one is begun, and those in flight are awaited. */
async function inParallel<T>(
  items: T[],
  limit: number,
  perform: (item: T) => Promise<void>,
): Promise<{ error: unknown } | undefined> {
  let next = 0;
  let failure: { error: unknown } | undefined;
  const lane = async (): Promise<void> => {
    while (next < items.length && !failure) {
      try {
        await perform(items[next++] as T);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
  return failure;
}
