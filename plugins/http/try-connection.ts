import { problem, type OpenContext, type Scope, type Trial } from '#sdk';
import { askJudged } from './ask-judged.ts';
import { compose } from './compose.ts';
import type { Connector } from './document.ts';
import { openSession, type Session } from './session.ts';
import { answerNames, scrubFor } from './verdict.ts';

/**
 * The document's `test:`, asked once; without one, whether the login is accepted. Undefined where there is neither.
 * Throws HTTP_UNREACHABLE, HTTP_REJECTED and what the login throws.
 */
export async function tryConnection(connector: Connector, context: OpenContext<unknown>): Promise<Trial | undefined> {
  const session = await openSession(connector, context);
  try {
    if (!connector.test) return await newLogin(session);
    const { request: rule, show } = connector.test;
    const request = await compose(session, rule, {}, session.scope);
    const judged = { rules: connector.http.errors ?? [], scope: session.scope, scrub: scrubFor(session), quotes: true };
    const exchange = await askJudged(session, request, judged, context.signal);
    if (exchange.is !== 'answered') {
      throw problem('HTTP_UNREACHABLE', `${request.url.host} gave no answer: ${exchange.reason}.`, {
        fix: `Check the address of connection ${session.connectionName}.`,
      });
    }
    const { answer, verdict } = exchange;
    if (verdict.is === 'fail' || verdict.is === 'retry') throw verdict.failure;
    if ('reason' in verdict) throw problem('HTTP_REJECTED', verdict.reason, { class: 'fatal' });
    const scope: Scope = { ...session.scope, ...answerNames(answer) };
    const shown = await show?.evaluate(answer.body, scope, session.env);
    return shown === undefined ? {} : { shows: String(shown) };
  } finally {
    await session.close();
  }
}

/** A login that is remembered says nothing of the secret that stands in the workspace now. */
async function newLogin(session: Session): Promise<Trial | undefined> {
  const { serial } = await session.access();
  if (!session.distrust(serial)) return undefined;
  await session.access();
  return {};
}
