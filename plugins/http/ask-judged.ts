import { problem, type Failure, type HttpAnswer } from '#sdk';
import type { ApiRequest } from './compose.ts';
import type { Session } from './session.ts';
import { judgeAnswer, type Judged, type Verdict } from './verdict.ts';

/** An answer and what it means. */
export interface JudgedAnswer {
  is: 'answered';
  answer: HttpAnswer;
  verdict: Verdict;
}

/**
 * One attempt, judged. Where the answer says that the login is over, a new one is made and the request once more; a
 * second such answer fails the run.
 */
export async function askJudged(
  session: Session,
  request: ApiRequest,
  judged: Judged,
  signal: AbortSignal,
): Promise<JudgedAnswer | Failure> {
  for (let isSecond = false; ; isSecond = true) {
    const exchange = await session.exchange(request, signal);
    if (exchange.is !== 'answered') return exchange;
    const { answer, serial } = exchange;
    const verdict = await judgeAnswer(session, answer, judged);
    if (verdict.is !== 'login') return { is: 'answered', answer, verdict };
    if (isSecond || !session.distrust(serial)) {
      const failure = isSecond ? stillRefused(session, answer) : verdict.failure;
      return { is: 'answered', answer, verdict: { is: 'fail', failure } };
    }
  }
}

const stillRefused = ({ connectionName }: Session, { url }: HttpAnswer) =>
  problem(
    'HTTP_UNAUTHORIZED',
    `${url.host} does not accept what connection ${connectionName} has just logged in with.`,
    {
      nothingDone: true,
      fix: 'Check the rights of the account, and how `use` of the connector carries the session.',
    },
  );
