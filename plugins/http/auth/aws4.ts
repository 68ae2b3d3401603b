import { bodySha256, type Environment, type HttpRequest, type Scope } from '#sdk';
import type { Aws4Rule } from '../schema/sign.ts';

/** Keys of AWS, and for what they sign. */
export interface Aws4Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  region: string;
  service: string;
}

/** What the document says the keys are. */
export async function aws4Keys(rule: Aws4Rule, scope: Scope, env: Environment): Promise<Aws4Keys> {
  const sessionToken = await rule.sessionToken?.render({}, scope, env);
  return {
    accessKeyId: await rule.accessKeyId.render({}, scope, env),
    secretAccessKey: await rule.secretAccessKey.render({}, scope, env),
    region: await rule.region.render({}, scope, env),
    service: await rule.service.render({}, scope, env),
    ...(sessionToken ? { sessionToken } : {}),
  };
}

/** Headers of Signature Version 4. Names in lower case; `now` UTC ms. */
export async function aws4Headers(request: HttpRequest, keys: Aws4Keys, now: number): Promise<Record<string, string>> {
  const { AwsV4Signer } = await import('aws4fetch');
  const { method, url, headers, credentials, body } = request;
  const signer = new AwsV4Signer({
    ...keys,
    method,
    url: url.href,
    // The hash stands in a header for every service, so that the body is never left unsigned.
    headers: { ...headers, ...credentials, 'x-amz-content-sha256': await bodySha256(body) },
    datetime: new Date(now).toISOString().replace(/[:-]|\.\d{3}/g, ''),
  });
  const signed = await signer.sign();
  return Object.fromEntries([...signed.headers].filter(([name]) => name !== 'host' && !Object.hasOwn(headers, name)));
}

/** The signature, whole and alone. */
export const signatureIn = ({ authorization = '' }: Record<string, string>): string[] => [
  authorization,
  authorization.replace(/^.*Signature=/, ''),
];
