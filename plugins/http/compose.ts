import { problem, type Environment, type Fields, type HttpRequest, type OpenFormat, type Scope } from '#sdk';
import { composeBody } from './compose-body.ts';
import { encodeQuery } from './encode-form.ts';
import { headersOf } from './header-values.ts';
import type { Session } from './session.ts';
import { templateOf, type RequestRule } from './schema/request.ts';

/** What a next page lays over its request. */
export interface Overlay {
  query?: Fields;
  json?: Fields;
  /** Replaces address and query. */
  url?: URL;
}

/** Where a request is made, and what all requests there carry. */
export interface RequestPlace {
  connectionName: string;
  env: Environment;
  /** Without a final slash; paths follow it. */
  baseUrl: string;
  /** Origin that gets `headers` and `query`. */
  home: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  query: Fields;
  openFormat?(written: unknown): OpenFormat;
}

/** A request that can be made anew under another login. */
export interface ApiRequest extends HttpRequest {
  /** Of the login it was made under. */
  serial?: number;
  again?(): Promise<ApiRequest>;
}

/**
 * Makes a request of a rule; what says who asks is added when it is sent. Throws problems of class `data` where a record's values can't stand in it, and
 * HTTP_URL_INVALID.
 */
export async function compose(
  session: Session,
  rule: RequestRule,
  input: unknown,
  scope: Scope,
  overlay: Overlay = {},
): Promise<ApiRequest> {
  const { connectionName, env, openFormat } = session;
  const access = await session.access();
  const place = { ...access, connectionName, env, ...(openFormat ? { openFormat } : {}) };
  const seen = access.session === undefined ? scope : { ...scope, session: access.session };
  const request = await composeAt(place, rule, input, seen, overlay);
  return { ...request, serial: access.serial, again: () => compose(session, rule, input, scope, overlay) };
}

/** As {@link compose}, at any place. */
export async function composeAt(
  place: RequestPlace,
  rule: RequestRule,
  input: unknown,
  scope: Scope,
  overlay: Overlay = {},
): Promise<HttpRequest> {
  const { env } = place;
  const { method, template } = templateOf(rule);
  const url = overlay.url ?? absoluteUrl(place, await template.render(input, scope, env));
  const isShared = url.origin === place.home && rule.auth !== 'none';
  if (!overlay.url) {
    const shared = isShared ? place.query : {};
    const query = { ...shared, ...((await rule.query?.make(input, scope, env)) as Fields), ...overlay.query };
    for (const [name, value] of encodeQuery(query)) url.searchParams.append(name, value);
  }
  const own = headersOf(await rule.headers?.make(input, scope, env));
  const { contentType, headers, body } = await composeBody(place, rule, input, scope, overlay.json);
  const { accept = place.headers.accept ?? 'application/json', ...credentials } = {
    ...(isShared ? place.headers : {}),
    ...own,
  };
  const bound = boundToHome(rule);
  const free = Object.fromEntries(Object.entries(own).filter(([name]) => name !== 'accept' && !bound.has(name)));
  return {
    method,
    url,
    headers: {
      accept,
      'user-agent': 'portolan',
      ...(contentType ? { 'content-type': contentType } : {}),
      ...headers,
      ...free,
    },
    credentials,
    ...(rule.auth === 'none' ? { isAnonymous: true } : {}),
    ...(body === undefined ? {} : { body }),
  };
}

/** Headers of a request that hold something of the connection or its login: no other host gets them. */
function boundToHome({ headers }: RequestRule): Set<string> {
  const bound = (headers?.expressions ?? []).filter(({ expression }) =>
    expression.uses.variables.some(({ name }) => name === 'connection' || name === 'session'),
  );
  return new Set(bound.map(({ path }) => String(path[0]).toLowerCase()));
}

/** Below `baseUrl`, or the whole address that it is. Throws HTTP_URL_INVALID. */
export function absoluteUrl({ baseUrl, connectionName }: RequestPlace, path: string): URL {
  const text = /^https?:\/\//i.test(path) ? path : `${baseUrl}${path.startsWith('/') ? '' : '/'}${path}`;
  if (URL.canParse(text)) return new URL(text);
  throw problem('HTTP_URL_INVALID', `A request of connection ${connectionName} has no valid address.`, {
    fix: 'A path begins with /, a whole address with https://.',
  });
}
