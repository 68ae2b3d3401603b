import {
  judgeHost,
  openHttpClient,
  problem,
  scrubber,
  withPatience,
  type Clock,
  type ConnectionTransport,
  type Environment,
  type HttpAnswer,
  type HttpLimits,
  type HttpRequest,
  type LoginState,
  type OpenContext,
  type Problem,
  type RetryRule,
  type Scope,
} from '#sdk';
import { judgeAnswer } from '../verdict.ts';
import type { Transport } from '../schema/transport.ts';
import type { Cookies } from './cookies.ts';
import { expiresAt } from './expires-at.ts';

/** A request of a login. */
export interface LoginRequest {
  request: HttpRequest;
  /** Who says where it leads: the connection, the document, or a session, which may say only what `hosts` has. */
  host: 'own' | 'constant' | 'session';
  /** What it holds or was told before: blanked in all that is said of its answer. */
  secrets?: unknown;
}

/** What a login came to. */
export interface LoginMade {
  /** The last answer. */
  answer: HttpAnswer;
  /** `$session`; undefined where the answer has none. */
  session: unknown;
  /** How long it lasts, as {@link expiresAt} reads it; undefined where nobody says. */
  expires: unknown;
  cookies: Cookies;
}

/** How one kind of login asks, and what it reads. */
export interface LoginPlan {
  /** The word of the answer that the session is read from, for messages. */
  reads: string;
  /** Made anew for every attempt: assertions are of the moment. `previous` is `$session` as the last login left it. */
  perform(send: (request: LoginRequest) => Promise<HttpAnswer>, previous: unknown): Promise<LoginMade>;
}

export interface LoginContext {
  http: Transport;
  scope: Scope;
  env: Environment;
  clock: Clock;
  signal: AbortSignal;
  connectionName: string;
  network?: OpenContext<unknown>['network'];
  transport: ConnectionTransport;
  limits: HttpLimits;
  retry: RetryRule;
  secrets: readonly string[];
  note(message: string): void;
}

/**
 * Logs in. Throws LOGIN_FAILED with what the other side says, HTTP_UNREACHABLE and HTTP_UNAVAILABLE when it can't be
 * asked, and HTTP_HOST_REFUSED. No secret stands in a message.
 */
export async function logIn(
  plan: LoginPlan,
  context: LoginContext,
  previous: LoginState | undefined,
): Promise<Omit<LoginState, 'serial'>> {
  const { clock, signal, retry, note } = context;
  const waiting = (failure: Error, delayMs: number): void =>
    note(`${failure.message} Logging in again in ${Math.round(delayMs / 100) / 10} s.`);
  const made = await withPatience({ retry, clock, signal, waiting }, () =>
    plan.perform((request) => send(request, context, previous), previous?.value),
  );
  const { answer, session, expires } = made;
  if (session === undefined) throw failed(context, answer.url, `the answer has nothing at \`${plan.reads}\``);
  const until = expires === undefined ? undefined : expiresAt(expires, clock.now());
  if (expires !== undefined && until === undefined)
    throw failed(context, answer.url, '`expires` is neither a number of seconds nor a moment');
  return {
    value: session,
    cookies: made.cookies,
    origin: answer.url.origin,
    ...(until === undefined ? {} : { expiresAt: until }),
  };
}

async function send(
  { request, host, secrets }: LoginRequest,
  context: LoginContext,
  previous: LoginState | undefined,
): Promise<HttpAnswer> {
  const { http, scope, connectionName, signal } = context;
  const { url } = request;
  if (host === 'session') judgeHost(url, { home: '', named: http.hosts ?? [] });
  // A client of its own, whose home is where the login leads: nothing of it goes on to another host.
  const { cert: _cert, key: _key, passphrase: _passphrase, ...anonymous } = context.transport;
  const { network } = context;
  const route = { transport: host === 'own' ? context.transport : anonymous, connectionName, network };
  const client = await openHttpClient({ home: url.origin, named: [] }, context.limits, route);
  try {
    const exchange = await client.exchange(request, signal);
    if (exchange.is !== 'answered') {
      throw problem('HTTP_UNREACHABLE', `${url.host} gave no answer to the login: ${exchange.reason}.`, {
        nothingDone: true,
        fix: `Check the address of connection ${connectionName}, or run again later.`,
      });
    }
    const { answer } = exchange;
    const scrub = scrubber(context.secrets, previous?.value, previous?.cookies, secrets);
    const verdict = await judgeAnswer(context, answer, { rules: http.errors ?? [], scope, scrub, quotes: false });
    if (verdict.is === 'good' || verdict.is === 'done' || verdict.is === 'empty') return answer;
    if (verdict.is === 'fail' || verdict.is === 'retry') throw nothingDone(verdict.failure);
    throw failed(context, url, `${verdict.reason}${namedError(answer)}`);
  } finally {
    await client.close();
  }
}

/** Of what waits for the login nothing was sent. */
const nothingDone = (failure: Problem): Problem => Object.assign(failure, { nothingDone: true });

/** A code of RFC 6749 section 5.2, such as `invalid_grant`: a word that says nothing of anybody. */
function namedError({ body }: HttpAnswer): string {
  const code = (body as { error?: unknown } | undefined)?.error;
  return typeof code === 'string' && /^[a-z_]{3,40}$/.test(code) ? ` (${code})` : '';
}

const failed = ({ connectionName }: LoginContext, url: URL, reason: string) =>
  problem('LOGIN_FAILED', `${url.host} does not let connection ${connectionName} log in: ${reason}.`, {
    nothingDone: true,
    fix: 'Check the secrets of the connection in portolan.yaml: one may be wrong, expired, revoked or used up.',
  });
