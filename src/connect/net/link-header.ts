const token = '[^\\s=;,"]+';
const value = '"(?:[^"\\\\]|\\\\.)*"|[^";,\\s]*';
const link = new RegExp(`<([^>]*)>((?:\\s*;\\s*${token}\\s*(?:=\\s*(?:${value}))?)*)`, 'g');
const parameter = new RegExp(`;\\s*(${token})\\s*(?:=\\s*(${value}))?`, 'g');

/** Reads a `Link` header (RFC 8288): address by relation, as written. The first of a relation wins. */
export function readLinkHeader(header: string | undefined): Record<string, string> {
  const links: Record<string, string> = {};
  for (const [, target = '', parameters = ''] of (header ?? '').matchAll(link)) {
    for (const name of relationsIn(parameters)) if (!Object.hasOwn(links, name)) links[name] = target;
  }
  return links;
}

function relationsIn(parameters: string): string[] {
  for (const [, name = '', text = ''] of parameters.matchAll(parameter)) {
    if (name.toLowerCase() !== 'rel') continue;
    return text.replaceAll('"', '').toLowerCase().split(/\s+/).filter(Boolean);
  }
  return [];
}
