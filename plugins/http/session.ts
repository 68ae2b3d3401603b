import {
  defaultHttpLimits,
  openHttpClient,
  resetAfterMs,
  retryAfterMs,
  transportWord,
  type Clock,
  type ConnectionTransport,
  type Environment,
  type Exchange,
  type Fields,
  type HostRules,
  type HttpAnswer,
  type HttpClient,
  type HttpLimits,
  type HttpRequest,
  type Limit,
  type OpenContext,
  type OpenFormat,
  type Pace,
  type RetryRule,
  type Scope,
} from '#sdk';
import type { Connector } from './document.ts';
import { namedHosts } from './named-hosts.ts';
import type { ApiLimit } from './schema/limit.ts';
import { enterAll, sharePace, type SharedPace } from './shared-pace.ts';
import { openAccess } from './auth/open-access.ts';
import { signRequest } from './auth/sign-request.ts';
import { withAccess } from './auth/with-access.ts';
import { answerNames } from './verdict.ts';
import type { Access } from './auth/access.ts';
import type { ApiRequest } from './compose.ts';

/** A connection opened by a document: where requests go, what all of them carry, how fast they may go. */
export interface Session {
  connector: Connector;
  connectionName: string;
  /** Where requests go now, and what they carry; logs in first where that is needed. */
  access(): Promise<Access>;
  /** The other side does not accept a login (the last one) any more. False where there is none that could be renewed. */
  distrust(serial?: number): boolean;
  retry: RetryRule;
  /** Requests in flight at once, as far as limits say. */
  concurrency?: number;
  scope: Scope;
  env: Environment;
  clock: Clock;
  /** See `OpenContext.openFormat`. */
  openFormat?(written: unknown): OpenFormat;
  /** Values of the connection and of its login that never stand in a message. */
  readonly secrets: readonly unknown[];
  /** One attempt, when its turn has come, under the login that holds then: `serial`. */
  exchange(request: ApiRequest, signal: AbortSignal): Promise<Exchange & { serial: number }>;
  close(): Promise<void>;
}

/**
 * Opens a session; nothing is sent yet. `part` is the read, target or operation that it is for: some limits hold for
 * some alone. Throws HTTP_URL_INVALID and what templates of the document throw.
 */
export async function openSession(
  connector: Connector,
  context: OpenContext<unknown>,
  part?: string,
): Promise<Session> {
  const { env, clock, connectionName } = context;
  const { http } = connector;
  const { [transportWord]: route = {}, ...connection } = (context.connection ?? {}) as Fields;
  const transport = route as ConnectionTransport;
  const scope: Scope = { ...context.scope, connection };
  const limits = limitsOf(transport.timeout ?? http.timeout);
  const secrets = secretsOf(connector, connection);
  const retry = retryOf(connector);
  const signing = await openAccess({ connector, context, connection, scope, limits, transport, retry, secrets });
  const hosts: HostRules = { home: '', named: [...(http.hosts ?? []), ...namedHosts(connector)] };
  const client = await openHttpClient(hosts, limits, { transport, connectionName, network: context.network });
  const access = async (): Promise<Access> => {
    const held = await signing.current();
    hosts.home = held.home;
    return held;
  };
  const rules = (http.limit ?? [])
    .map((rule, index) => ({ rule, index }))
    .filter(({ rule }) => rule.only === undefined || (part !== undefined && rule.only.includes(part)));
  const shared = (name: string, limits: readonly Limit[]): SharedPace =>
    sharePace(`${signing.account}${name}`, limits, clock, context.allowances);
  const limited = rules.map(({ rule, index }) => ({ rule, ...shared(` limit ${index}`, [rule]) }));
  const account = shared('', []);
  const own = shared(` connection ${connectionName}`, listed(transport.limit));
  const paces = [own, account, ...limited];
  // Of requests in flight: it grows while a message waits for its answer, so it is handed out as it is.
  const signatures: string[] = [];
  return {
    connector,
    connectionName,
    access,
    distrust: (serial) => signing.distrust(serial),
    retry,
    ...concurrencyOf([...rules.map(({ rule }) => rule), ...listed(transport.limit)]),
    scope,
    env,
    clock,
    ...(context.openFormat ? { openFormat: context.openFormat } : {}),
    get secrets() {
      return [...secrets, ...signing.secrets(), signatures];
    },
    async exchange(request, signal) {
      const held = await access();
      const current = request.again && request.serial !== held.serial ? await request.again() : request;
      const parts = { sign: http.sign, aws4: held.aws4, access: held, scope, env };
      const finish = async (): Promise<HttpRequest> => {
        const signed = await signRequest(withAccess(current, held), { ...parts, now: clock.now() });
        signatures.push(...signed.signatures);
        signatures.splice(0, signatures.length - signaturesKept);
        return signed.request;
      };
      const exchange = await pacedExchange({ client, paces: paces.map(({ pace }) => pace) }, finish, signal);
      if (exchange.is === 'answered')
        await heedLimits(exchange.answer, [own.pace, account.pace], limited, { scope, env, clock });
      return { ...exchange, serial: held.serial };
    },
    close() {
      for (const { leave } of paces) leave();
      return client.close();
    },
  };
}

/** Far more than are in flight at once. */
const signaturesKept = 200;

const listed = (limit: Limit | undefined): Limit[] => (limit ? [limit] : []);

/** A server that begins late may go on as long. */
function limitsOf(timeoutMs = defaultHttpLimits.timeoutMs): HttpLimits {
  return { ...defaultHttpLimits, timeoutMs, totalMs: Math.max(defaultHttpLimits.totalMs, 2 * timeoutMs) };
}

async function pacedExchange(
  { client, paces }: { client: HttpClient; paces: readonly Pace[] },
  finish: () => Promise<HttpRequest>,
  signal: AbortSignal,
): Promise<Exchange> {
  const leave = await enterAll(paces, signal);
  try {
    // Made when its turn has come: a signature is of the moment.
    return await client.exchange(await finish(), signal);
  } finally {
    await leave();
  }
}

/** What an answer says of limits: Retry-After is for everybody of the account, what is left of a rule for that rule. */
async function heedLimits(
  answer: HttpAnswer,
  everybody: readonly Pace[],
  limited: readonly { rule: ApiLimit; pace: Pace }[],
  { scope, env, clock }: Pick<Session, 'scope' | 'env' | 'clock'>,
): Promise<void> {
  if (answer.status === 429 || answer.status === 503) {
    const delayMs = retryAfterMs(answer.headers['retry-after'], clock.now()) ?? 0;
    if (delayMs > 0) for (const pace of everybody) await pace.holdOff(delayMs);
  }
  for (const { rule, pace } of limited) {
    if (!rule.remaining) continue;
    const names = { ...scope, ...answerNames(answer) };
    const left = Number((await rule.remaining.evaluate({}, names, env)) ?? Number.NaN);
    const resetMs = resetAfterMs(await rule.reset?.evaluate({}, names, env), clock.now());
    if (!Number.isNaN(left) && resetMs !== undefined) await pace.leaves(left, resetMs);
  }
}

function concurrencyOf(limits: readonly Limit[]): { concurrency?: number } {
  const all = limits.flatMap(({ concurrency }) => concurrency ?? []);
  return all.length > 0 ? { concurrency: Math.min(...all) } : {};
}

function retryOf({ http }: Connector): RetryRule {
  const { attempts = 6, backoff, within = 3_600_000 } = http.retry ?? {};
  return { attempts, fromMs: backoff?.from ?? 500, toMs: backoff?.to ?? 60_000, withinMs: within };
}

function secretsOf({ connection }: Connector, given: unknown): string[] {
  return Object.entries(connection?.properties ?? {}).flatMap(([name, schema]) => {
    const value = (given as Fields | undefined)?.[name];
    return schema.secret === true && typeof value === 'string' ? [value] : [];
  });
}
