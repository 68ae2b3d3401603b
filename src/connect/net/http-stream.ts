import type { Readable } from 'node:stream';
import { isProblem } from '../../model/problem.ts';
import { openDispatchers } from './dispatchers.ts';
import { failureOf, type Failure } from './failure.ts';
import { judgeHost, type HostRules } from './hosts.ts';
import type { HttpLimits, HttpRoute } from './http-client.ts';

/** A request whose body, and whose answer's, may be of any size. */
export interface HttpStreamRequest {
  /** Any method, those of WebDAV too. */
  method: string;
  url: URL;
  /** Sent everywhere. */
  headers: Record<string, string>;
  /** Sent to the connection's own origin only. */
  credentials: Record<string, string>;
  body?: string | Readable;
}

/** An answer whose body is still coming: it must be read to its end, or discarded. */
export interface HttpStreamAnswer {
  status: number;
  /** Names in lower case; several values are joined by `, `. */
  headers: Record<string, string>;
  body: AsyncIterable<Uint8Array>;
  /** Reads the rest and throws it away, where that is not much; else the connection is ended. */
  discard(): Promise<void>;
}

/** A client of streams: the same routes, hosts and certificates as {@link openHttpClient}. */
export interface HttpStreams {
  /** One attempt; redirects are answers. Throws HTTP_HOST_REFUSED, HTTP_CERTIFICATE, what `lost` makes, the signal's reason. */
  send(request: HttpStreamRequest, signal: AbortSignal): Promise<HttpStreamAnswer>;
  /** Ends what still goes on. */
  close(): Promise<void>;
}

/** Opens a client of streams; `lost` makes the problem of a failure of the network. */
export async function openHttpStreams(
  hosts: HostRules,
  limits: HttpLimits,
  route: HttpRoute,
  lost: (failure: Failure) => Error,
): Promise<HttpStreams> {
  const { request: send } = await import('undici');
  const dispatchers = await openDispatchers(limits, route);

  const told = (error: unknown, url: URL, signal: AbortSignal): unknown => {
    if (isProblem(error)) return error;
    if (signal.aborted) return signal.reason;
    const failure = failureOf(error, url);
    return failure ? lost(failure) : error;
  };

  async function* bytesOf(body: AsyncIterable<Uint8Array>, url: URL, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    try {
      yield* body;
    } catch (error) {
      throw told(error, url, signal);
    }
  }

  return {
    async send({ method, url, headers, credentials, body }, signal) {
      const { isHome } = judgeHost(url, hosts);
      signal.throwIfAborted();
      try {
        const answer = await send(url, {
          dispatcher: dispatchers.to(isHome),
          method: method as 'GET',
          signal,
          headers: { ...headers, ...(isHome ? credentials : {}) },
          ...(body === undefined ? {} : { body }),
        });
        return {
          status: answer.statusCode,
          headers: Object.fromEntries(
            Object.entries(answer.headers).map(([name, value]) => [name.toLowerCase(), [value].flat().join(', ')]),
          ),
          body: bytesOf(answer.body, url, signal),
          discard: () =>
            answer.body.dump().then(
              () => {},
              () => {},
            ),
        };
      } catch (error) {
        throw told(error, url, signal);
      }
    },
    close: () => dispatchers.close(),
  };
}
