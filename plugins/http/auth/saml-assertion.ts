import { SignedXml } from 'xml-crypto';
import type { Fields } from '#sdk';
import type { Asserted } from './asserted.ts';

/** The server's clock may be behind ours. */
const earlyMs = 60_000;

const algorithms = {
  canonical: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  enveloped: 'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
  digest: 'http://www.w3.org/2001/04/xmlenc#sha256',
  signature: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
};

/** A signed SAML 2.0 bearer assertion that asks for a token, as base64url (RFC 7522 section 3 and 2.1). */
export function samlAssertion(asserted: Asserted): string {
  const signer = new SignedXml({
    privateKey: asserted.key.export({ type: 'pkcs8', format: 'pem' }),
    signatureAlgorithm: algorithms.signature,
    canonicalizationAlgorithm: algorithms.canonical,
    idAttribute: 'ID',
    // No certificate goes along: the server knows the one that it trusts.
    getKeyInfoContent: () => null,
  });
  signer.addReference({
    xpath: "/*[local-name(.)='Assertion']",
    transforms: [algorithms.enveloped, algorithms.canonical],
    digestAlgorithm: algorithms.digest,
  });
  const location = { reference: "/*/*[local-name(.)='Issuer']", action: 'after' } as const;
  signer.computeSignature(unsigned(asserted), { prefix: 'ds', location });
  return Buffer.from(signer.getSignedXml(), 'utf8').toString('base64url');
}

function unsigned({ id, issuer, subject, audience, recipient, issuedMs, expiresMs, claims }: Asserted): string {
  const issued = moment(issuedMs);
  const expires = moment(expiresMs);
  return [
    `<saml2:Assertion xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" ID="_${id}" IssueInstant="${issued}" Version="2.0">`,
    `<saml2:Issuer>${escaped(issuer)}</saml2:Issuer>`,
    '<saml2:Subject>',
    `<saml2:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified">${escaped(subject)}</saml2:NameID>`,
    '<saml2:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">',
    `<saml2:SubjectConfirmationData NotOnOrAfter="${expires}" Recipient="${escaped(recipient)}"/>`,
    '</saml2:SubjectConfirmation></saml2:Subject>',
    `<saml2:Conditions NotBefore="${moment(issuedMs - earlyMs)}" NotOnOrAfter="${expires}">`,
    `<saml2:AudienceRestriction><saml2:Audience>${escaped(audience)}</saml2:Audience></saml2:AudienceRestriction>`,
    '</saml2:Conditions>',
    `<saml2:AuthnStatement AuthnInstant="${issued}" SessionIndex="_${id}"><saml2:AuthnContext>`,
    '<saml2:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified</saml2:AuthnContextClassRef>',
    '</saml2:AuthnContext></saml2:AuthnStatement>',
    attributes(claims),
    '</saml2:Assertion>',
  ].join('');
}

function attributes(claims: Fields): string {
  const made = Object.entries(claims).map(([name, value]) => {
    const values = [value]
      .flat()
      .map((each) => `<saml2:AttributeValue>${escaped(String(each))}</saml2:AttributeValue>`);
    return `<saml2:Attribute Name="${escaped(name)}">${values.join('')}</saml2:Attribute>`;
  });
  return made.length === 0 ? '' : `<saml2:AttributeStatement>${made.join('')}</saml2:AttributeStatement>`;
}

const moment = (ms: number): string => new Date(ms).toISOString();

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => entities[character] ?? '');
