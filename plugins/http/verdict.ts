import {
  isProblem,
  problem,
  retryAfterMs,
  scrubber,
  type HttpAnswer,
  type Problem,
  type Scope,
  type Scrub,
} from '#sdk';
import type { ErrorRule } from './schema/errors.ts';
import type { Session } from './session.ts';

/** What an answer means. Reasons are scrubbed. */
export type Verdict =
  | { is: 'good' }
  /** `perhapsDone`: the server failed while it worked on it. */
  | { is: 'retry'; reason: string; afterMs?: number; perhapsDone: boolean; failure: Problem }
  | {
      is: 'exists' | 'done' | 'empty' | 'reject' | 'gone' | 'stale' | 'skip';
      reason: string;
      byRule: boolean;
      other?: string;
    }
  | { is: 'fail'; failure: Problem };

/** `login`: nothing was done, as the login is over; to be done again under a new one. */
export type Judgement = Verdict | { is: 'login'; reason: string; failure: Problem };

/** What judging needs of a session. */
export type Judge = Pick<Session, 'connectionName' | 'env' | 'clock'>;

/** `$status`, `$headers` and `$links` of an answer. */
export const answerNames = ({ status, headers, links }: HttpAnswer): Scope => ({ status, headers, links });

export interface Judged {
  rules: readonly ErrorRule[];
  scope: Scope;
  scrub: Scrub;
  /**
   * May a refusal quote what the API says of itself? Only where it becomes the reject of the records sent: a failed run
   * says no more than a `reason` names, as a body can hold anybody's data.
   */
  quotes: boolean;
}

/** Judges a whole answer: the declared errors, the first that matches; then its status. */
export async function judgeAnswer(session: Judge, answer: HttpAnswer, judged: Judged): Promise<Judgement> {
  try {
    const declared = await judgeByRules(session, answer, answer.body, judged);
    return declared ?? judgeByStatus(session, answer, judged);
  } catch (error) {
    if (!isProblem(error) || error.class !== 'data') throw error;
    throw problem(error.code, `A rule under errors of the connector could not be evaluated: ${error.message}`, {
      class: 'fatal',
      fix: 'Correct the rule in the connector.',
    });
  }
}

/** Judges a body, or the result of one record in it, by the declared errors alone. */
export async function judgeByRules(
  session: Judge,
  answer: HttpAnswer,
  body: unknown,
  { rules, scope, scrub, quotes }: Judged,
): Promise<Judgement | undefined> {
  const names = { ...scope, ...answerNames(answer) };
  for (const rule of rules) {
    if (!(await rule.when.evaluate(body, names, session.env))) continue;
    const said = await rule.reason?.evaluate(body, names, session.env);
    const failsRun = rule.is === 'retry' || rule.is === 'fail' || rule.is === 'login';
    const unsaid = quotes && !failsRun ? defaultReason(answer, body, scrub) : bareReason(answer);
    const reason = said === undefined ? unsaid : scrub(String(said));
    const code = rule.is === 'retry' ? 'HTTP_UNAVAILABLE' : 'HTTP_REFUSED';
    const after = await rule.after?.evaluate(body, names, session.env);
    const afterMs = retryAfterMs(after ?? answer.headers['retry-after'], session.clock.now());
    const failure = problem(code, `${hostOf(answer)} answered: ${reason}`, { ...(afterMs ? { afterMs } : {}) });
    if (rule.is === 'fail') return { is: 'fail', failure };
    if (rule.is === 'login') return { is: 'login', reason, failure: unauthorized(session, answer, reason) };
    if (rule.is === 'exists') {
      const other = await rule.other?.evaluate(body, names, session.env);
      const isNamed = typeof other === 'string' || typeof other === 'number';
      return { is: 'exists', reason, byRule: true, ...(isNamed ? { other: scrub(String(other)) } : {}) };
    }
    if (rule.is !== 'retry') return { is: rule.is, reason, byRule: true };
    return { is: 'retry', reason, perhapsDone: answer.status >= 500, failure, ...(afterMs ? { afterMs } : {}) };
  }
  return undefined;
}

function judgeByStatus(session: Judge, answer: HttpAnswer, { scrub, quotes }: Judged): Judgement {
  const { status } = answer;
  if (status === 401) return { is: 'login', reason: bareReason(answer), failure: unauthorized(session, answer, '401') };
  if (status === 408 || status === 429 || status >= 500) return retryByStatus(session, answer);
  const isPage = answer.kind === 'html' && (status < 400 || status === 403 || status === 404 || status === 410);
  if (isPage || (answer.kind === 'broken' && status < 300)) return { is: 'fail', failure: notJson(session, answer) };
  if (status >= 200 && status < 300) return { is: 'good' };
  if (status < 400) return { is: 'fail', failure: redirected(answer) };
  const is = status === 404 || status === 410 ? 'gone' : 'reject';
  return { is, reason: quotes ? defaultReason(answer, answer.body, scrub) : bareReason(answer), byRule: false };
}

function retryByStatus(session: Judge, answer: HttpAnswer): Verdict {
  const afterMs = retryAfterMs(answer.headers['retry-after'], session.clock.now());
  const reason = bareReason(answer);
  const failure = problem('HTTP_UNAVAILABLE', `${hostOf(answer)} can't serve the request: ${reason}.`, {
    fix: 'Run again later. What the API says of it is told where a rule under `errors` of the connector names it as `reason`.',
    ...(afterMs === undefined ? {} : { afterMs }),
  });
  const perhapsDone = answer.status >= 500;
  return { is: 'retry', reason, perhapsDone, failure, ...(afterMs === undefined ? {} : { afterMs }) };
}

const hostOf = ({ url }: HttpAnswer): string => url.host;

const unauthorized = ({ connectionName }: Judge, answer: HttpAnswer, reason: string): Problem =>
  problem(
    'HTTP_UNAUTHORIZED',
    `${hostOf(answer)} does not accept the login of connection ${connectionName} (${reason}).`,
    {
      nothingDone: true,
      fix: 'Check the secret of the connection in portolan.yaml: it may be wrong, expired or revoked.',
    },
  );

const notJson = ({ connectionName }: Judge, answer: HttpAnswer): Problem =>
  problem(
    'HTTP_NOT_JSON',
    `${hostOf(answer)} answered ${answer.kind === 'html' ? 'a web page' : 'broken JSON'} (status ${answer.status}) where JSON was expected.`,
    { fix: `Check the address of connection ${connectionName}; a login page or a proxy may stand in between.` },
  );

const redirected = (answer: HttpAnswer): Problem =>
  problem('HTTP_STATUS', `${hostOf(answer)} answered ${answer.status}, a redirect, where a result was expected.`, {
    fix: 'Write the final address into the connection or the request.',
  });

/** What the API says of itself, where it is found in one of the usual places. For rejects alone. */
export function defaultReason(answer: HttpAnswer, body: unknown, scrub: Scrub): string {
  const said = answer.kind === 'html' ? undefined : messageIn(body);
  return said === undefined ? bareReason(answer) : `${bareReason(answer)}: ${scrub(said)}`;
}

const bareReason = ({ status }: HttpAnswer): string => `it answered ${status}`;

function messageIn(body: unknown, depth = 0): string | undefined {
  if (typeof body === 'string') return body;
  if (typeof body !== 'object' || body === null || depth > 3) return undefined;
  if (Array.isArray(body)) return messageIn(body[0], depth + 1);
  const map = body as Record<string, unknown>;
  for (const name of ['message', 'error', 'error_description', 'detail', 'title', 'errors', 'reason']) {
    const found = messageIn(map[name], depth + 1);
    if (found) return found;
  }
  return undefined;
}

/** Secrets of the connection and values of these records are blanked. */
export const scrubFor = (session: Session, ...records: unknown[]): Scrub => scrubber(session.secrets, ...records);
