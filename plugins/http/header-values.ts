import { problem } from '#sdk';

/** Headers out of a shape's value: names in lower case, values as text. Throws TEMPLATE_VALUE. */
export function headersOf(made: unknown): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries((made ?? {}) as Record<string, unknown>)) {
    if (value === undefined || value === null) continue;
    const text = String(value);
    // RFC 9110 section 5.5; a line break would begin another header.
    if (typeof value === 'object' || /[^\t\x20-\x7e\x80-\xff]/.test(text)) {
      throw problem('TEMPLATE_VALUE', `The value of the header ${name} is no text that can stand in a header.`, {
        fix: 'Headers hold one line of Latin letters; encode what is more.',
      });
    }
    headers[name.toLowerCase()] = text;
  }
  return headers;
}
