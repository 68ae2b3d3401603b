const STARS = '***';

/**
 * A personal value as it may be shown: its first letter and three stars, whatever its length. One letter alone, numbers,
 * dates and booleans are stars only; lists and maps are masked inside; no value stays no value.
 */
export function mask(value: unknown): unknown {
  if (value === null || value === undefined) return value;
  if (Array.isArray(value)) return value.map(mask);
  if (typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mask(inner)]));
  }
  if (typeof value !== 'string') return STARS;
  const letters = [...value.trim()];
  const first = letters[0] ?? '';
  return letters.length > 1 && /\p{L}/u.test(first) ? first + STARS : STARS;
}
