/** A JSON Schema, as far as keys go. */
interface Schema {
  properties?: Record<string, Schema>;
  description?: string;
  $defs?: Record<string, Schema>;
  [keyword: string]: unknown;
}

/** One promise: a key and what is said of it, with every `PARENT > KEY` where it may be written. */
export interface KeyOfSchema {
  key: string;
  /** Where it was met first. */
  path: string;
  pairs: Set<string>;
}

/** The keys that a schema knows. Those that several places share, alike in all that is said of them, are one. */
export function keysOfSchema({ $defs = {}, ...root }: Schema): KeyOfSchema[] {
  const keys = new Map<string, KeyOfSchema>();
  const walk = (value: unknown, above: string[]): void => {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      for (const item of value) walk(item, above);
      return;
    }
    const { properties = {}, examples: _examples, default: _default, 'x-portolan': _mark, ...rest } = value as Schema;
    for (const [key, inner] of Object.entries(properties)) {
      const path = [...above, key];
      const id = `${key}: ${textOf(inner)}`;
      const known = keys.get(id) ?? { key, path: path.join('.'), pairs: new Set() };
      keys.set(id, known);
      for (const parent of above.length === 0 ? [''] : above) known.pairs.add(`${parent} > ${key}`);
      walk(inner, path);
    }
    walk(Object.values(rest), above);
  };
  walk(root, []);
  for (const [name, inner] of Object.entries($defs)) walk(inner, [name, `${name}s`]);
  return [...keys.values()];
}

/** What names an expression may use differs from place to place; the promise does not. */
const textOf = (schema: Schema): string =>
  JSON.stringify(schema, (name, value: unknown) => (name === 'x-portolan' ? undefined : value));
