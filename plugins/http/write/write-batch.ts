import type { HttpAnswer, Outcome, Problem, WriteAnswer, WriteBatch, WriteItem } from '#sdk';
import type { JudgedAnswer } from '../ask-judged.ts';
import type { Session } from '../session.ts';
import type { TargetRule } from '../schema/write.ts';
import { answerNames } from '../verdict.ts';
import { faultAlone, tooLarge } from './body-size.ts';
import { performChain } from './chain.ts';
import { keepFrom } from './keep.ts';
import { documentOf, stepsOf } from './operation.ts';
import { prepareItems, rejection, type Prepared } from './prepare.ts';
import { outcomesOf } from './results.ts';
import { scopeOf, type Sending } from './sending.ts';

/** What writing needs. */
export interface WriteTools {
  session: Session;
  target: TargetRule;
  signal: AbortSignal;
}

/** One attempt at a batch; see `OpenSink.write`. */
export async function writeBatch(tools: WriteTools, batch: WriteBatch): Promise<WriteAnswer> {
  const { session, target, signal } = tools;
  const document = documentOf(target, batch.operation);
  if (!document) throw new TypeError(`the target has no operation ${batch.operation}`);
  const { prepared, refused } = await prepareItems(session, target, document, batch);
  if (prepared.length === 0) return { is: 'answered', outcomes: inOrder(batch, refused, [], prepared) };
  const scope = scopeOf(session, document, prepared, batch.once);
  const sending: Sending = { session, target, document, prepared, scope, answers: {} };
  const failure = await tooLarge(sending);
  if (failure) return allRejected(batch, refused, sending, failure);
  const chained = await performChain(sending, stepsOf(document), signal, batch);
  if (chained.is === 'unmade') return withoutCulprits(tools, batch, refused, sending, chained.failure);
  const answer = chained.is === 'stopped' ? chained.answer : await answerOf(chained.sending, chained.last);
  if (answer.is !== 'answered' || refused.size === 0) return wholeAnswer(batch, refused, prepared, answer);
  return { is: 'answered', outcomes: inOrder(batch, refused, answer.outcomes, prepared) };
}

function allRejected(
  batch: WriteBatch,
  refused: Map<number, Outcome>,
  { session, prepared }: Sending,
  failure: Problem,
): WriteAnswer {
  const outcomes = prepared.map(({ item }) => rejection(failure, session, item));
  return { is: 'answered', outcomes: inOrder(batch, refused, outcomes, prepared) };
}

/** Records of which no request can be made are rejected alone, and the others are sent without them. */
async function withoutCulprits(
  tools: WriteTools,
  batch: WriteBatch,
  refused: Map<number, Outcome>,
  sending: Sending,
  failure: Problem,
): Promise<WriteAnswer> {
  const culprits = new Map(refused);
  for (const one of sending.prepared) {
    const found = sending.prepared.length > 1 ? await faultAlone(sending, one, batch.once) : failure;
    if (found) culprits.set(one.place, rejection(found, tools.session, one.item));
  }
  const isNobodys = culprits.size === refused.size;
  if (isNobodys || culprits.size === batch.items.length) return allRejected(batch, culprits, sending, failure);
  const places = batch.items.flatMap((_item, place) => (culprits.has(place) ? [] : [place]));
  const rest = places.map((place) => batch.items[place] as WriteItem);
  const answer = await writeBatch(tools, { ...batch, items: rest });
  const others = places.map((place) => ({ place }));
  if (answer.is !== 'answered') return wholeAnswer(batch, culprits, others, answer);
  return { is: 'answered', outcomes: inOrder(batch, culprits, answer.outcomes, others) };
}

type Placed = Pick<Prepared, 'place'>;

/** A refusal of what was sent is each one's own where others were not sent with it. */
function wholeAnswer(
  batch: WriteBatch,
  refused: Map<number, Outcome>,
  prepared: readonly Placed[],
  answer: WriteAnswer,
): WriteAnswer {
  if (answer.is !== 'refused' || refused.size === 0) return answer;
  const outcomes = prepared.map((): Outcome => ({ is: 'rejected', code: answer.code, reason: answer.reason }));
  return { is: 'answered', outcomes: inOrder(batch, refused, outcomes, prepared) };
}

function inOrder(
  batch: WriteBatch,
  refused: Map<number, Outcome>,
  outcomes: readonly Outcome[],
  prepared: readonly Placed[],
): Outcome[] {
  const all = new Map<number, Outcome>();
  prepared.forEach(({ place }, index) => all.set(place, outcomes[index] as Outcome));
  for (const [place, outcome] of refused) all.set(place, outcome);
  return batch.items.map((_item, place) => all.get(place) as Outcome);
}

/** Every step was left out: nothing is known that was not known before. */
const nothingToDo = ({ prepared }: Sending): WriteAnswer => ({
  is: 'answered',
  outcomes: prepared.map(({ item }) => ({ is: 'delivered', ...(item.kept ? { kept: item.kept } : {}) })),
});

async function answerOf(sending: Sending, last: JudgedAnswer | undefined): Promise<WriteAnswer> {
  if (!last) return nothingToDo(sending);
  const { answer, verdict } = last;
  if (verdict.is === 'fail') throw verdict.failure;
  if (verdict.is === 'retry') {
    const { reason, afterMs } = verdict;
    return {
      is: verdict.perhapsDone ? 'unanswered' : 'notDone',
      reason,
      ...(afterMs === undefined ? {} : { afterMs }),
    };
  }
  if (verdict.is === 'good' && sending.document.results) {
    return { is: 'answered', outcomes: await outcomesOf(sending, sending.document.results, answer) };
  }
  if (verdict.is === 'good' || verdict.is === 'done' || verdict.is === 'empty') return allDelivered(sending, answer);
  const code = 'HTTP_REJECTED';
  const { reason } = verdict;
  const [only] = sending.prepared;
  if (sending.prepared.length > 1 || !only) return { is: 'refused', code, reason };
  // 404 and 410 say that something is gone only where we hold its id.
  const isHeld = Object.keys(only.item.kept ?? {}).length > 0;
  if (verdict.is === 'gone' && !verdict.byRule && !isHeld) return oneOutcome({ is: 'rejected', code, reason });
  if (verdict.is === 'reject' || verdict.is === 'skip') return oneOutcome({ is: 'rejected', code, reason });
  return oneOutcome({ is: verdict.is, reason, ...(verdict.other === undefined ? {} : { other: verdict.other }) });
}

const oneOutcome = (outcome: Outcome): WriteAnswer => ({ is: 'answered', outcomes: [outcome] });

async function allDelivered(sending: Sending, answer: HttpAnswer): Promise<WriteAnswer> {
  const outcomes: Outcome[] = [];
  for (const { item, scope } of sending.prepared) {
    const names = { ...scope, ...sending.answers, ...answerNames(answer) };
    // What a batch answers as a whole belongs to none of its records.
    const rule = sending.document.batch === undefined ? (sending.document.keep ?? sending.target.keep) : undefined;
    outcomes.push({ is: 'delivered', ...(await keepFrom(sending.session, rule, answer.body, names, item.kept)) });
  }
  return { is: 'answered', outcomes };
}
