import type { SaxesAttributeNS, SaxesTagNS } from 'saxes';

/** The prefix `xml` stands for it everywhere (Namespaces in XML 1.0, section 3). */
export const xmlNamespace = 'http://www.w3.org/XML/1998/namespace';

/** Attributes of it (`xsi:type`, `xsi:nil`, `xsi:schemaLocation`) speak of the schema, and are no data. */
export const schemaInstance = 'http://www.w3.org/2001/XMLSchema-instance';

/** The prefix of a name, or ''. */
export const prefixOf = (name: string): string => name.slice(0, Math.max(0, name.indexOf(':')));

/** An element's or attribute's name as pipelines know it: with our prefix, or with none. */
export function nameOf({ uri, local }: Pick<SaxesTagNS, 'uri' | 'local'>, prefixes: ReadonlyMap<string, string>) {
  const prefix = uri === '' ? undefined : prefixes.get(uri);
  return prefix ? `${prefix}:${local}` : local;
}

/** Is the attribute data, not a declaration of a namespace or of the schema? */
export const isData = ({ prefix, name, uri }: SaxesAttributeNS, prefixes: ReadonlyMap<string, string>): boolean =>
  prefix === '' ? name !== 'xmlns' : prefix !== 'xmlns' && (uri !== schemaInstance || prefixes.has(uri));

/** Does the attribute say that its element has no value (`xsi:nil`)? */
export const isNil = ({ uri, local, value }: SaxesAttributeNS): boolean =>
  uri === schemaInstance && local === 'nil' && (value.trim() === 'true' || value.trim() === '1');
