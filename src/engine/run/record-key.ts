/** One part as it is; several joined by `|`, with `|` and `\\` in a part escaped, so that no two lists make one key. */
export function joinKey(parts: unknown[]): string | null {
  if (!parts.every(isNaming)) return null;
  return parts.length === 1 ? String(parts[0]) : parts.map((part) => escaped(String(part))).join('|');
}

/** Can a value tell records apart? */
export const isNaming = (part: unknown): boolean =>
  part !== undefined && part !== null && part !== '' && typeof part !== 'object';

const escaped = (part: string): string => part.replace(/[\\|]/g, '\\$&');

/** Key of a part of a record: one more part behind the record's own. `parts`: how many the record's key has. */
export const keyOfPart = (whole: string, parts: number, part: unknown): string =>
  `${parts === 1 ? escaped(whole) : whole}|${escaped(String(part))}`;

/** Key of the record that a part was of. */
export function keyOfWhole(key: string, parts: number): string {
  const whole = key.replace(/\|(?:[^\\|]|\\.)*$/s, '');
  return parts === 1 ? whole.replace(/\\(.)/gs, '$1') : whole;
}
