import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { startHttpServer } from '../../../../src/sandbox/http/start-http-server.ts';

interface Answer {
  status?: number;
  headers?: Record<string, string | string[]>;
  body?: unknown;
}

/** What reached the API, for a test to answer or to hold. Undefined lets the API answer. */
type Intercept = (request: {
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  form: URLSearchParams;
}) => Promise<Answer | undefined> | Answer | undefined;

/**
 * An API whose refresh token rotates (RFC 6749 section 6, RFC 9700 section 4.14.2): each is good once, and one that comes
 * twice ends the whole family. `ledger` tells what happened, which is what tests judge by.
 */
export async function startRotatingApi({ expiresIn = 3600 }: { expiresIn?: number } = {}) {
  const first = 'refresh-token-of-the-connection';
  const ledger = { logins: 0, uses: new Map<string, number>(), reused: 0, calls: 0, refused: 0 };
  let refresh: string | undefined = first;
  let access = '';
  const api = {
    first,
    ledger,
    expiresIn,
    intercept: undefined as Intercept | undefined,
    /** The session is over before its time. */
    revokeAccess: () => void (access = ''),
    /** Every login from now on is refused. */
    revokeRefresh: () => void (refresh = undefined),
    accessToken: () => access,
    refreshToken: () => refresh,
  };

  const token = (form: URLSearchParams): Answer => {
    const given = form.get('refresh_token') ?? '';
    ledger.uses.set(given, (ledger.uses.get(given) ?? 0) + 1);
    if (form.get('client_secret') !== 'client-secret-1')
      return { status: 401, body: { error: 'invalid_client', error_description: `no ${form.get('client_secret')}` } };
    if (given !== refresh) {
      if ((ledger.uses.get(given) ?? 0) > 1) {
        ledger.reused += 1;
        refresh = undefined;
        access = '';
      }
      return { status: 400, body: { error: 'invalid_grant', error_description: `the token ${given} is used up` } };
    }
    ledger.logins += 1;
    refresh = `refresh-${randomBytes(6).toString('hex')}`;
    access = `access-${randomBytes(6).toString('hex')}`;
    return {
      headers: { 'set-cookie': [`sid=${access}; Path=/; HttpOnly`, 'gone=1; Max-Age=0', 'lang=en'] },
      body: {
        access_token: access,
        refresh_token: refresh,
        expires_in: api.expiresIn,
        endpoint: `${server.url}/portal/`,
        csrf: `csrf-${access}`,
      },
    };
  };

  const people = (query: URLSearchParams, headers: IncomingMessage['headers']): Answer => {
    ledger.calls += 1;
    const carried =
      headers.authorization?.replace(/^Bearer /, '') ??
      headers['x-token'] ??
      query.get('auth') ??
      /(?:^|; )sid=([^;]+)/.exec(headers.cookie ?? '')?.[1];
    if (access !== '' && carried === access) return { body: { people: [{ code: 'c1' }], carried: headers.cookie } };
    ledger.refused += 1;
    return { status: 401, body: { error: 'expired_token', error_description: `no ${String(carried)}` } };
  };

  const server = await startHttpServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const url = new URL(incoming.url ?? '/', 'http://x');
    const form = new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
    const request = { path: url.pathname, query: url.searchParams, headers: incoming.headers, form };
    const given =
      (await api.intercept?.(request)) ??
      (url.pathname === '/token' ? token(form) : people(url.searchParams, incoming.headers));
    response.writeHead(given.status ?? 200, { 'content-type': 'application/json', ...given.headers });
    response.end(JSON.stringify(given.body ?? {}));
  });
  return Object.assign(api, { url: server.url, close: server.close });
}

export type RotatingApi = Awaited<ReturnType<typeof startRotatingApi>>;

/** A connector of that API; `more` stands in `http`, `login` in its login. */
export const rotatingDocument = ({
  base = "'{{$connection.url}}'",
  use = "{ bearer: '{{$session.access_token}}' }",
  login = '',
  more = '',
}: { base?: string; use?: string; login?: string; more?: string } = {}) => `
connector: crm
connection:
  properties: { url: { type: string }, clientSecret: { type: string, secret: true }, refreshToken: { type: string, secret: true } }
http:
  baseUrl: ${base}
  retry: { attempts: 1 }
  auth:
    login:
      request:
        post: '{{$connection.url}}/token'
        form: { grant_type: refresh_token, client_secret: =$connection.clientSecret, refresh_token: =$session.refresh_token ?? $connection.refreshToken }
      expires: expires_in
      use: ${use}${login}${more}
read:
  people: { request: { get: /people }, records: people }
write:
  people: { create: { request: { post: /people, json: =$item } } }
`;

export const connectionTo = ({ url, first }: RotatingApi) => ({
  url,
  clientSecret: 'client-secret-1',
  refreshToken: first,
});
