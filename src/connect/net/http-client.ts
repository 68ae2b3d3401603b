import type { Dispatcher, request } from 'undici';
import { isProblem, problem } from '../../model/problem.ts';
import { decompressed, readAnswer, type HttpAnswer } from './answer.ts';
import { failureOf, type Failure } from './failure.ts';
import { judgeHost, type HostRules } from './hosts.ts';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface HttpRequest {
  method: HttpMethod;
  url: URL;
  /** Sent everywhere. */
  headers: Record<string, string>;
  /** Sent to the connection's own origin only. */
  credentials: Record<string, string>;
  body?: string;
}

export interface HttpLimits {
  /** Each for connecting, for the headers and between two pieces of a body. */
  connectTimeoutMs: number;
  timeoutMs: number;
  maxAnswerBytes: number;
  maxRedirects: number;
}

export const defaultHttpLimits: HttpLimits = {
  connectTimeoutMs: 10_000,
  timeoutMs: 30_000,
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

/** Opens a client that keeps its connections and goes nowhere but where `hosts` lets it. */
export async function openHttpClient(hosts: HostRules, limits: HttpLimits): Promise<HttpClient> {
  // Loaded when a connection is opened: what only validates does without.
  const { Agent, request: send } = await import('undici');
  const dispatcher = new Agent({
    connectTimeout: limits.connectTimeoutMs,
    headersTimeout: limits.timeoutMs,
    bodyTimeout: limits.timeoutMs,
  });
  return {
    async exchange(wanted, signal) {
      let url = wanted.url;
      for (let redirects = 0; ; redirects += 1) {
        const exchange = await attempt({ ...wanted, url }, { hosts, limits, dispatcher, send, signal });
        const next = exchange.is === 'answered' && wanted.method === 'GET' ? redirectOf(exchange.answer) : undefined;
        if (!next) return exchange;
        if (redirects >= limits.maxRedirects) throw tooManyRedirects(wanted.url, limits);
        url = next;
      }
    },
    close: () => dispatcher.close(),
  };
}

interface AttemptTools {
  hosts: HostRules;
  limits: HttpLimits;
  dispatcher: Dispatcher;
  send: typeof request;
  signal: AbortSignal;
}

async function attempt(wanted: HttpRequest, tools: AttemptTools): Promise<Exchange> {
  const { url, method, body } = wanted;
  const { limits, dispatcher, send, signal } = tools;
  const { isHome } = judgeHost(url, tools.hosts);
  signal.throwIfAborted();
  try {
    const answer = await send(url, {
      dispatcher,
      method,
      signal,
      headers: { ...wanted.headers, ...(isHome ? wanted.credentials : {}) },
      ...(body === undefined ? {} : { body }),
    });
    const bytes = await readLimited(answer.body, url, limits);
    return {
      is: 'answered',
      answer: readAnswer(url, answer.statusCode, answer.headers, unpacked(bytes, answer, url, limits)),
    };
  } catch (error) {
    if (isProblem(error)) throw error;
    if (signal.aborted) throw signal.reason;
    const failure = failureOf(error, url);
    if (!failure) throw error;
    return failure;
  }
}

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
