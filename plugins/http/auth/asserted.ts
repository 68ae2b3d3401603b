import { createPrivateKey, randomUUID, type KeyObject } from 'node:crypto';
import { problem, type Fields } from '#sdk';
import type { OAuth2Rule } from '../schema/oauth2.ts';
import type { LoginContext } from './log-in.ts';

/** What an assertion says, and the key that signs it. */
export interface Asserted {
  id: string;
  issuer: string;
  subject: string;
  audience: string;
  /** Where it is handed over. */
  recipient: string;
  issuedMs: number;
  expiresMs: number;
  claims: Fields;
  key: KeyObject;
  keyPem: string;
  keyId?: string;
}

/** RFC 7523 section 3 and RFC 7522 section 3 want it short. */
const lifetimeMs = 300_000;

/** Throws LOGIN_FAILED where the key is none; its text stands in no message. */
export async function assertedBy(rule: OAuth2Rule, context: LoginContext, url: URL): Promise<Asserted> {
  const { scope, env, clock } = context;
  const clientId = await rule.clientId.render({}, scope, env);
  const keyPem = (await rule.key?.render({}, scope, env)) ?? '';
  const keyId = await rule.keyId?.render({}, scope, env);
  const issuedMs = clock.now();
  return {
    id: randomUUID(),
    issuer: (await rule.issuer?.render({}, scope, env)) || clientId,
    subject: (await rule.subject?.render({}, scope, env)) || clientId,
    audience: (await rule.audience?.render({}, scope, env)) || url.href,
    recipient: url.href,
    issuedMs,
    expiresMs: issuedMs + lifetimeMs,
    claims: ((await rule.claims?.make({}, scope, env)) ?? {}) as Fields,
    key: readKey(keyPem, rule.grant, context.connectionName),
    keyPem,
    ...(keyId ? { keyId } : {}),
  };
}

function readKey(pem: string, grant: string, connectionName: string): KeyObject {
  const key = parsed(pem);
  const kind = key?.asymmetricKeyType;
  const isCurve = kind === 'ec' && key?.asymmetricKeyDetails?.namedCurve === 'prime256v1' && grant === 'jwt';
  if (key && (kind === 'rsa' || isCurve)) return key;
  const wanted = grant === 'jwt' ? 'RSA or EC P-256' : 'RSA';
  throw problem(
    'LOGIN_FAILED',
    `The \`key\` that connection ${connectionName} logs in with is no ${wanted} private key as PEM.`,
    {
      nothingDone: true,
      fix: 'Write the whole key, from -----BEGIN to -----END, with its line breaks and without a passphrase.',
    },
  );
}

/** Undefined for what is none: the reason of OpenSSL could hold parts of it. */
function parsed(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}
