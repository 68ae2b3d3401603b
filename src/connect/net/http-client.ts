import { Readable } from 'node:stream';
import type { Dispatcher, request } from 'undici';
import { isProblem, problem } from '../../model/problem.ts';
import { decompressed, readAnswer, type HttpAnswer } from './answer.ts';
import { failureOf, type Failure } from './failure.ts';
import { openDispatchers, type Dispatchers } from './dispatchers.ts';
import { judgeHost, type HostRules } from './hosts.ts';
import { streamedBody } from './streamed-body.ts';
import { isUpload, uploadStream, type UploadBody } from './upload-body.ts';
import type { ConnectionTransport } from './transport-field.ts';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface HttpRequest {
  method: HttpMethod;
  url: URL;
  /** Sent everywhere. */
  headers: Record<string, string>;
  /** Sent to the connection's own origin only. */
  credentials: Record<string, string>;
  /** It was asked for without the login. */
  isAnonymous?: boolean;
  /** A text is sent as UTF-8; an upload as a stream of announced length. */
  body?: string | Uint8Array | UploadBody;
  /** Takes the body of a good answer of this content type as a stream. */
  streams?(contentType: string): boolean;
}

export interface HttpLimits {
  /** Each for connecting, for the headers and between two pieces of a body. */
  connectTimeoutMs: number;
  timeoutMs: number;
  /** For a whole exchange, redirects included: who sends a byte now and then holds nobody up for longer. */
  totalMs: number;
  maxAnswerBytes: number;
  maxRedirects: number;
}

export const defaultHttpLimits: HttpLimits = {
  connectTimeoutMs: 10_000,
  timeoutMs: 30_000,
  totalMs: 300_000,
  maxAnswerBytes: 64 * 1024 * 1024,
  maxRedirects: 5,
};

export type Exchange = { is: 'answered'; answer: HttpAnswer } | Failure;

export interface HttpClient {
  /**
   * One attempt. Redirects are followed for GET only. Throws HTTP_HOST_REFUSED, HTTP_CERTIFICATE, HTTP_ANSWER_TOO_LARGE,
   * HTTP_REDIRECTS, and the signal's reason when it is aborted.
   */
  exchange(request: HttpRequest, signal: AbortSignal): Promise<Exchange>;
  close(): Promise<void>;
}

/** What stands between a client and the real network. */
export interface Network {
  /** Answers in its place. */
  dispatcher?: Dispatcher;
  /** Is told of each exchange, whose answer is then read whole. What it throws ends the exchange. */
  observe?(exchange: ObservedExchange): void;
}

/** A request as it left, without credentials, and the whole answer to it. */
export interface ObservedExchange {
  request: Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body'>;
  status: number;
  /** Names in lower case. */
  headers: Record<string, string | string[] | undefined>;
  /** Unpacked. */
  bytes: Uint8Array;
}

/** How a connection is reached, and its name for messages. */
export interface HttpRoute {
  transport: ConnectionTransport;
  connectionName: string;
  network?: Network | undefined;
}

/**
 * Opens a client that keeps its connections and goes nowhere but where `hosts` lets it. Throws HTTP_TLS_MATERIAL and
 * HTTP_URL_INVALID where the route can't be used.
 */
export async function openHttpClient(
  hosts: HostRules,
  limits: HttpLimits,
  route: HttpRoute = { transport: {}, connectionName: '' },
): Promise<HttpClient> {
  const { request: send } = await import('undici');
  const dispatchers = await openDispatchers(limits, route);
  return {
    exchange: (wanted, signal) =>
      withDeadline(limits.totalMs, signal, async (signals) => {
        let url = wanted.url;
        for (let redirects = 0; ; redirects += 1) {
          const tools = { hosts, limits, dispatchers, send, observe: route.network?.observe, ...signals };
          const exchange = await attempt({ ...wanted, url }, tools);
          const next = exchange.is === 'answered' && wanted.method === 'GET' ? redirectOf(exchange.answer) : undefined;
          if (!next) return exchange;
          if (redirects >= limits.maxRedirects) throw tooManyRedirects(wanted.url, limits);
          url = next;
        }
      }),
    close: () => dispatchers.close(),
  };
}

interface AttemptTools {
  hosts: HostRules;
  limits: HttpLimits;
  dispatchers: Dispatchers;
  send: typeof request;
  observe: Network['observe'];
  signal: AbortSignal;
  /** Aborted with `signal`, and when the time of the whole exchange is over. */
  either: AbortSignal;
  /** Goes on after the exchange, without a time limit, until what is returned is called. */
  goOn(): () => void;
  /** The time of the whole exchange begins anew. */
  moved(): void;
}

async function attempt(wanted: HttpRequest, tools: AttemptTools): Promise<Exchange> {
  const { url, method, body } = wanted;
  const { limits, dispatchers, send, observe, signal, either } = tools;
  const { isHome } = judgeHost(url, tools.hosts);
  signal.throwIfAborted();
  try {
    const answer = await send(url, {
      dispatcher: dispatchers.to(isHome),
      method,
      signal: either,
      headers: {
        ...wanted.headers,
        ...(isHome ? wanted.credentials : {}),
        ...(isUpload(body) ? { 'content-length': String(body.sizeBytes) } : {}),
      },
      ...(body === undefined ? {} : { body: isUpload(body) ? uploadStream(body, tools.moved) : body }),
    });
    const streams = isStreamed(wanted, answer);
    if (streams && !observe) return streamed(answer, answer.body, url, tools);
    const came = await readLimited(answer.body, url, limits);
    const bytes = unpacked(came, answer, url, limits);
    const { statusCode: status, headers } = answer;
    const request = { method, url, headers: wanted.headers, ...(body === undefined ? {} : { body }) };
    observe?.({ request, status, headers, bytes });
    if (streams) return streamed(answer, Readable.from([came]), url, tools);
    return { is: 'answered', answer: readAnswer(url, status, headers, bytes) };
  } catch (error) {
    if (isProblem(error)) throw error;
    if (signal.aborted) throw signal.reason;
    if (either.aborted) return { is: 'lost', reason: `the answer was not whole after ${seconds(limits.totalMs)}` };
    const failure = failureOf(error, url);
    if (!failure) throw error;
    return failure;
  }
}

const noBytes = new Uint8Array(0);

function streamed(
  { statusCode, headers }: Dispatcher.ResponseData,
  body: Readable,
  url: URL,
  { signal, goOn }: AttemptTools,
): Exchange {
  const stream = streamedBody(body, url, signal, goOn());
  return { is: 'answered', answer: { ...readAnswer(url, statusCode, headers, noBytes), stream } };
}

/** What is packed otherwise than by gzip is unpacked whole. */
function isStreamed({ streams }: HttpRequest, { statusCode, headers }: Dispatcher.ResponseData): boolean {
  const isGood = statusCode >= 200 && statusCode < 300;
  const encoding = String(headers['content-encoding'] ?? 'gzip');
  return isGood && /gzip$/i.test(encoding) && streams?.(String(headers['content-type'] ?? '')) === true;
}

/** Not by AbortSignal.any, of which a signal that outlives many exchanges would remember each. */
async function withDeadline<T>(
  totalMs: number,
  signal: AbortSignal,
  perform: (signals: Pick<AttemptTools, 'signal' | 'either' | 'goOn' | 'moved'>) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), totalMs);
  const abort = (): void => deadline.abort(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  let goesOn = false;
  const end = (): void => signal.removeEventListener('abort', abort);
  const goOn = (): (() => void) => {
    goesOn = true;
    return end;
  };
  try {
    return await perform({ signal, either: deadline.signal, goOn, moved: () => void timer.refresh() });
  } finally {
    clearTimeout(timer);
    if (!goesOn) end();
  }
}

const seconds = (ms: number): string => `${ms / 1000} s`;

async function readLimited(body: AsyncIterable<Uint8Array>, url: URL, { maxAnswerBytes }: HttpLimits): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxAnswerBytes) throw tooLarge(url, maxAnswerBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function unpacked(
  bytes: Buffer,
  answer: Dispatcher.ResponseData,
  url: URL,
  { maxAnswerBytes }: HttpLimits,
): Uint8Array {
  try {
    return decompressed(bytes, String(answer.headers['content-encoding'] ?? ''), maxAnswerBytes);
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(url, maxAnswerBytes);
    throw Object.assign(new Error('unpacking failed'), { code: 'UND_ERR_SOCKET', cause: error });
  }
}

const redirects = new Set([301, 302, 303, 307, 308]);

function redirectOf({ status, headers, url }: HttpAnswer): URL | undefined {
  const { location } = headers;
  if (!redirects.has(status) || !location || !URL.canParse(location, url.href)) return undefined;
  return new URL(location, url);
}

const tooLarge = (url: URL, maxAnswerBytes: number) =>
  problem(
    'HTTP_ANSWER_TOO_LARGE',
    `An answer of ${url.host} is larger than ${Math.round(maxAnswerBytes / 1024 / 1024)} MB.`,
    {
      fix: 'Ask for smaller pages or batches.',
    },
  );

const tooManyRedirects = (url: URL, { maxRedirects }: HttpLimits) =>
  problem('HTTP_REDIRECTS', `${url.host} redirected more than ${maxRedirects} times.`, {
    fix: 'Check the address of the connection.',
  });
