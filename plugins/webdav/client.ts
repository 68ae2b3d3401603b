import type { Readable } from 'node:stream';
import { defaultHttpLimits, isProblem, openHttpStreams, problem, type HttpStreamAnswer } from '#sdk';
import type { WebdavConnection } from './connection.ts';
import { certificateOf, lostTo, redirected } from './failure.ts';
import { baseOf } from './paths.ts';

/** A request below the connection's folder. */
export interface DavRequest {
  url: URL;
  headers?: Record<string, string>;
  body?: string | Readable;
}

/** An answer, and where it came from at last. */
export type DavAnswer = HttpStreamAnswer & { url: URL; isRedirected: boolean };

/** Speaks to one server. */
export interface DavClient {
  base: URL;
  /** Name and port of the server. */
  host: string;
  /** Follows redirects within the server, for GET and PROPFIND. Throws WEBDAV_* and the signal's reason. */
  send(method: string, request: DavRequest): Promise<DavAnswer>;
  close(): Promise<void>;
}

const maxRedirects = 5;

/** Opens a client; nothing is sent yet. Throws WEBDAV_NOT_ENCRYPTED and WEBDAV_CA_UNREADABLE. */
export async function openClient(
  connection: WebdavConnection,
  connectionName: string,
  signal: AbortSignal,
): Promise<DavClient> {
  const { url, username, password, ca, encryption = 'required', timeout: timeoutMs = 30_000 } = connection;
  const base = baseOf(url);
  if (base.protocol === 'http:' && password !== undefined && encryption !== 'none') throw notEncrypted(base);
  const limits = { ...defaultHttpLimits, connectTimeoutMs: timeoutMs, timeoutMs };
  const route = { transport: ca === undefined ? {} : { ca }, connectionName };
  const streams = await openHttpStreams({ home: base.origin, named: [] }, limits, route, lostTo(base.host)).catch(
    (error: unknown) => {
      throw isProblem(error) && error.code === 'HTTP_TLS_MATERIAL' ? caUnreadable(base, error) : error;
    },
  );
  const credentials: Record<string, string> =
    username === undefined
      ? {}
      : { authorization: `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}` };
  // Of all that goes on, when the store is closed before the run ends.
  const ending = new AbortController();
  const onAbort = () => ending.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  let isClosed = false;

  const attempt = async (method: string, { url: at, headers = {}, body }: DavRequest): Promise<HttpStreamAnswer> => {
    try {
      const request = { method, url: at, headers: { 'accept-encoding': 'identity', ...headers }, credentials };
      return await streams.send({ ...request, ...(body === undefined ? {} : { body }) }, ending.signal);
    } catch (error) {
      throw isProblem(error) && error.code === 'HTTP_CERTIFICATE' ? certificateOf(error) : error;
    }
  };

  return {
    base,
    host: base.host,
    async send(method, request) {
      let at = request.url;
      for (let redirects = 0; ; redirects += 1) {
        const answer = await attempt(method, { ...request, url: at });
        const next = redirectOf(answer, at);
        const isFollowed = method === 'GET' || method === 'PROPFIND';
        if (!next || !isFollowed) return { ...answer, url: at, isRedirected: redirects > 0 };
        await answer.discard();
        if (next.origin !== base.origin) throw redirected(base.host, next.origin);
        if (redirects >= maxRedirects) throw redirected(base.host, 'itself in a circle');
        at = next;
      }
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      signal.removeEventListener('abort', onAbort);
      ending.abort(new Error('the store was closed'));
      await streams.close();
    },
  };
}

const statuses = new Set([301, 302, 303, 307, 308]);

function redirectOf({ status, headers }: HttpStreamAnswer, from: URL): URL | undefined {
  const { location } = headers;
  return statuses.has(status) && location && URL.canParse(location, from.href) ? new URL(location, from) : undefined;
}

const notEncrypted = (base: URL) =>
  problem('WEBDAV_NOT_ENCRYPTED', `${base.host} is addressed by http, so no password is sent.`, {
    fix: 'Write https. Only where everybody on the way may read password and files: `encryption: none`.',
  });

const caUnreadable = (base: URL, cause: unknown) =>
  problem('WEBDAV_CA_UNREADABLE', `The \`ca\` of the connection to ${base.host} is no certificate in PEM.`, {
    fix: 'Give the whole text of a PEM file, such as ${file:/run/secrets/ca.pem}.',
    cause,
  });
