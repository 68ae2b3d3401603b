import { isMap } from '../load-workspace.ts';
import type { DocumentCheck } from './context.ts';

/** Kinds of login after which there is a `$session`. */
const withSession = ['login', 'oauth2'];

/** `$session` of a connector without a login has nothing; of one with it, anything. */
export function sessionMembers({ document: { value }, isDoubtful }: DocumentCheck): { session?: readonly string[] } {
  if (isDoubtful(['http'])) return {};
  const auth = isMap(value.http) ? value.http.auth : undefined;
  const kinds = [auth].flat().filter(isMap);
  return kinds.some((kind) => withSession.some((name) => Object.hasOwn(kind, name))) ? {} : { session: [] };
}

/** Logins of a connector: each can be made, and each may be chosen. */
export function checkLogin(check: DocumentCheck): void {
  checkAddress(check);
  checkChoice(check);
  for (const [place, { oauth2 }] of placesOfAuth(check.document.value)) {
    if (isMap(oauth2)) checkGrant(check, [...place, 'oauth2'], oauth2);
  }
}

/** What an assertion is made of. */
const asserted = ['key', 'subject', 'issuer', 'audience', 'claims'];
/** Words of each grant beyond those of all; the first one it can't do without. */
const wordsOfGrant: Record<string, readonly string[]> = {
  client: [],
  refresh: ['refreshToken'],
  jwt: [...asserted, 'keyId'],
  saml: asserted,
};

function checkGrant({ tell }: DocumentCheck, place: Place, oauth2: Written): void {
  const words = wordsOfGrant[String(oauth2.grant)];
  if (!words) return;
  const grant = `\`grant: ${String(oauth2.grant)}\``;
  const [needed] = words;
  if (needed !== undefined && !Object.hasOwn(oauth2, needed)) {
    const message = `${grant} has no \`${needed}\`, and nothing to show for a token.`;
    tell('MISSING_KEY', place, message, `Write \`${needed}: '{{$connection.${needed}}}'\` beside it.`);
  }
  for (const word of new Set(Object.values(wordsOfGrant).flat())) {
    if (words.includes(word) || !Object.hasOwn(oauth2, word)) continue;
    tell('UNKNOWN_KEY', [...place, word], `\`${word}\` says nothing to ${grant}.`, 'Remove it.', { at: 'key' });
  }
}

/** Of a list the first holds whose `when` is true: behind one that always holds nothing is reached. */
function checkChoice({ document: { value }, tell }: DocumentCheck): void {
  const auth = isMap(value.http) ? value.http.auth : undefined;
  if (!Array.isArray(auth)) return;
  const always = auth.findIndex((item) => item === 'none' || (isMap(item) && !Object.hasOwn(item, 'when')));
  if (always < 0 || always === auth.length - 1) return;
  const message = 'This way to log in has no `when`, so it always holds, and those behind it never do.';
  tell(
    'AUTH_UNREACHABLE',
    ['http', 'auth', always],
    message,
    'Write `when: CONDITION` beside it, or move it to the end.',
  );
}

/** A login must have an address of its own where the login is what says where requests go. */
function checkAddress({ document: { value }, tell }: DocumentCheck): void {
  const { http } = value;
  if (!isMap(http) || typeof http.baseUrl !== 'string' || !http.baseUrl.includes('$session')) return;
  for (const [place, auth] of placesOfAuth(value)) {
    for (const [path, address] of addressesOf(auth)) {
      if (typeof address !== 'string' || /^(https?:\/\/|\{\{)/i.test(address)) continue;
      const message = 'The path of the login goes below `baseUrl`, which is known only after the login.';
      const fix = 'Write the whole address: https://… or {{$connection.url}}/….';
      tell('LOGIN_WITHOUT_ADDRESS', [...place, ...path], message, fix);
    }
  }
}

type Place = (string | number)[];
type Written = Record<string, unknown>;

/** Where a kind of login asks, with the path in it. */
function addressesOf({ login, oauth2 }: Written): [Place, unknown][] {
  if (isMap(oauth2)) return [[['oauth2', 'tokenUrl'], oauth2.tokenUrl]];
  if (!isMap(login)) return [];
  const steps: [Place, unknown][] = Array.isArray(login.do)
    ? login.do.map((step, index) => [['do', index], step])
    : [[['request'], login.request]];
  return steps.flatMap(([place, step]) =>
    Object.entries(isMap(step) ? step : {})
      .filter(([method]) => methods.has(method))
      .map(([method, address]): [Place, unknown] => [['login', ...place, method], address]),
  );
}

const methods = new Set(['get', 'post', 'put', 'patch', 'delete']);

/** Each kind of login of a connector with its path: there is one, or a list. */
export function placesOfAuth({ http }: Written): [Place, Written][] {
  const auth = isMap(http) ? http.auth : undefined;
  const place = ['http', 'auth'];
  if (isMap(auth)) return [[place, auth]];
  if (!Array.isArray(auth)) return [];
  return auth.flatMap((item, index): [Place, Written][] => (isMap(item) ? [[[...place, index], item]] : []));
}
