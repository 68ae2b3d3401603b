import type { OpenSink, OperationRule, RetryRule } from '../../connect/sdk/index.ts';
import { isProblem, problem } from '../../model/problem.ts';
import type { Found, Operation, Outcome, WriteItem } from '../../model/record.ts';
import type { Clock } from '../../model/clock.ts';
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
  reached?(label: string): void;
}

/**
 * Sends one batch until each item has a fate. Retries have one owner, and it is here (S24): what was certainly not done
 * or is declared safe is sent again, a lost answer is looked up or given up by the operation's `repeat` (S9), a batch
 * refused whole is halved only where that is declared to do nothing.
 *
 * Throws a transient problem when attempts are used up: the run fails and its records stay unsettled.
 */
export async function sendBatch(
  tools: SendTools,
  operation: Operation,
  items: WriteItem[],
  once: string,
): Promise<Final[]> {
  const rule = ruleOf(tools.sink, operation);
  if (!rule) {
    return items.map(() => ({
      is: 'rejected',
      code: 'TARGET_LACKS_OPERATION',
      reason: `The target ${tools.name} has no operation ${operation}`,
    }));
  }
  const pace = newPace(tools);
  for (;;) {
    const answer = await tools.sink.write({ once, operation, items }, tools.signal);
    tools.reached?.('answered');
    switch (answer.is) {
      case 'answered':
        return settleOutcomes(tools, operation, items, answer.outcomes, pace);
      case 'refused':
        if (rule.atomic && items.length > 1) return sendHalves(tools, operation, items);
        return items.map(() => ({ is: 'rejected', code: answer.code, reason: answer.reason }));
      case 'notDone':
        await pace.wait(answer.reason, answer.afterMs);
        continue;
      case 'unanswered':
        if (rule.repeat === 'never') return items.map(() => outcomeUnknown(answer.reason));
        await pace.wait(answer.reason, answer.afterMs);
        if (rule.repeat === 'safe') continue;
        return resolveByFind(tools, operation, items);
    }
  }
}

/** The rule for an operation; `upsert` stands for create and update. */
export function ruleOf(sink: OpenSink, operation: Operation): OperationRule | undefined {
  return sink.rules[operation] ?? (operation === 'create' || operation === 'update' ? sink.rules.upsert : undefined);
}

export const outcomeUnknown = (reason: string): Final => ({
  is: 'rejected',
  code: 'OUTCOME_UNKNOWN',
  reason: `No answer came, and the target can't be asked whether it was done: a person has to look (${reason})`,
  inDoubt: true,
});

async function sendHalves(tools: SendTools, operation: Operation, items: WriteItem[]): Promise<Final[]> {
  const middle = Math.ceil(items.length / 2);
  const finals: Final[] = [];
  for (const half of [items.slice(0, middle), items.slice(middle)])
    finals.push(...(await sendAnew(tools, operation, half)));
  return finals;
}

/** Another request than before: under a key and an intent of its own. */
async function sendAnew(tools: SendTools, operation: Operation, items: WriteItem[]): Promise<Final[]> {
  const once = tools.newId();
  await tools.openIntent(once, operation, items);
  return sendBatch(tools, operation, items, once);
}

interface Pace {
  /** Waits before the next attempt; throws when attempts or time are used up. */
  wait(reason: string, afterMs?: number): Promise<void>;
  /** False when attempts or time are used up. */
  mayTryAgain(): boolean;
}

function newPace({ sink, name, clock, stopped }: SendTools): Pace {
  const began = clock.monotonic();
  let attempts = 1;
  const mayTryAgain = (): boolean => attempts < sink.retry.attempts && clock.monotonic() - began < sink.retry.withinMs;
  return {
    mayTryAgain,
    async wait(reason, afterMs) {
      if (!mayTryAgain()) {
        throw problem('TARGET_UNAVAILABLE', `${name} did not take the request in ${attempts} attempts: ${reason}`, {
          fix: 'Run again when the target is back; what was delivered is remembered, the rest is taken by the next run.',
        });
      }
      await clock.sleep(Math.min(afterMs ?? backoffMs(sink.retry, attempts), sink.retry.withinMs), stopped);
      attempts++;
    },
  };
}

/** Exponential with full jitter between `fromMs` and the bound. */
export function backoffMs(retry: RetryRule, attempt: number, random: () => number = Math.random): number {
  const bound = Math.min(retry.toMs, retry.fromMs * 2 ** (attempt - 1));
  return retry.fromMs + random() * Math.max(0, bound - retry.fromMs);
}

async function settleOutcomes(
  tools: SendTools,
  operation: Operation,
  items: WriteItem[],
  outcomes: Outcome[],
  pace: Pace,
): Promise<Final[]> {
  if (outcomes.length !== items.length) {
    throw problem(
      'SINK_ANSWER_COUNT',
      `${tools.name} answered ${outcomes.length} outcomes for ${items.length} records`,
      { class: 'bug' },
    );
  }
  const finals: (Final | undefined)[] = outcomes.map((outcome) =>
    outcome.is === 'delivered' || outcome.is === 'rejected' ? outcome : undefined,
  );
  const fill = async (
    which: (outcome: Outcome) => boolean,
    resolve: (open: WriteItem[]) => Promise<Final[]>,
  ): Promise<void> => {
    const places = outcomes.flatMap((outcome, index) => (which(outcome) ? [index] : []));
    if (places.length === 0) return;
    const resolved = await resolve(places.map((place) => items[place] as WriteItem));
    places.forEach((place, index) => (finals[place] = resolved[index]));
  };
  const reasonOf = (is: Outcome['is']): string =>
    outcomes.find((outcome): outcome is Extract<Outcome, { reason: string }> => outcome.is === is)?.reason ?? '';

  await fill(
    (outcome) => outcome.is === 'exists',
    (open) => resolveConflict(tools, open, reasonOf('exists')),
  );
  await fill(
    (outcome) => outcome.is === 'gone',
    (open) => createAgain(tools, operation, open, reasonOf('gone')),
  );
  await fill(
    (outcome) => outcome.is === 'stale',
    (open) => findAgain(tools, operation, open, reasonOf('stale')),
  );
  await fill(
    (outcome) => outcome.is === 'unknown',
    (open) => resolveUnknown(tools, operation, open, reasonOf('unknown'), pace),
  );
  await fill(
    (outcome) => outcome.is === 'retry',
    (open) => tryAgain(tools, operation, open, outcomes, pace),
  );
  return finals as Final[];
}

/** The records that the target asked to send again: alone, under a new key, as long as attempts last. */
async function tryAgain(
  tools: SendTools,
  operation: Operation,
  items: WriteItem[],
  outcomes: Outcome[],
  pace: Pace,
): Promise<Final[]> {
  const asked = outcomes.filter((outcome) => outcome.is === 'retry');
  const reason = asked[0]?.reason ?? '';
  if (!pace.mayTryAgain())
    return items.map(() => ({
      is: 'rejected',
      code: 'TARGET_RETRY_EXHAUSTED',
      reason: `The target put the record off until attempts were used up: ${reason}`,
    }));
  await pace.wait(
    reason,
    asked.reduce<number | undefined>(
      (longest, { afterMs }) => (afterMs === undefined ? longest : Math.max(longest ?? 0, afterMs)),
      undefined,
    ),
  );
  const once = tools.newId();
  await tools.openIntent(once, operation, items);
  const answer = await tools.sink.write({ once, operation, items }, tools.signal);
  if (answer.is === 'answered') return settleOutcomes(tools, operation, items, answer.outcomes, pace);
  // Anything but an answer for each record is the business of a whole batch again.
  return sendAnew(tools, operation, items);
}

async function resolveUnknown(
  tools: SendTools,
  operation: Operation,
  items: WriteItem[],
  reason: string,
  pace: Pace,
): Promise<Final[]> {
  const repeat = ruleOf(tools.sink, operation)?.repeat ?? 'never';
  if (repeat === 'never') return items.map(() => outcomeUnknown(reason));
  await pace.wait(reason);
  return repeat === 'safe' ? sendAnew(tools, operation, items) : resolveByFind(tools, operation, items);
}

/**
 * The target is asked who of these it knows. A create that is found was done: adopted. An update that is found is sent
 * again, as it sets a state. Who is not found is sent.
 */
export async function resolveByFind(tools: SendTools, operation: Operation, items: WriteItem[]): Promise<Final[]> {
  const found = await ask(tools, items);
  const finals: (Final | undefined)[] = found.map((answer) => {
    if (answer.is === 'ambiguous') return ambiguous(answer);
    return answer.is === 'found' && operation === 'create' ? { is: 'delivered', kept: answer.kept } : undefined;
  });
  const places = finals.flatMap((final, index) => (final ? [] : [index]));
  if (places.length > 0) {
    const sent = await sendAnew(
      tools,
      operation,
      places.map((place) => withKept(items[place] as WriteItem, found[place] as Found)),
    );
    places.forEach((place, index) => (finals[place] = sent[index]));
  }
  return finals as Final[];
}

/** S10: a create that is a duplicate. Our key: adopted and brought to what we hold; another's: rejected. */
async function resolveConflict(tools: SendTools, items: WriteItem[], reason: string): Promise<Final[]> {
  const others = (): Final => ({
    is: 'rejected',
    code: 'DUPLICATE_AT_TARGET',
    reason: `The target holds another record with the same value: ${reason}`,
  });
  if (!tools.sink.find) return items.map(others);
  const found = await ask(tools, items);
  const ours = items.flatMap((item, index) => (found[index]?.is === 'found' ? [withKept(item, found[index])] : []));
  const updated =
    ours.length > 0 && ruleOf(tools.sink, 'update')
      ? await sendAnew(tools, 'update', ours)
      : ours.map((item): Final => ({ is: 'delivered', ...(item.kept ? { kept: item.kept } : {}) }));
  let next = 0;
  return items.map((_item, index) => {
    const answer = found[index] as Found;
    if (answer.is === 'ambiguous') return ambiguous(answer);
    if (answer.is === 'absent') return others();
    const final = updated[next++] as Final;
    return final.is === 'delivered' ? { is: 'delivered', kept: { ...answer.kept, ...final.kept } } : final;
  });
}

/** What we kept is no longer known there: an update becomes a create; nothing else can be done to nobody. */
async function createAgain(
  tools: SendTools,
  operation: Operation,
  items: WriteItem[],
  reason: string,
): Promise<Final[]> {
  if (operation === 'missing') return items.map(() => ({ is: 'delivered' }));
  if (!ruleOf(tools.sink, 'create'))
    return items.map(() => ({
      is: 'rejected',
      code: 'TARGET_FORGOT',
      reason: `The target no longer knows the record: ${reason}`,
    }));
  return sendAnew(
    tools,
    'create',
    items.map(({ kept: _kept, ...item }) => ({ ...item, operation: 'create' })),
  );
}

async function findAgain(tools: SendTools, operation: Operation, items: WriteItem[], reason: string): Promise<Final[]> {
  const stale = (): Final => ({
    is: 'rejected',
    code: 'TARGET_STALE',
    reason: `The record changed at the target meanwhile: ${reason}`,
  });
  if (!tools.sink.find) return items.map(stale);
  const found = await ask(tools, items);
  const known = items.flatMap((item, index) => (found[index]?.is === 'found' ? [withKept(item, found[index])] : []));
  if (known.length === 0) return items.map(stale);
  const once = tools.newId();
  await tools.openIntent(once, operation, known);
  const answer = await tools.sink.write({ once, operation, items: known }, tools.signal);
  let next = 0;
  return items.map((_item, index) => {
    if (found[index]?.is !== 'found') return stale();
    const place = next++;
    const outcome = answer.is === 'answered' ? answer.outcomes[place] : undefined;
    return outcome?.is === 'delivered' || outcome?.is === 'rejected' ? outcome : stale();
  });
}

/** Asks with the sink's own patience; a target that can't be asked fails the run. */
export async function ask(tools: SendTools, items: WriteItem[]): Promise<Found[]> {
  const { find } = tools.sink;
  if (!find)
    throw problem('TARGET_CANNOT_FIND', `${tools.name} says \`repeat: find\` and has no find`, { class: 'fatal' });
  const pace = newPace(tools);
  for (;;) {
    try {
      return await find.call(tools.sink, items, tools.signal);
    } catch (error) {
      if (!isProblem(error) || error.class !== 'transient') throw error;
      await pace.wait(error.message, error.afterMs);
    }
  }
}

const ambiguous = (answer: Extract<Found, { is: 'ambiguous' }>): Final => ({
  is: 'rejected',
  code: 'TARGET_AMBIGUOUS',
  reason: answer.reason,
});

const withKept = (item: WriteItem, found: Found): WriteItem =>
  found.is === 'found' ? { ...item, kept: { ...item.kept, ...found.kept } } : item;
