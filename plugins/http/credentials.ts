import type { Environment, Scope } from '#sdk';
import type { Transport } from './schema/transport.ts';
import { headersOf } from './header-values.ts';

/** Headers that only the connection's own host gets: the login, and those that the document puts on every request. */
export async function readCredentials(
  http: Transport,
  scope: Scope,
  env: Environment,
): Promise<Record<string, string>> {
  const headers = headersOf(await http.headers?.make({}, scope, env));
  return { ...headers, ...(await authHeaders(http.auth, scope, env)) };
}

async function authHeaders(auth: Transport['auth'], scope: Scope, env: Environment): Promise<Record<string, string>> {
  if (auth === undefined || auth === 'none') return {};
  if (auth.bearer) return { authorization: `Bearer ${await auth.bearer.render({}, scope, env)}` };
  if (auth.basic) {
    const username = await auth.basic.username.render({}, scope, env);
    const password = await auth.basic.password.render({}, scope, env);
    // RFC 7617 section 2.1: UTF-8.
    return { authorization: `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}` };
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(auth.header ?? {})) {
    headers[name.toLowerCase()] = await value.render({}, scope, env);
  }
  return headers;
}
