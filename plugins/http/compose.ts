import { problem, type Fields, type HttpRequest, type Scope } from '#sdk';
import { encodeForm, encodeQuery } from './encode-form.ts';
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

/**
 * Makes a request of a rule. Throws problems of class `data` where a record's values can't stand in it, and
 * HTTP_URL_INVALID.
 */
export async function compose(
  session: Session,
  rule: RequestRule,
  input: unknown,
  scope: Scope,
  overlay: Overlay = {},
): Promise<HttpRequest> {
  const { env } = session;
  const { method, template } = templateOf(rule);
  const url = overlay.url ?? absoluteUrl(session, await template.render(input, scope, env));
  if (!overlay.url) {
    const shared = url.origin === session.home ? session.query : {};
    const query = { ...shared, ...((await rule.query?.make(input, scope, env)) as Fields), ...overlay.query };
    for (const [name, value] of encodeQuery(query)) url.searchParams.append(name, value);
  }
  const own = headersOf(await rule.headers?.make(input, scope, env));
  const { contentType, body } = await composeBody(session, rule, input, scope, overlay);
  const { accept = 'application/json', ...credentials } = { ...session.credentials, ...own };
  return {
    method,
    url,
    headers: { accept, 'user-agent': 'portolan', ...(contentType ? { 'content-type': contentType } : {}) },
    credentials,
    ...(body === undefined ? {} : { body }),
  };
}

function absoluteUrl({ baseUrl, connectionName }: Session, path: string): URL {
  const text = /^https?:\/\//i.test(path) ? path : `${baseUrl}${path.startsWith('/') ? '' : '/'}${path}`;
  if (URL.canParse(text)) return new URL(text);
  throw problem('HTTP_URL_INVALID', `A request of connection ${connectionName} has no valid address.`, {
    fix: 'A path begins with /, a whole address with https://.',
  });
}

async function composeBody(
  { env }: Session,
  rule: RequestRule,
  input: unknown,
  scope: Scope,
  overlay: Overlay,
): Promise<{ contentType?: string; body?: string }> {
  if (rule.json) {
    const made = (await rule.json.make(input, scope, env)) ?? {};
    const json = overlay.json ? merged(made, overlay.json) : made;
    return { contentType: 'application/json', body: JSON.stringify(json) };
  }
  if (!rule.form) return {};
  const form = ((await rule.form.make(input, scope, env)) ?? {}) as Fields;
  return { contentType: 'application/x-www-form-urlencoded', body: encodeForm(form) };
}

/** Maps are merged, everything else is replaced. */
function merged(below: unknown, above: unknown): unknown {
  if (!isMap(below) || !isMap(above)) return above;
  const result: Fields = { ...below };
  for (const [key, value] of Object.entries(above)) result[key] = key in below ? merged(below[key], value) : value;
  return result;
}

const isMap = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
