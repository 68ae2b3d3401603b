import { problem, withPatience, type HttpAnswer, type HttpRequest, type Scope } from '#sdk';
import type { ErrorRule } from '../schema/errors.ts';
import type { Session } from '../session.ts';
import { judgeAnswer, scrubFor } from '../verdict.ts';

export interface Asked {
  answer: HttpAnswer;
  /** A declared error says that there are no records. */
  isEmpty: boolean;
}

export interface AskTools {
  session: Session;
  rules: readonly ErrorRule[];
  scope: Scope;
  signal: AbortSignal;
}

/**
 * One attempt at a request whose answer must be good. Throws HTTP_UNREACHABLE and HTTP_UNAVAILABLE (transient), and what
 * fails a run.
 */
export async function askOnce(tools: AskTools, request: HttpRequest): Promise<Asked> {
  const { session, rules, scope, signal } = tools;
  const exchange = await session.exchange(request, signal);
  if (exchange.is !== 'answered') {
    throw problem('HTTP_UNREACHABLE', `${request.url.host} gave no answer: ${exchange.reason}.`, {
      fix: `Check the address of connection ${session.connectionName}, or run again later.`,
    });
  }
  const { answer } = exchange;
  const scrub = scrubFor(session, scope.item);
  const verdict = await judgeAnswer(session, answer, { rules, scope, scrub, quotes: false });
  if (verdict.is === 'good') return { answer, isEmpty: false };
  if (verdict.is === 'empty') return { answer, isEmpty: true };
  if (verdict.is === 'fail' || verdict.is === 'retry') throw verdict.failure;
  throw problem(
    verdict.byRule ? 'HTTP_REFUSED' : 'HTTP_STATUS',
    `${answer.url.host} refused ${request.method} ${request.url.pathname}: ${verdict.reason}.`,
    { fix: 'Check the rights of the login, and the request in the connector.' },
  );
}

/** As {@link askOnce}, repeated by the connector's `retry` (S24: a source's retries are its own). */
export function askPatiently(tools: AskTools, request: HttpRequest, note: (message: string) => void): Promise<Asked> {
  const { session, signal } = tools;
  const waiting = (failure: Error, delayMs: number): void =>
    note(`${failure.message} Trying again in ${Math.round(delayMs / 100) / 10} s.`);
  return withPatience({ retry: session.retry, clock: session.clock, signal, waiting }, () => askOnce(tools, request));
}
