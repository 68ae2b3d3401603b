import type { HttpAnswer } from '#sdk';

/** Cookies by origin, then by name. */
export type Cookies = Record<string, Record<string, string>>;

/**
 * What an answer sets, laid over what was there. Cookies go back to the very origin that set them, whatever domain they
 * name (stricter than RFC 6265 section 5.3); those that are set to expire are dropped.
 */
export function withCookies(cookies: Cookies, { url, setCookies }: HttpAnswer, nowMs: number): Cookies {
  if (!setCookies) return cookies;
  const kept = new Map(Object.entries(cookies[url.origin] ?? {}));
  for (const line of setCookies) {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const cut = pair.indexOf('=');
    if (cut < 1) continue;
    const name = pair.slice(0, cut).trim();
    if (isOver(attributes, nowMs)) kept.delete(name);
    else kept.set(name, pair.slice(cut + 1).trim());
  }
  return { ...cookies, [url.origin]: Object.fromEntries(kept) };
}

function isOver(attributes: readonly string[], nowMs: number): boolean {
  const valueOf = (name: string): string | undefined =>
    attributes.find((text) => text.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
  const maxAge = valueOf('max-age');
  // Max-Age goes before Expires (RFC 6265 section 5.3).
  if (maxAge !== undefined) return Number(maxAge) <= 0;
  const expires = valueOf('expires');
  return expires !== undefined && Date.parse(expires) <= nowMs;
}

/** The `Cookie` header for an origin; nothing where it has none. */
export function cookieHeader(cookies: Cookies, origin: string): Record<string, string> {
  const pairs = Object.entries(cookies[origin] ?? {});
  return pairs.length === 0 ? {} : { cookie: pairs.map(([name, value]) => `${name}=${value}`).join('; ') };
}
