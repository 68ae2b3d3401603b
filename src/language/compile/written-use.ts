/** The words that may stand beside a kind. */
export const useWords: readonly string[] = ['connection', 'only', 'when', 'as', 'feed', 'format', 'on', 'language'];

/** A thing that has kinds, as it stands in a document. */
export interface WrittenUse {
  kind: string;
  options: unknown;
  words: Record<string, unknown>;
  /** Where the options stand under the item: the kind's key, or nothing for a bare name. */
  key: string | undefined;
}

/** `csv`, or `{ csv: {…}, words… }`; undefined where no kind, or more than one, is written. */
export function writtenUse(item: unknown, words: readonly string[] = useWords): WrittenUse | undefined {
  if (typeof item === 'string') return { kind: item, options: {}, words: {}, key: undefined };
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return undefined;
  const entries = Object.entries(item);
  const kinds = entries.filter(([key]) => !words.includes(key));
  const [found] = kinds;
  if (!found || kinds.length > 1) return undefined;
  const beside = Object.fromEntries(entries.filter(([key]) => words.includes(key)));
  return { kind: found[0], options: found[1] ?? {}, words: beside, key: found[0] };
}

/** One or a list, as a list, each with the path of its item under `path`. */
export function oneOrList(
  value: unknown,
  path: readonly (string | number)[],
): { item: unknown; path: (string | number)[] }[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return [{ item: value, path: [...path] }];
  return value.map((item: unknown, index) => ({ item, path: [...path, index] }));
}
