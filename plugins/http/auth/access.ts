import { judgeHost, problem, type Environment, type Fields, type LoginState, type Scope, type Template } from '#sdk';
import { headersOf } from '../header-values.ts';
import type { Auth } from '../schema/auth.ts';
import type { Transport } from '../schema/transport.ts';
import { aws4Keys, type Aws4Keys } from './aws4.ts';
import { cookieHeader } from './cookies.ts';

/** Where requests go and what all of them carry, as of one login. */
export interface Access {
  /** Of the login; 0 where the document has none. */
  serial: number;
  /** `$session`. */
  session?: unknown;
  /** Without a final slash. */
  baseUrl: string;
  /** Origin of `baseUrl`: all that follows goes there alone. */
  home: string;
  /** Of the document. Names in lower case. */
  headers: Record<string, string>;
  /** Of the document, on every request that is no given address. */
  query: Fields;
  /** What says who asks, on every request. Names in lower case. */
  loginHeaders: Record<string, string>;
  loginQuery: Fields;
  /** They sign every request. */
  aws4?: Aws4Keys;
}

export interface AccessTools {
  http: Transport;
  auth: Auth | undefined;
  scope: Scope;
  env: Environment;
  connectionName: string;
}

/** Throws HTTP_URL_INVALID, HTTP_HOST_REFUSED, LOGIN_FAILED, and what templates of the document throw. */
export async function accessOf(tools: AccessTools, state?: LoginState): Promise<Access> {
  const { http, env, connectionName } = tools;
  const scope: Scope = { ...tools.scope, ...(state ? { session: state.value } : {}) };
  const baseUrl = (await http.baseUrl.render({}, scope, env)).replace(/\/+$/, '');
  const home = originOf(baseUrl, connectionName);
  if (readsSession(http.baseUrl)) judgeHost(new URL(baseUrl), { home: state?.origin ?? '', named: http.hosts ?? [] });
  const headers = headersOf(await http.headers?.make({}, scope, env));
  const query = ((await http.query?.make({}, scope, env)) ?? {}) as Fields;
  const carried = await carriedBy(tools, scope, state, home);
  return {
    serial: state?.serial ?? 0,
    ...(state ? { session: state.value } : {}),
    baseUrl,
    home,
    headers,
    query,
    loginHeaders: carried.headers,
    loginQuery: carried.query,
    ...(tools.auth?.aws4 ? { aws4: await aws4Keys(tools.auth.aws4, scope, env) } : {}),
  };
}

/** Does a template name `$session`? */
export const readsSession = ({ holes }: Template): boolean =>
  holes.some(({ expression }) => expression.uses.variables.some(({ name }) => name === 'session'));

function originOf(baseUrl: string, connectionName: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === '') return url.origin;
  throw problem('HTTP_URL_INVALID', `The base URL of connection ${connectionName} is not an http or https address.`, {
    fix: 'Write the whole address, such as https://lms.example/api, and the login in options of its own.',
  });
}

interface Carried {
  headers: Record<string, string>;
  query: Fields;
}

async function carriedBy(
  { auth, env, connectionName }: AccessTools,
  scope: Scope,
  state: LoginState | undefined,
  home: string,
): Promise<Carried> {
  if (auth?.login?.use === 'cookies') {
    const headers = cookieHeader(state?.cookies ?? {}, home);
    if (!headers.cookie) throw nothingToCarry(connectionName, 'set no cookie');
    return { headers, query: {} };
  }
  if (auth?.oauth2) return { headers: bearer(tokenOf(state)), query: {} };
  const carrier: Carrier = auth?.login ? (auth.login.use ?? {}) : (auth ?? {});
  const carried = await readCarrier(carrier, scope, env);
  if (state && carried.isEmpty) throw nothingToCarry(connectionName, 'gave nothing at what `use` names');
  return carried;
}

const nothingToCarry = (connectionName: string, what: string) =>
  problem('LOGIN_FAILED', `The login of connection ${connectionName} ${what}.`, {
    fix: 'Correct `session` and `use` of the login in the connector.',
  });

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

const tokenOf = (state: LoginState | undefined): string =>
  String((state?.value as { access_token?: unknown } | undefined)?.access_token ?? '');

type Carrier = Pick<Auth, 'bearer' | 'basic' | 'header' | 'query'>;

/** `isEmpty`: there is something to carry, and it has no value. */
async function readCarrier(
  { bearer: ofToken, basic, header, query }: Carrier,
  scope: Scope,
  env: Environment,
): Promise<Carried & { isEmpty: boolean }> {
  if (query) {
    const made = await query.make({}, scope, env);
    return { headers: {}, query: (made ?? {}) as Fields, isEmpty: made === undefined };
  }
  if (ofToken) {
    const token = await ofToken.render({}, scope, env);
    return { headers: bearer(token), query: {}, isEmpty: token === '' };
  }
  if (basic) {
    const username = await basic.username.render({}, scope, env);
    const password = await basic.password.render({}, scope, env);
    // RFC 7617 section 2.1: UTF-8.
    const authorization = `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
    return { headers: { authorization }, query: {}, isEmpty: false };
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(header ?? {})) {
    headers[name.toLowerCase()] = await value.render({}, scope, env);
  }
  const values = Object.values(headers);
  return { headers, query: {}, isEmpty: values.length > 0 && values.every((value) => value === '') };
}
