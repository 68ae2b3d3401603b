import {
  isProblem,
  type HttpAnswer,
  type HttpRequest,
  type Outcome,
  type Scope,
  type WriteAnswer,
  type WriteBatch,
} from '#sdk';
import { compose } from '../compose.ts';
import type { Session } from '../session.ts';
import type { OperationDocument, TargetRule } from '../schema/write.ts';
import { answerNames, judgeAnswer, scrubFor, type Verdict } from '../verdict.ts';
import { keepFrom } from './keep.ts';
import { documentOf } from './operation.ts';
import { prepareItems, rejection, type Prepared } from './prepare.ts';
import { outcomesOf } from './results.ts';
import { errorRulesOf, type Sending } from './sending.ts';

/** What writing needs. */
export interface WriteTools {
  session: Session;
  target: TargetRule;
  signal: AbortSignal;
}

/** One attempt at a batch; see `OpenSink.write`. */
export async function writeBatch({ session, target, signal }: WriteTools, batch: WriteBatch): Promise<WriteAnswer> {
  const document = documentOf(target, batch.operation);
  if (!document) throw new TypeError(`the target has no operation ${batch.operation}`);
  const { prepared, refused } = await prepareItems(session, target, document, batch);
  if (prepared.length === 0) return { is: 'answered', outcomes: inOrder(batch, refused, [], prepared) };
  const sending: Sending = {
    session,
    target,
    document,
    prepared,
    scope: requestScope(session, document, prepared, batch),
  };
  const answer = await send(sending, signal);
  if (answer.is !== 'answered' || refused.size === 0) return wholeAnswer(batch, refused, prepared, answer);
  return { is: 'answered', outcomes: inOrder(batch, refused, answer.outcomes, prepared) };
}

/** A refusal of what was sent is each one's own where others were not sent with it. */
function wholeAnswer(
  batch: WriteBatch,
  refused: Map<number, Outcome>,
  prepared: readonly Prepared[],
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
  prepared: readonly Prepared[],
): Outcome[] {
  const all = new Map(refused);
  prepared.forEach(({ place }, index) => all.set(place, outcomes[index] as Outcome));
  return batch.items.map((_item, place) => all.get(place) as Outcome);
}

function requestScope(
  session: Session,
  document: OperationDocument,
  prepared: readonly Prepared[],
  { once }: WriteBatch,
): Scope {
  const items = prepared.map(({ body }) => body);
  const [first] = prepared;
  // A request for a batch has no single record to name.
  if (document.batch !== undefined || !first) return { ...session.scope, once, items };
  return { ...first.scope, items, item: first.body };
}

/** What expressions of the request look at: the record, or of a batch only the field that it shares. */
function requestInput({ document, prepared }: Sending): unknown {
  const record = prepared[0]?.item.record ?? {};
  if (document.batch === undefined) return record;
  const by = typeof document.batch === 'number' ? undefined : document.batch.by;
  return by === undefined ? {} : { [by]: record[by] };
}

async function send(sending: Sending, signal: AbortSignal): Promise<WriteAnswer> {
  const { session, document, prepared, scope } = sending;
  let request: HttpRequest;
  try {
    request = await compose(session, document.request, requestInput(sending), scope);
  } catch (error) {
    if (!isProblem(error) || error.class !== 'data') throw error;
    return { is: 'answered', outcomes: prepared.map(({ item }) => rejection(error, session, item)) };
  }
  const exchange = await session.exchange(request, signal);
  if (exchange.is !== 'answered') {
    return { is: exchange.is === 'notSent' ? 'notDone' : 'unanswered', reason: exchange.reason };
  }
  const { answer } = exchange;
  const scrub = scrubFor(session, ...prepared.map(({ item, body }) => [item.record, body]));
  const verdict = await judgeAnswer(session, answer, { rules: errorRulesOf(sending), scope, scrub, quotes: true });
  return answerOf(sending, answer, verdict);
}

async function answerOf(sending: Sending, answer: HttpAnswer, verdict: Verdict): Promise<WriteAnswer> {
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
  if (verdict.is === 'reject') return oneOutcome({ is: 'rejected', code, reason });
  return oneOutcome({ is: verdict.is, reason, ...(verdict.other === undefined ? {} : { other: verdict.other }) });
}

const oneOutcome = (outcome: Outcome): WriteAnswer => ({ is: 'answered', outcomes: [outcome] });

async function allDelivered(sending: Sending, answer: HttpAnswer): Promise<WriteAnswer> {
  const outcomes: Outcome[] = [];
  for (const { item, scope } of sending.prepared) {
    const names = { ...scope, ...answerNames(answer) };
    // What a batch answers as a whole belongs to none of its records.
    const rule = sending.document.batch === undefined ? (sending.document.keep ?? sending.target.keep) : undefined;
    outcomes.push({ is: 'delivered', ...(await keepFrom(sending.session, rule, answer.body, names, item.kept)) });
  }
  return { is: 'answered', outcomes };
}
