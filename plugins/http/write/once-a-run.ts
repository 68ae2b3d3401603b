import { problem, repeatByMethod, withPatience, type Problem } from '#sdk';
import { askJudged } from '../ask-judged.ts';
import { compose } from '../compose.ts';
import { templateOf, type RequestRule } from '../schema/request.ts';
import type { Session } from '../session.ts';
import { scrubFor } from '../verdict.ts';

/**
 * Makes a request that stands before the first batch of a run, or behind its last. It is tried again as a read is; what
 * may have been done only where that does no harm. Throws HTTP_REFUSED, HTTP_UNREACHABLE and OUTCOME_UNKNOWN.
 */
export function askOnceARun(session: Session, rule: RequestRule, word: string, signal: AbortSignal): Promise<void> {
  const { retry, clock, scope, connector } = session;
  const rules = connector.http.errors ?? [];
  const isSafe = repeatByMethod(templateOf(rule).method, rule.headers?.keys ?? []) === 'safe';
  return withPatience({ retry, clock, signal }, async () => {
    const request = await compose(session, rule, {}, scope);
    const made = await askJudged(session, request, { rules, scope, scrub: scrubFor(session), quotes: false }, signal);
    if (made.is !== 'answered') {
      if (made.is === 'lost' && !isSafe) throw unknown(word, made.reason);
      throw problem('HTTP_UNREACHABLE', `${request.url.host} gave no answer to \`${word}\`: ${made.reason}.`, {
        fix: `Check the address of connection ${session.connectionName}, or run again later.`,
      });
    }
    const { verdict } = made;
    if (verdict.is === 'good' || verdict.is === 'done' || verdict.is === 'empty') return;
    if (verdict.is === 'fail') throw verdict.failure;
    if (verdict.is === 'retry') throw verdict.perhapsDone && !isSafe ? unknown(word, verdict.reason) : verdict.failure;
    throw problem('HTTP_REFUSED', `${request.url.host} refuses \`${word}\`: ${verdict.reason}.`, {
      fix: 'Correct the request in the connector.',
    });
  });
}

const unknown = (word: string, reason: string): Problem =>
  problem('OUTCOME_UNKNOWN', `Whether \`${word}\` was done is not known: ${reason}.`, {
    class: 'fatal',
    fix: 'Look at the target, then run again.',
  });
