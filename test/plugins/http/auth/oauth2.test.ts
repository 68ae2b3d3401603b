import { generateKeyPairSync } from 'node:crypto';
import { jwtVerify } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Clock, Sessions } from '../../../../src/connect/sdk/index.ts';
import { clients, startOAuthServer } from '../../../servers/oauth/oauth-server.ts';
import { bench } from '../../../store/workbench.ts';
import { openRead, readAll } from '../workbench.ts';
import { judgeSaml } from './judge-saml.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = (pair: typeof rsa): string => String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));

let trusted = rsa;
let seen: Record<string, unknown> = {};
let server: Awaited<ReturnType<typeof startOAuthServer>>;
beforeAll(async () => {
  server = await startOAuthServer({
    async jwt(assertion, tokenUrl) {
      const { payload, protectedHeader } = await jwtVerify(assertion, trusted.publicKey, { audience: tokenUrl });
      seen = { ...payload, header: protectedHeader };
    },
    async saml(assertion, tokenUrl) {
      seen = await judgeSaml(assertion, trusted.publicKey);
      expect(seen.recipient).toBe(tokenUrl);
    },
  });
});
afterAll(() => server.close());

const opened: (() => void)[] = [];
afterEach(() => {
  trusted = rsa;
  seen = {};
  for (const close of opened.splice(0)) close();
});

/** Of the real time, as the server's, until something waits. */
function movableClock(): Clock {
  let ahead = 0;
  const now = (): number => Date.now() + ahead;
  return { now, monotonic: now, sleep: async (ms) => void (ahead += ms) };
}

/** `oauth2` is what stands beside address and client, as a map in YAML. */
const documentOf = (oauth2: string, more = '') => `
connector: crm
connection:
  properties:
    url: { type: string }
    id: { type: string }
    secret: { type: string, secret: true }
    key: { type: string, secret: true }
    token: { type: string, secret: true }
http:
  baseUrl: '{{$connection.url}}'
  retry: { attempts: 1 }
  auth:
    oauth2: { tokenUrl: /token, clientId: '{{$connection.id}}', clientSecret: '{{$connection.secret}}', ${oauth2.slice(1)}
  ${more}
read:
  people: { request: { get: /people } }
`;
const connectionOf = (client: { client_id: string; client_secret: string }, more: Record<string, string> = {}) => ({
  url: server.url,
  id: client.client_id,
  secret: client.client_secret,
  ...more,
});

async function read(document: string, connection: unknown, more: { clock?: Clock; sessions?: Sessions } = {}) {
  const source = await openRead(document, 'people', connection, { clock: movableClock(), ...more });
  return (await readAll(source)).records;
}
const failureOf = async (work: Promise<unknown>): Promise<Error> =>
  (await work.catch((error: unknown) => error)) as Error;

function store(): Sessions {
  const made = bench();
  opened.push(() => void made.remove());
  return made.open();
}

describe('oauth2 with the grant client', () => {
  it('logs in with id and secret in a header, encoded as the standard says', async () => {
    const document = documentOf(`{ grant: client, scope: people.read }`);
    const before = server.ledger.byHeader;
    expect(await read(document, connectionOf(clients.plain))).toEqual([{ code: clients.plain.client_id }]);
    expect(server.ledger.byHeader - before).toBe(1);
  });

  it('logs in with id and secret in the body where clientAuth says so', async () => {
    const document = documentOf(`{ grant: client, clientAuth: body }`);
    const before = server.ledger.byHeader;
    expect(await read(document, connectionOf(clients.body))).toEqual([{ code: 'by-body' }]);
    expect(server.ledger.byHeader - before).toBe(0);
  });

  it('keeps its token for the next run, and makes a new one before it ends', async () => {
    const document = documentOf(`{ grant: client }`);
    const [sessions, clock] = [store(), movableClock()];
    const before = server.ledger.tokens;
    await read(document, connectionOf(clients.plain), { sessions, clock });
    await read(document, connectionOf(clients.plain), { sessions, clock });
    expect(server.ledger.tokens - before).toBe(1);
    await clock.sleep(541_000, new AbortController().signal);
    await read(document, connectionOf(clients.plain), { sessions, clock });
    expect(server.ledger.tokens - before).toBe(2);
  });

  it('says what the standard calls a refusal, and neither the secret nor its encoded form', async () => {
    const document = documentOf(
      `{ grant: client }`,
      'errors: [{ when: $status = 401 and error = "invalid_client", is: reject, reason: error_description & $connection.secret }]',
    );
    const wrong = { ...connectionOf(clients.plain), secret: 'a-wrong-secret:+' };
    const failure = await failureOf(read(document, wrong));
    expect(failure).toMatchObject({ code: 'LOGIN_FAILED', nothingDone: true });
    expect(failure.message).toContain('invalid_client');
    expect(JSON.stringify(failure) + failure.message).not.toMatch(/a-wrong-secret|YS13cm9uZy1zZWNyZXQ/);
  });
});

describe('oauth2 with the grant refresh', () => {
  const document = documentOf(`{ grant: refresh, refreshToken: '{{$connection.token}}' }`);

  it('uses each rotated token once, and remembers the one that came in its place', async () => {
    const connection = connectionOf(clients.refresh, { token: await server.consent() });
    const [sessions, clock] = [store(), movableClock()];
    const before = server.ledger.tokens;
    for (let night = 0; night < 3; night += 1) {
      expect(await read(document, connection, { sessions, clock })).toEqual([{ code: 'ann' }]);
      await clock.sleep(600_000, new AbortController().signal);
    }
    expect(server.ledger.tokens - before).toBe(3);
  });

  it('says that there is no refresh token, before anything is sent', async () => {
    const failure = await failureOf(read(document, connectionOf(clients.refresh)));
    expect(failure).toMatchObject({ code: 'LOGIN_FAILED', message: expect.stringContaining('no refresh token') });
  });

  it('holds no token in what it says of one that is used up', async () => {
    const token = await server.consent();
    const connection = connectionOf(clients.refresh, { token });
    await read(document, connection);
    const failure = await failureOf(read(document, connection));
    expect(failure.message).toContain('invalid_grant');
    expect(JSON.stringify(failure) + failure.message).not.toContain(token);
  });
});

describe('oauth2 with the grant jwt', () => {
  const document = documentOf(
    `{ grant: jwt, key: '{{$connection.key}}', subject: ann@school.example, keyId: k1, claims: { tenant: 7 } }`,
  );

  it.each([
    ['RS256', rsa],
    ['ES256', ec],
  ])('shows a token that its key signed with %s', async (alg, pair) => {
    trusted = pair as typeof rsa;
    const connection = connectionOf(clients.assertion, { key: pem(pair as typeof rsa) });
    expect(await read(document, connection)).toEqual([{ code: 'by-assertion' }]);
    expect(seen).toMatchObject({
      iss: 'by-assertion',
      sub: 'ann@school.example',
      tenant: 7,
      header: { alg, kid: 'k1' },
    });
    expect(Number(seen.exp) - Number(seen.iat)).toBe(300);
  });

  it('says issuer and audience where they are not client and address', async () => {
    const told = documentOf(
      `{ grant: jwt, key: '{{$connection.key}}', issuer: me, audience: 'https://elsewhere.example' }`,
    );
    const failure = await failureOf(read(told, connectionOf(clients.assertion, { key: pem(rsa) })));
    expect(failure.message).toContain('invalid_grant');
    expect(server.ledger.refused.at(-1)).toBe('invalid_grant');
  });

  it('of another key is refused, and neither the key nor the assertion is told', async () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const failure = await failureOf(read(document, connectionOf(clients.assertion, { key: pem(other) })));
    expect(failure).toMatchObject({ code: 'LOGIN_FAILED' });
    expect(JSON.stringify(failure) + failure.message).not.toMatch(/eyJ|PRIVATE|secret-of/);
  });

  it('says that a key is none without a letter of it', async () => {
    const failure = await failureOf(read(document, connectionOf(clients.assertion, { key: 'MIIEvNotAKey' })));
    expect(failure).toMatchObject({ code: 'LOGIN_FAILED', message: expect.stringContaining('no RSA or EC P-256') });
    expect(JSON.stringify(failure) + failure.message).not.toContain('MIIEv');
  });
});

describe('oauth2 with the grant saml', () => {
  const document = documentOf(
    `{ grant: saml, key: '{{$connection.key}}', subject: 'ann & <bob>', audience: www.successfactors.com, claims: { api_key: =$connection.id, roles: [a, b] }, params: { company_id: acme } }`,
  );

  it('shows an assertion whose signature another library accepts', async () => {
    const connection = connectionOf(clients.assertion, { key: pem(rsa) });
    expect(await read(document, connection)).toEqual([{ code: 'by-assertion' }]);
    expect(seen).toMatchObject({
      issuer: 'by-assertion',
      subject: 'ann & <bob>',
      audience: 'www.successfactors.com',
      attributes: { api_key: ['by-assertion'], roles: ['a', 'b'] },
    });
  });

  it('of another key is refused, and an EC key is told to be none', async () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const refused = await failureOf(read(document, connectionOf(clients.assertion, { key: pem(other) })));
    expect(refused.message).toContain('invalid_grant');
    const curve = connectionOf(clients.assertion, { key: pem(ec as unknown as typeof rsa) });
    expect(await failureOf(read(document, curve))).toMatchObject({
      message: expect.stringContaining('no RSA private key'),
    });
  });
});
