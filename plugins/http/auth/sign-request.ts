import { isUtf8 } from 'node:buffer';
import {
  bodySha256,
  isUpload,
  problem,
  type Environment,
  type Fields,
  type HttpRequest,
  type Scope,
  type Shape,
} from '#sdk';
import { encodeQuery } from '../encode-form.ts';
import { headersOf } from '../header-values.ts';
import type { SignRule } from '../schema/sign.ts';
import type { Aws4Keys } from './aws4.ts';
import type { Access } from './access.ts';
import { ofTheRun } from './of-the-run.ts';

/** What signing needs. */
export interface Signing {
  sign: SignRule | undefined;
  aws4: Aws4Keys | undefined;
  scope: Scope;
  env: Environment;
  /** UTC ms. */
  now: number;
  /** As of the login. */
  access: Pick<Access, 'home' | 'session'>;
}

/** A request as it goes out. */
export interface Signed {
  request: HttpRequest;
  /** What stands in no message: it is good for a while. */
  signatures: readonly string[];
}

/** The request with its signatures: of the very bytes that go out, and to the home alone. */
export async function signRequest(request: HttpRequest, signing: Signing): Promise<Signed> {
  const { sign, aws4, access, now } = signing;
  if (request.isAnonymous || request.url.origin !== access.home) return { request, signatures: [] };
  const declared = sign ? await bySign(request, sign, signing) : { request, signatures: [] };
  if (!aws4) return declared;
  const { aws4Headers, signatureIn } = await import('./aws4.ts');
  const { request: before, signatures } = declared;
  const headers = await aws4Headers(before, aws4, now);
  return {
    request: { ...before, credentials: { ...before.credentials, ...headers } },
    signatures: [...signatures, ...signatureIn(headers)],
  };
}

async function bySign(request: HttpRequest, sign: SignRule, signing: Signing): Promise<Signed> {
  try {
    return await declaredSignature(request, sign, signing);
  } catch (error) {
    throw ofTheRun(error, 'A request could not be signed', '`sign`');
  }
}

async function declaredSignature(request: HttpRequest, sign: SignRule, signing: Signing): Promise<Signed> {
  const { env, access, now } = signing;
  const session = access.session === undefined ? {} : { session: access.session };
  const scope = { ...signing.scope, ...session, request: await seenRequest(request, now) };
  const headers = headersOf(await whole(sign.headers, scope, env));
  const query = encodeQuery(await whole(sign.query, scope, env));
  const url = new URL(request.url);
  for (const [name, value] of query) url.searchParams.append(name, value);
  return {
    request: { ...request, url, credentials: { ...request.credentials, ...headers } },
    signatures: [...Object.values(headers), ...query.map(([, value]) => value)],
  };
}

/** A request without a part of its signature would only be refused, for a reason that nobody finds. */
async function whole(shape: Shape | undefined, scope: Scope, env: Environment): Promise<Fields> {
  const values = ((await shape?.make({}, scope, env)) ?? {}) as Fields;
  const empty = (shape?.keys ?? []).find((name) => (values[name] ?? '') === '');
  if (empty === undefined) return values;
  throw problem('SIGNATURE_EMPTY', `\`sign\` of the connector makes no value for ${empty}.`, {
    nothingDone: true,
    fix: 'Correct its expression: a request has a `$request.body` only where it sends text.',
  });
}

/** `$request`. */
async function seenRequest({ method, url, headers, credentials, body }: HttpRequest, now: number): Promise<Fields> {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : (body ?? new Uint8Array());
  const text = !isUpload(bytes) && isUtf8(bytes) ? { body: Buffer.from(bytes).toString('utf8') } : {};
  return {
    method,
    url: url.href,
    path: url.pathname,
    query: url.search.slice(1),
    headers: { ...headers, ...credentials, host: url.host },
    ...text,
    bodySha256: await bodySha256(bytes),
    time: now,
  };
}
