import { problem, withPatience, type Expression, type HttpAnswer, type Scope } from '#sdk';
import { askJudged } from '../ask-judged.ts';
import type { ApiRequest } from '../compose.ts';
import type { ErrorRule } from '../schema/errors.ts';
import type { Session } from '../session.ts';
import { answerNames, scrubFor } from '../verdict.ts';

export interface Asked {
  answer: HttpAnswer;
  /** A declared error says that there are no records. */
  isEmpty: boolean;
  /** Not records but word that a read has expired, or that this parent's can't be had. */
  instead?: 'expired' | 'skipped';
}

export interface AskTools {
  session: Session;
  rules: readonly ErrorRule[];
  scope: Scope;
  signal: AbortSignal;
  /** Says of an answer that the API does not know where the last read ended. */
  expired?: Expression;
  /** The request is one parent's, which may be skipped. */
  maySkip?: boolean;
}

/**
 * One attempt at a request whose answer must be good. Throws HTTP_UNREACHABLE and HTTP_UNAVAILABLE (transient), and what
 * fails a run.
 */
export async function askOnce(tools: AskTools, request: ApiRequest): Promise<Asked> {
  const { session, rules, scope, signal } = tools;
  const judged = { rules, scope, scrub: scrubFor(session, scope.item), quotes: false };
  const exchange = await askJudged(session, request, judged, signal);
  if (exchange.is !== 'answered') {
    throw problem('HTTP_UNREACHABLE', `${request.url.host} gave no answer: ${exchange.reason}.`, {
      fix: `Check the address of connection ${session.connectionName}, or run again later.`,
    });
  }
  const { answer, verdict } = exchange;
  const { expired, maySkip } = tools;
  const isGood = verdict.is === 'good';
  if (!isGood) answer.stream?.discard();
  if (await expired?.evaluate(answer.body, { ...scope, ...answerNames(answer) }, session.env)) {
    answer.stream?.discard();
    return { answer, isEmpty: true, instead: 'expired' };
  }
  if (verdict.is === 'good' || verdict.is === 'empty') return { answer, isEmpty: verdict.is === 'empty' };
  if (verdict.is === 'skip' && maySkip) return { answer, isEmpty: true, instead: 'skipped' };
  if (verdict.is === 'fail' || verdict.is === 'retry') throw verdict.failure;
  throw problem(
    verdict.byRule ? 'HTTP_REFUSED' : 'HTTP_STATUS',
    `${answer.url.host} refused ${request.method} ${request.url.pathname}: ${verdict.reason}.`,
    { fix: 'Check the rights of the login, and the request in the connector.' },
  );
}

/** As {@link askOnce}, repeated by the connector's `retry` (S24: a source's retries are its own). */
export function askPatiently(tools: AskTools, request: ApiRequest, note: (message: string) => void): Promise<Asked> {
  const { session, signal } = tools;
  const waiting = (failure: Error, delayMs: number): void =>
    note(`${failure.message} Trying again in ${Math.round(delayMs / 100) / 10} s.`);
  return withPatience({ retry: session.retry, clock: session.clock, signal, waiting }, () => askOnce(tools, request));
}
