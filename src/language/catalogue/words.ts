/** "`a`, `b` or `c`"; of long lists the first twelve, and how many more there are. */
export function oneOf(names: readonly unknown[]): string {
  const shown = names.slice(0, names.length > 14 ? 12 : 14).map((name) => quoted(name));
  const more = names.length - shown.length;
  if (more > 0) return `${shown.join(', ')} or one of ${more} more`;
  return shown.length < 2 ? (shown[0] ?? 'nothing') : `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`;
}

/** A name or value as it is shown in a sentence. */
export const quoted = (value: unknown): string => `\`${typeof value === 'string' ? value : asYaml(value)}\``;

/** A value as it is written on one line of YAML: `{ after: 2 days }`, `['=email']`. */
export function asYaml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(asYaml).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const pairs = Object.entries(value).map(([key, item]) => `${asYaml(key)}: ${asYaml(item)}`);
    return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
  }
  return typeof value === 'string' && needsQuotes(value) ? `'${value.replaceAll("'", "''")}'` : String(value);
}

/** Signs of YAML's own, or what it would read as another type. */
const needsQuotes = (text: string): boolean =>
  text === '' ||
  /^[\s!&*?|>@%`'"#-]|[,[\]{}\n]|: |:$| #|\s$/.test(text) ||
  /^(true|false|null|~|[-+.]?\d[\d_.eE+-]*)$/i.test(text);

const typeWords: Record<string, string> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: '`true` or `false`',
  object: 'a map',
  array: 'a list',
  null: 'nothing',
};

/** JSON types in words: "a text or a map". */
export function typesInWords(type: unknown): string {
  const words = (Array.isArray(type) ? type : [type]).map((name) => typeWords[String(name)] ?? String(name));
  return words.length < 2 ? (words[0] ?? 'a value') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** A value by its type alone, for what may be secret or long. */
export function valueInWords(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'boolean') return `\`${value}\``;
  if (typeof value === 'string') return 'a text';
  return typeof value === 'number' ? 'a number' : 'a map';
}
