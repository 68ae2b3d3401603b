import { problem, withPatience, type Fields, type OpenCall, type OpenContext, type Scope } from '#sdk';
import { askJudged } from '../ask-judged.ts';
import { compose, type ApiRequest } from '../compose.ts';
import type { Connector } from '../document.ts';
import type { CallRule } from '../schema/call.ts';
import { openSession, type Session } from '../session.ts';
import { answerNames, scrubFor } from '../verdict.ts';
import { repeatOf } from '../write/operation.ts';

/** Requests in flight at once where no `limit` says otherwise. */
const defaultConcurrency = 4;

/** Opens the declared operation of that name. */
export async function openCall(
  connector: Connector,
  rule: CallRule,
  name: string,
  context: OpenContext<unknown>,
): Promise<OpenCall> {
  const session = await openSession(connector, context, name);
  return {
    concurrency: session.concurrency ?? defaultConcurrency,
    perform: (parameters, once, signal) => perform({ session, rule, context, signal }, parameters, once),
    close: () => session.close(),
  };
}

interface Calling {
  session: Session;
  rule: CallRule;
  context: OpenContext<unknown>;
  signal: AbortSignal;
}

async function perform(calling: Calling, parameters: Fields, once: string): Promise<unknown> {
  const { session, rule, context, signal } = calling;
  const scope: Scope = { ...session.scope, with: parameters, once };
  const request = await compose(session, rule.request, {}, scope);
  const waiting = (failure: Error, delayMs: number): void =>
    context.note(`${failure.message} Trying again in ${Math.round(delayMs / 100) / 10} s.`);
  return withPatience({ retry: session.retry, clock: session.clock, signal, waiting }, () =>
    attempt(calling, request, scope),
  );
}

/** One attempt. A refusal is the record's own fault; what may have been done is not tried again unless that is safe. */
async function attempt({ session, rule, signal }: Calling, request: ApiRequest, scope: Scope): Promise<unknown> {
  const isSafe = repeatOf(rule) === 'safe';
  const rules = [...(rule.errors ?? []), ...(session.connector.http.errors ?? [])];
  const judged = { rules, scope, scrub: scrubFor(session, scope.with), quotes: true };
  const exchange = await askJudged(session, request, judged, signal);
  if (exchange.is !== 'answered') {
    if (exchange.is === 'lost' && !isSafe) throw unknownOutcome(exchange.reason);
    throw problem('HTTP_UNREACHABLE', `${request.url.host} gave no answer: ${exchange.reason}.`, {
      fix: `Check the address of connection ${session.connectionName}, or run again later.`,
    });
  }
  const { answer, verdict } = exchange;
  if (verdict.is === 'fail') throw verdict.failure;
  if (verdict.is === 'retry') throw verdict.perhapsDone && !isSafe ? unknownOutcome(verdict.reason) : verdict.failure;
  if (verdict.is === 'empty') return undefined;
  if (verdict.is !== 'good' && verdict.is !== 'done') throw problem('HTTP_REJECTED', verdict.reason);
  if (!rule.records) return answer.body;
  return rule.records.evaluate(answer.body, { ...scope, ...answerNames(answer) }, session.env);
}

const unknownOutcome = (reason: string) => problem('OUTCOME_UNKNOWN', `outcome unknown: ${reason}`, { class: 'data' });
