import { makeJwt } from '#sdk';
import type { Asserted } from './asserted.ts';

/** A JWT that asks for a token (RFC 7523 section 3). `claims` go before what is said otherwise. */
export function jwtAssertion(asserted: Asserted): string {
  const { id, issuer, subject, audience, issuedMs, expiresMs, claims, key, keyPem, keyId } = asserted;
  const standard = {
    iss: issuer,
    sub: subject,
    aud: audience,
    iat: Math.floor(issuedMs / 1000),
    exp: Math.floor(expiresMs / 1000),
    jti: id,
  };
  const algorithm = key.asymmetricKeyType === 'ec' ? 'ES256' : 'RS256';
  return makeJwt({ ...standard, ...claims }, keyPem, algorithm, keyId ? { kid: keyId } : {});
}
