import type { Mark, Schema } from '../../connect/sdk/index.ts';

/** Follows `$ref` inside one document of schemas (`#/$defs/…`). */
export function resolved(schema: Schema, root: Schema): Schema {
  let found = schema;
  for (let hops = 0; typeof found.$ref === 'string' && hops < 50; hops++) {
    const target = atPointer(root, found.$ref);
    if (!target) return found;
    const { $ref: _followed, ...beside } = found;
    found = { ...target, ...beside };
  }
  return found;
}

function atPointer(root: Schema, reference: string): Schema | undefined {
  if (!reference.startsWith('#')) return undefined;
  let node: unknown = root;
  for (const part of reference.slice(1).split('/').slice(1)) {
    const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    node = (node as Record<string, unknown> | undefined)?.[key];
  }
  return node as Schema | undefined;
}

/** The schema of one key of a map: by name, by pattern, or the one of all other keys. */
export function schemaOfKey(schema: Schema, key: string, root: Schema): Schema | undefined {
  const { properties, patternProperties, additionalProperties } = schema as {
    properties?: Record<string, Schema>;
    patternProperties?: Record<string, Schema>;
    additionalProperties?: Schema | boolean;
  };
  if (properties && Object.hasOwn(properties, key)) return resolved(asSchema(properties[key]), root);
  for (const [pattern, value] of Object.entries(patternProperties ?? {})) {
    if (new RegExp(pattern, 'u').test(key)) return resolved(asSchema(value), root);
  }
  return typeof additionalProperties === 'object' ? resolved(additionalProperties, root) : undefined;
}

const asSchema = (schema: Schema | boolean | undefined): Schema => (typeof schema === 'object' ? schema : {});

/** The schema of the items of a list. */
export function schemaOfItems(schema: Schema, root: Schema): Schema | undefined {
  return typeof schema.items === 'object' ? resolved(schema.items as Schema, root) : undefined;
}

/** A shape takes any value; every other mark is of a text or number, so one-or-a-list may share a mark. */
export function markOf(schema: Schema, value: unknown): Mark | undefined {
  // A connector's own connection is plain JSON Schema: `secret: true` is all it can say.
  const mark: Mark | undefined = schema['x-portolan'] ?? (schema.secret === true ? { as: 'secret' } : undefined);
  if (!mark || mark.as === 'shape') return mark;
  return typeof value === 'object' && value !== null ? undefined : mark;
}

/** Key or index by key or index, from the root of a document. */
export type Path = readonly (string | number)[];

/** A value that carries a mark, with its place. */
export interface MarkedLeaf {
  mark: Mark;
  value: unknown;
  path: Path;
}

/** Every marked value of a document, in order. */
export function* markedLeaves(schema: Schema, value: unknown, path: Path = [], root = schema): Generator<MarkedLeaf> {
  const here = resolved(schema, root);
  const mark = markOf(here, value);
  if (mark) {
    yield { mark, value, path };
    return;
  }
  if (Array.isArray(value)) {
    const items = schemaOfItems(here, root);
    if (items) for (const [index, item] of value.entries()) yield* markedLeaves(items, item, [...path, index], root);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    const below = schemaOfKey(here, key, root);
    if (below) yield* markedLeaves(below, item, [...path, key], root);
  }
}
