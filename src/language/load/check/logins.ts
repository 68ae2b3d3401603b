import { isMap } from '../load-workspace.ts';
import type { DocumentCheck } from './context.ts';

/** Kinds of login after which there is a `$session`. */
const withSession = ['login'];

/** `$session` of a connector without a login has nothing; of one with it, anything. */
export function sessionMembers({ document: { value }, isDoubtful }: DocumentCheck): { session?: readonly string[] } {
  if (isDoubtful(['http'])) return {};
  const auth = isMap(value.http) ? value.http.auth : undefined;
  const kinds = [auth].flat().filter(isMap);
  return kinds.some((kind) => withSession.some((name) => Object.hasOwn(kind, name))) ? {} : { session: [] };
}

/** A login must have an address of its own where the login is what says where requests go. */
export function checkLogin({ document: { value }, tell }: DocumentCheck): void {
  const { http } = value;
  if (!isMap(http) || typeof http.baseUrl !== 'string' || !http.baseUrl.includes('$session')) return;
  for (const [place, auth] of placesOf(http.auth)) {
    const login = auth.login;
    if (!isMap(login) || !isMap(login.request)) continue;
    for (const [method, path] of Object.entries(login.request)) {
      if (!methods.has(method) || typeof path !== 'string' || /^(https?:\/\/|\{\{)/i.test(path)) continue;
      const message = 'The path of the login goes below `baseUrl`, which is known only after the login.';
      const fix = 'Write the whole address: https://… or {{$connection.url}}/….';
      tell('LOGIN_WITHOUT_ADDRESS', [...place, 'login', 'request', method], message, fix);
    }
  }
}

const methods = new Set(['get', 'post', 'put', 'patch', 'delete']);

/** Each kind of login with its path: there is one, or a list. */
function placesOf(auth: unknown): [(string | number)[], Record<string, unknown>][] {
  const place = ['http', 'auth'];
  if (isMap(auth)) return [[place, auth]];
  if (!Array.isArray(auth)) return [];
  return auth.flatMap((item, index) => (isMap(item) ? [[[...place, index], item]] : []));
}
