import { createHmac, createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { problem } from '../../model/problem.ts';
import { declare } from './declare.ts';

const algorithms = ['HS256', 'RS256', 'ES256'];

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');

/**
 * A signed JSON Web Token (RFC 7519, compact form of RFC 7515). `key`: a secret for HS256, else a private key as PEM.
 * Throws EXPRESSION_FAILED for another algorithm, and for a key that does not fit.
 */
export function makeJwt(claims: object, key: string, algorithm: string, header: object = {}): string {
  const signed = `${encoded({ typ: 'JWT', ...header, alg: algorithm })}.${encoded(claims)}`;
  return `${signed}.${signature(signed, key, algorithm)}`;
}

function signature(text: string, key: string, algorithm: string): string {
  if (algorithm === 'HS256') return createHmac('sha256', key).update(text).digest('base64url');
  const kind = { RS256: 'rsa', ES256: 'ec' }[algorithm];
  if (!kind) throw problem('EXPRESSION_FAILED', `$jwt does not know the algorithm; it knows ${algorithms.join(', ')}.`);
  const read = privateKey(key);
  if (read?.asymmetricKeyType !== kind) {
    throw problem('EXPRESSION_FAILED', `The key of $jwt is no ${kind === 'rsa' ? 'RSA' : 'EC'} private key as PEM.`);
  }
  // RFC 7518 section 3.4: the two numbers one after the other, not DER.
  const dsaEncoding = kind === 'ec' ? ({ dsaEncoding: 'ieee-p1363' } as const) : {};
  return sign('sha256', Buffer.from(text), { key: read, ...dsaEncoding }).toString('base64url');
}

/** Undefined for what is none: the reason of OpenSSL could hold parts of it. */
function privateKey(text: string): KeyObject | undefined {
  try {
    return createPrivateKey(text);
  } catch {
    return undefined;
  }
}

export default declare({
  name: 'jwt',
  signature: "$jwt(claims, key, algorithm = 'HS256', header = {})",
  about: `A signed JSON Web Token (RFC 7519). Algorithms: ${algorithms.join(', ')}; for the last two the key is a private key as PEM. \`exp\` and \`iat\` are seconds: \`$floor($millis() / 1000)\`.`,
  example: {
    expression: "$jwt({ 'sub': '7' }, 'key')",
    gives: 'eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.vJ1RyK3JjatNZIIKsu2sUySA0yHYtno3MdQZtIbyc-M',
  },
  accepts: '<oss?o?:s>',
  call: (_context, claims, key, algorithm = 'HS256', header = {}) =>
    makeJwt(claims as object, key as string, algorithm as string, header as object),
});
