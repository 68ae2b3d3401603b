import { webcrypto, type KeyObject } from 'node:crypto';
import { DOMImplementation, DOMParser, XMLSerializer } from '@xmldom/xmldom';
import { setNodeDependencies } from 'xml-core';
import { Application, Parse, SignedXml } from 'xmldsigjs';
import * as xpath from 'xpath';

const saml = 'urn:oasis:names:tc:SAML:2.0:assertion';

/** The little of a DOM node that is read; the library brings its own. */
interface Node {
  textContent: string | null;
  getAttribute?(name: string): string | null;
  getElementsByTagNameNS(space: string, name: string): Iterable<Node>;
}

/** What a signed assertion (base64url) says. Throws where the signature is not that of `key`, or does not cover the whole. */
export async function judgeSaml(assertion: string, key: KeyObject): Promise<Record<string, unknown>> {
  setNodeDependencies({ DOMImplementation, DOMParser, XMLSerializer, xpath });
  Application.setEngine('node', webcrypto as never);
  const document = Parse(Buffer.from(assertion, 'base64url').toString('utf8'));
  const root = document.documentElement;
  const signature = document.getElementsByTagNameNS('http://www.w3.org/2000/09/xmldsig#', 'Signature')[0];
  if (!signature) throw new Error('no signature');
  const signed = new SignedXml(document);
  signed.LoadXml(signature);
  const reference = signed.XmlSignature.SignedInfo.References.Item(0);
  if (reference?.Uri !== `#${root.getAttribute('ID')}`) throw new Error('the signature is not of the assertion');
  const spki = key.export({ type: 'spki', format: 'der' });
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const trusted = await webcrypto.subtle.importKey('spki', spki, algorithm, true, ['verify']);
  if (!(await signed.Verify(trusted as never))) throw new Error('the signature is not of the key');
  const elements = (name: string, under: Node = document): Node[] => [...under.getElementsByTagNameNS(saml, name)];
  const text = (name: string): string | null | undefined => elements(name)[0]?.textContent;
  return {
    issuer: text('Issuer'),
    subject: text('NameID'),
    audience: text('Audience'),
    recipient: elements('SubjectConfirmationData')[0]?.getAttribute?.('Recipient'),
    attributes: Object.fromEntries(
      elements('Attribute').map((attribute) => [
        String(attribute.getAttribute?.('Name')),
        elements('AttributeValue', attribute).map(({ textContent }) => textContent),
      ]),
    ),
  };
}
