import type { BatchJournal, OpenSink, OperationRule, WriteBatch } from '../../connect/sdk/index.ts';
import type { Clock } from '../../model/clock.ts';
import { counted } from '../../model/counted.ts';
import { isProblem, problem } from '../../model/problem.ts';
import type { Operation, Outcome, WriteItem } from '../../model/record.ts';
import { newAttempts, type Attempts } from './attempts.ts';
import { inRequests } from './requests.ts';
import { createAgain, findAgain, outcomeUnknown, resolveByFind, resolveConflict, type Resend } from './resolve.ts';
import type { Final } from './work.ts';

/** What sending needs of the run. */
export interface SendTools {
  sink: OpenSink;
  /** Name of the sink, for problems. */
  name: string;
  clock: Clock;
  /** Ends requests in flight: some time after the run was cancelled (S23). */
  signal: AbortSignal;
  /** The run was cancelled: nothing more is waited for. */
  stopped: AbortSignal;
  /** Remembers a request before it is made (S9). */
  openIntent(once: string, operation: Operation, items: WriteItem[]): Promise<void>;
  newId(): string;
  /** What is remembered of a batch between its requests, by its intent. */
  journalOf(once: string): BatchJournal;
  reached?(label: string): void;
}

/**
 * Sends one batch until each item has a fate. A sink's retries have one owner, and it is here (S24): what was certainly
 * not done or is declared safe is sent again, a lost answer is looked up or given up by the operation's `repeat` (S9), a
 * batch refused whole is halved only where that is declared to do nothing.
 *
 * Throws a transient problem when attempts are used up: the run fails and its records stay unsettled.
 */
export async function sendBatch(
  tools: SendTools,
  operation: Operation,
  items: WriteItem[],
  once: string,
  attempts: Attempts = attemptsAt(tools),
): Promise<Final[]> {
  const rule = ruleOf(tools.sink, operation);
  if (!rule) {
    const reason = `The target ${tools.name} has no operation ${operation}`;
    return items.map(() => ({ is: 'rejected', code: 'TARGET_LACKS_OPERATION', reason }));
  }
  const resend = resendWith(tools, attempts);
  const journal = tools.journalOf(once);
  let isInDoubt = false;
  for (;;) {
    const answer = await tools.sink.write({ once, operation, items, journal }, tools.signal).catch((error: unknown) => {
      throw isInDoubt ? doubtful(error) : error;
    });
    tools.reached?.('answered');
    switch (answer.is) {
      case 'answered':
        return settleOutcomes(tools, { once, operation, items }, answer.outcomes, attempts);
      case 'refused':
        if (rule.atomic && items.length > 1) return sendHalves(tools, operation, items);
        return items.map(() => ({ is: 'rejected', code: answer.code, reason: answer.reason }));
      case 'notDone':
        await attempts.wait(answer.reason, answer.afterMs, !isInDoubt);
        continue;
      case 'unanswered':
        if (rule.repeat === 'never') return items.map(() => outcomeUnknown(answer.reason));
        isInDoubt = true;
        await attempts.wait(answer.reason, answer.afterMs);
        if (rule.repeat === 'safe') continue;
        return resolveByFind(tools, operation, items, attempts, resend);
    }
  }
}

/** The same failure, no longer saying that nothing was done. */
const doubtful = (error: unknown): unknown =>
  isProblem(error) && error.nothingDone ? Object.assign(error, { nothingDone: false }) : error;

/** Attempts for a new batch. */
export const attemptsAt = ({ sink, name, clock, stopped }: SendTools): Attempts =>
  newAttempts(name, sink.retry, clock, stopped);

/** The rule for an operation; `upsert` stands for create and update. */
export function ruleOf(sink: OpenSink, operation: Operation): OperationRule | undefined {
  return sink.rules[operation] ?? (operation === 'create' || operation === 'update' ? sink.rules.upsert : undefined);
}

async function sendHalves(tools: SendTools, operation: Operation, items: WriteItem[]): Promise<Final[]> {
  const middle = Math.ceil(items.length / 2);
  const finals: Final[] = [];
  for (const half of [items.slice(0, middle), items.slice(middle)]) {
    finals.push(...(await resendWith(tools, attemptsAt(tools))(operation, half)));
  }
  return finals;
}

/** Other requests than before: each under a key and an intent of its own, out of the same attempts. */
export function resendWith(tools: SendTools, attempts: Attempts): Resend {
  return async (operation, items) => {
    if (!attempts.takeTurn()) {
      const reason = 'The target answered otherwise each time that it was asked';
      return items.map(() => ({ is: 'rejected', code: 'TARGET_STALE', reason }));
    }
    // Another operation may take fewer records at once than the one that was sent.
    const requests = await inRequests(ruleOf(tools.sink, operation), items, (item) => item);
    const finals = new Map<WriteItem, Final>();
    for (const request of requests) {
      const once = tools.newId();
      await tools.openIntent(once, operation, request);
      const own = requests.length > 1 ? attempts.fork() : attempts;
      // Others of the batch have their answers already: what fails here leaves those to be looked up.
      const sent = await sendBatch(tools, operation, request, once, own).catch((error: unknown) => {
        throw doubtful(error);
      });
      request.forEach((item, index) => finals.set(item, sent[index] as Final));
    }
    return items.map((item) => finals.get(item) as Final);
  };
}

async function settleOutcomes(
  tools: SendTools,
  { once, operation, items }: Pick<WriteBatch, 'once' | 'operation' | 'items'>,
  outcomes: Outcome[],
  attempts: Attempts,
): Promise<Final[]> {
  if (outcomes.length !== items.length) {
    throw problem(
      'SINK_ANSWER_COUNT',
      `${tools.name} answered ${counted(outcomes.length, 'outcome')} for ${counted(items.length, 'record')}`,
    );
  }
  const resend = resendWith(tools, attempts);
  const finals: (Final | undefined)[] = outcomes.map((outcome, place) => {
    if (outcome.is === 'pending') return { is: 'pending', intent: once, place, item: items[place] as WriteItem };
    return outcome.is === 'delivered' || outcome.is === 'rejected' ? outcome : undefined;
  });
  const settle = async <Is extends Outcome['is']>(
    is: Is,
    resolve: (open: WriteItem[], told: Extract<Outcome, { is: Is }>[]) => Promise<Final[]>,
  ): Promise<void> => {
    const places = outcomes.flatMap((outcome, index) => (outcome.is === is ? [index] : []));
    if (places.length === 0) return;
    const told = places.map((place) => outcomes[place] as Extract<Outcome, { is: Is }>);
    const resolved = await resolve(
      places.map((place) => items[place] as WriteItem),
      told,
    );
    places.forEach((place, index) => (finals[place] = resolved[index]));
  };
  await settle('exists', (open, told) => resolveConflict(tools, open, told, attempts, resend));
  await settle('gone', (open, [first]) => createAgain(tools, operation, open, first?.reason ?? '', resend));
  await settle('stale', (open, [first]) => findAgain(tools, operation, open, first?.reason ?? '', attempts, resend));
  await settle('unknown', async (open, [first]) => {
    const repeat = ruleOf(tools.sink, operation)?.repeat ?? 'never';
    if (repeat === 'never') return open.map(() => outcomeUnknown(first?.reason ?? ''));
    await attempts.wait(first?.reason ?? '');
    return repeat === 'safe' ? resend(operation, open) : resolveByFind(tools, operation, open, attempts, resend);
  });
  await settle('retry', async (open, told) => {
    const waits = told.flatMap(({ afterMs }) => (afterMs === undefined ? [] : [afterMs]));
    if (await attempts.waitIfLeft(waits.length > 0 ? Math.max(...waits) : undefined)) return resend(operation, open);
    const reason = `The target put the record off until attempts were used up: ${told[0]?.reason ?? ''}`;
    return open.map(() => ({ is: 'rejected', code: 'TARGET_RETRY_EXHAUSTED', reason }));
  });
  return finals as Final[];
}
