import type { IncomingMessage, ServerResponse } from 'node:http';
import Provider, { errors, type Client, type Context } from 'oidc-provider';
import { startHttpServer } from '../../../src/sandbox/http/start-http-server.ts';

/** Who may log in. Id and secret hold what a form and a header encode differently. */
export const clients = {
  plain: { client_id: 'people sync:1', client_secret: 'p@ss:+ w%2F=&' },
  body: { client_id: 'by-body', client_secret: 'secret-of-the-body-client' },
  assertion: { client_id: 'by-assertion', client_secret: 'secret-of-the-assertion-client' },
  refresh: { client_id: 'by-refresh', client_secret: 'secret-of-the-refresh-client' },
};

const jwtGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const samlGrant = 'urn:ietf:params:oauth:grant-type:saml2-bearer';

/** Judges an assertion; throws where it is not good. */
export type Judge = (assertion: string, tokenUrl: string) => Promise<void>;

export interface OAuthServerOptions {
  jwt?: Judge;
  saml?: Judge;
}

/**
 * An authorization server (oidc-provider) with an API of people behind it, which takes the tokens that it gave. What the
 * server itself does not know, assertions, `options` judge.
 */
export async function startOAuthServer(options: OAuthServerOptions = {}) {
  let answer: (request: IncomingMessage, response: ServerResponse) => Promise<void> = async () => undefined;
  const server = await startHttpServer((request, response) => answer(request, response));
  const tokenUrl = `${server.url}/token`;
  const provider = newProvider(server.url);
  const ledger = { tokens: 0, refused: [] as string[], calls: 0, byHeader: 0 };
  provider.on('grant.success', () => (ledger.tokens += 1));
  provider.on('grant.error', (_ctx, error) => ledger.refused.push(error.message));
  for (const [grant, judge] of [
    [jwtGrant, options.jwt],
    [samlGrant, options.saml],
  ] as const) {
    provider.registerGrantType(grant, (ctx) => byAssertion(provider, ctx, tokenUrl, judge), ['assertion', 'scope']);
  }
  const oauth = provider.callback();
  answer = async (request, response) => {
    if (request.url !== '/people') {
      if (request.headers.authorization) ledger.byHeader += 1;
      return oauth(request, response);
    }
    ledger.calls += 1;
    const token = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
    const found = (await provider.ClientCredentials.find(token)) ?? (await provider.AccessToken.find(token));
    response.writeHead(found?.isValid ? 200 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify(found?.isValid ? [{ code: found.accountId ?? found.clientId }] : { error: token }));
  };
  return {
    url: server.url,
    tokenUrl,
    ledger,
    /** A refresh token as a person's consent gives it. */
    async consent(): Promise<string> {
      const client = (await provider.Client.find(clients.refresh.client_id)) as Client;
      const grant = new provider.Grant({ accountId: 'ann', clientId: client.clientId });
      grant.addOIDCScope('openid offline_access');
      const values = { client, accountId: 'ann', grantId: await grant.save(), scope: 'openid offline_access' };
      return new provider.RefreshToken({ ...values, gty: 'authorization_code' }).save();
    },
    close: () => server.close(),
  };
}

function newProvider(issuer: string): Provider {
  const none = { redirect_uris: [], response_types: [] };
  return new Provider(issuer, {
    clients: [
      { ...clients.plain, ...none, grant_types: ['client_credentials'] },
      {
        ...clients.body,
        ...none,
        grant_types: ['client_credentials'],
        token_endpoint_auth_method: 'client_secret_post',
      },
      { ...clients.assertion, ...none, grant_types: [jwtGrant, samlGrant] },
      {
        ...clients.refresh,
        redirect_uris: ['https://portolan.example/back'],
        response_types: ['code'],
        grant_types: ['authorization_code', 'refresh_token'],
      },
    ],
    features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
    scopes: ['openid', 'offline_access', 'people.read'],
    rotateRefreshToken: true,
    ttl: { ClientCredentials: 600, AccessToken: 600, RefreshToken: 86_400, Grant: 86_400 },
    findAccount: async (_ctx: Context, id: string) => ({ accountId: id, claims: async () => ({ sub: id }) }),
    extraClientMetadata: { properties: [] },
  });
}

async function byAssertion(
  provider: Provider,
  ctx: Context,
  tokenUrl: string,
  judge: Judge | undefined,
): Promise<void> {
  try {
    await judge?.(ctx.oidc.params.assertion ?? '', tokenUrl);
  } catch (error) {
    throw new errors.InvalidGrant(`${(error as Error).message}: ${ctx.oidc.params.assertion}`);
  }
  const token = new provider.ClientCredentials({ client: ctx.oidc.client });
  const value = await token.save();
  ctx.body = { access_token: value, expires_in: token.expiration, token_type: 'Bearer' };
}
