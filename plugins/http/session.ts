import { createHash } from 'node:crypto';
import {
  defaultHttpLimits,
  openHttpClient,
  problem,
  retryAfterMs,
  transportWord,
  type Clock,
  type ConnectionTransport,
  type Environment,
  type Exchange,
  type Fields,
  type HttpClient,
  type HttpLimits,
  type HttpRequest,
  type Limit,
  type OpenContext,
  type Pace,
  type RetryRule,
  type Scope,
} from '#sdk';
import type { Connector } from './document.ts';
import { namedHosts } from './named-hosts.ts';
import { bothPaces, sharePace } from './shared-pace.ts';
import { readCredentials } from './credentials.ts';

/** A connection opened by a document: where requests go, what all of them carry, how fast they may go. */
export interface Session {
  connector: Connector;
  connectionName: string;
  /** Without a final slash. */
  baseUrl: string;
  home: string;
  /** For requests to the home alone. Names in lower case. */
  credentials: Record<string, string>;
  query: Fields;
  retry: RetryRule;
  /** Requests in flight at once, as far as limits say. */
  concurrency?: number;
  scope: Scope;
  env: Environment;
  clock: Clock;
  /** Values of the connection that never stand in a message. */
  secrets: readonly string[];
  /** One attempt, when its turn has come. */
  exchange(request: HttpRequest, signal: AbortSignal): Promise<Exchange>;
  close(): Promise<void>;
}

/** Opens a session; nothing is sent yet. Throws HTTP_URL_INVALID and what templates of the document throw. */
export async function openSession(connector: Connector, context: OpenContext<unknown>): Promise<Session> {
  const { env, clock } = context;
  const { http } = connector;
  const { [transportWord]: route = {}, ...connection } = (context.connection ?? {}) as Fields;
  const transport = route as ConnectionTransport;
  const scope: Scope = { ...context.scope, connection };
  const baseUrl = (await http.baseUrl.render({}, scope, env)).replace(/\/+$/, '');
  const home = originOf(baseUrl, context.connectionName);
  const client = await openHttpClient(
    { home, named: [...(http.hosts ?? []), ...namedHosts(connector)] },
    limitsOf(transport.timeout ?? http.timeout),
    { transport, connectionName: context.connectionName },
  );
  const credentials = await readCredentials(http, scope, env);
  const query = ((await http.query?.make({}, scope, env)) ?? {}) as Fields;
  const account = accountOf(baseUrl, credentials, query);
  const api = sharePace(account, http.limit ?? [], clock);
  const own = sharePace(`${account} ${context.connectionName}`, listed(transport.limit), clock);
  const pace = bothPaces(own.pace, api.pace);
  return {
    connector,
    connectionName: context.connectionName,
    baseUrl,
    home,
    credentials,
    query,
    retry: retryOf(connector),
    ...concurrencyOf([...(http.limit ?? []), ...listed(transport.limit)]),
    scope,
    env,
    clock,
    secrets: secretsOf(connector, connection),
    exchange: (request, signal) => pacedExchange({ client, pace, clock }, request, signal),
    close() {
      api.leave();
      own.leave();
      return client.close();
    },
  };
}

const listed = (limit: Limit | undefined): Limit[] => (limit ? [limit] : []);

/** A server that begins late may go on as long. */
function limitsOf(timeoutMs = defaultHttpLimits.timeoutMs): HttpLimits {
  return { ...defaultHttpLimits, timeoutMs, totalMs: Math.max(defaultHttpLimits.totalMs, 2 * timeoutMs) };
}

function originOf(baseUrl: string, connectionName: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === '') return url.origin;
  throw problem('HTTP_URL_INVALID', `The base URL of connection ${connectionName} is not an http or https address.`, {
    fix: 'Write the whole address, such as https://lms.example/api, and the login in options of its own.',
  });
}

/** Names an account without holding its secrets. */
const accountOf = (baseUrl: string, credentials: Record<string, string>, query: Fields): string =>
  createHash('sha256')
    .update(JSON.stringify([baseUrl, credentials, query]))
    .digest('hex');

async function pacedExchange(
  { client, pace, clock }: { client: HttpClient; pace: Pace; clock: Clock },
  request: HttpRequest,
  signal: AbortSignal,
): Promise<Exchange> {
  const leave = await pace.enter(signal);
  try {
    const exchange = await client.exchange(request, signal);
    if (exchange.is === 'answered' && (exchange.answer.status === 429 || exchange.answer.status === 503)) {
      pace.holdOff(retryAfterMs(exchange.answer.headers['retry-after'], clock.now()) ?? 0);
    }
    return exchange;
  } finally {
    leave();
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
