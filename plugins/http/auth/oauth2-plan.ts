import { problem, type Fields, type HttpAnswer } from '#sdk';
import { absoluteUrl } from '../compose.ts';
import { encodeQuery } from '../encode-form.ts';
import type { OAuth2Rule } from '../schema/oauth2.ts';
import { assertedBy } from './asserted.ts';
import { jwtAssertion } from './jwt-assertion.ts';
import type { LoginContext, LoginPlan } from './log-in.ts';
import { hostOf, placeOfLogin } from './login-plan.ts';
import { withCookies } from './cookies.ts';

/** A login by a grant of OAuth 2: RFC 6749 sections 4.4 and 6, RFC 7522, RFC 7523. */
export function oauth2Plan(rule: OAuth2Rule, context: LoginContext): LoginPlan {
  return {
    reads: 'access_token',
    async perform(send, previous) {
      const place = await placeOfLogin(context, context.scope);
      const url = absoluteUrl(place, await rule.tokenUrl.render({}, context.scope, context.env));
      const client = await clientOf(rule, context);
      const grant = await grantOf(rule, context, url, previous);
      const params = ((await rule.params?.make({}, context.scope, context.env)) ?? {}) as Fields;
      const scope = await rule.scope?.render({}, context.scope, context.env);
      const form = { ...client.form, ...(scope ? { scope } : {}), ...params, ...grant };
      const answer = await send({
        request: {
          method: 'POST',
          url,
          headers: {
            accept: 'application/json',
            'user-agent': 'portolan',
            'content-type': 'application/x-www-form-urlencoded',
          },
          credentials: client.headers,
          body: new URLSearchParams(encodeQuery(form)).toString(),
        },
        host: hostOf(rule.tokenUrl, url.origin === place.home),
        secrets: [form, client],
      });
      const { session, expires } = tokenIn(answer, previous);
      return { answer, session, expires, cookies: withCookies({}, answer, context.clock.now()) };
    },
  };
}

interface Client {
  headers: Record<string, string>;
  form: Record<string, string>;
}

/** RFC 6749 section 2.3.1: id and secret are encoded as in a form before they stand in the header. */
async function clientOf(rule: OAuth2Rule, { scope, env }: LoginContext): Promise<Client> {
  const id = await rule.clientId.render({}, scope, env);
  const secret = await rule.clientSecret?.render({}, scope, env);
  if (!secret) return { headers: {}, form: { client_id: id } };
  if (rule.clientAuth === 'body') return { headers: {}, form: { client_id: id, client_secret: secret } };
  const pair = `${formEncoded(id)}:${formEncoded(secret)}`;
  return { headers: { authorization: `Basic ${Buffer.from(pair, 'utf8').toString('base64')}` }, form: {} };
}

const formEncoded = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);

const assertionGrant = (name: string): string => `urn:ietf:params:oauth:grant-type:${name}-bearer`;

async function grantOf(
  rule: OAuth2Rule,
  context: LoginContext,
  url: URL,
  previous: unknown,
): Promise<Record<string, string>> {
  switch (rule.grant) {
    case 'client':
      return { grant_type: 'client_credentials' };
    case 'refresh':
      return { grant_type: 'refresh_token', refresh_token: await refreshToken(rule, context, previous) };
    case 'jwt':
      return { grant_type: assertionGrant('jwt'), assertion: jwtAssertion(await assertedBy(rule, context, url)) };
    case 'saml': {
      const { samlAssertion } = await import('./saml-assertion.ts');
      return { grant_type: assertionGrant('saml2'), assertion: samlAssertion(await assertedBy(rule, context, url)) };
    }
  }
}

/** The one that the last answer gave, which may have ended the one before. */
async function refreshToken(rule: OAuth2Rule, { scope, env }: LoginContext, previous: unknown): Promise<string> {
  const token = tokensOf(previous).refresh_token ?? (await rule.refreshToken?.render({}, scope, env));
  if (typeof token === 'string' && token !== '') return token;
  throw problem('LOGIN_FAILED', 'The connector asks for a token by `grant: refresh`, and there is no refresh token.', {
    nothingDone: true,
    fix: 'Write `refreshToken` beside `grant`, and the token into the connection.',
  });
}

const tokensOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});

/** The whole answer; a refresh token that is given once stays good until another one is given. */
function tokenIn({ body }: HttpAnswer, previous: unknown): { session: unknown; expires: unknown } {
  const given = tokensOf(body);
  if (typeof given.access_token !== 'string' || given.access_token === '')
    return { session: undefined, expires: undefined };
  const { refresh_token: refresh } = tokensOf(previous);
  return {
    session: { ...(refresh === undefined ? {} : { refresh_token: refresh }), ...given },
    expires: given.expires_in ?? undefined,
  };
}
