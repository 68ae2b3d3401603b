import type { Schema } from './field.ts';

/** A kind at a place, with what may and must stand beside it. */
export interface PlacedKind {
  /** Schema of what stands under the kind, its description included. */
  options: Schema;
  /** Words that may stand beside it. */
  beside: readonly string[];
  /** Words that must. */
  required?: readonly string[];
}

/** May the bare name stand for the kind? Only where it is a map without required options, and nothing is required beside. */
export const canBeBare = ({ options, required = [] }: PlacedKind): boolean =>
  required.length === 0 &&
  options.type === 'object' &&
  ((options.required as unknown[] | undefined) ?? []).length === 0 &&
  options.minProperties === undefined;

/**
 * The schema pattern "kind as key, words beside it", which serves ajv and editors alike. `words` are the schemas of all
 * words beside; a kind takes those it lists. Never refers to itself.
 */
export function kindsSchema(
  kinds: Readonly<Record<string, PlacedKind>>,
  words: Readonly<Record<string, Schema>>,
  about: string,
): Schema {
  const names = Object.keys(kinds);
  const bare = names.filter((name) => canBeBare(kinds[name] as PlacedKind));
  const wordNames = Object.keys(words);
  return {
    description: about,
    type: bare.length > 0 ? ['string', 'object'] : 'object',
    properties: { ...Object.fromEntries(names.map((name) => [name, kinds[name]?.options])), ...words },
    additionalProperties: false,
    oneKind: names,
    dependentSchemas: Object.fromEntries(names.map((name) => [name, besideSchema(name, kinds[name] as PlacedKind)])),
    ...(wordNames.length > 0
      ? { allOf: [{ if: { type: 'object', propertyNames: { enum: wordNames } }, then: { not: {} } }] }
      : { minProperties: 1 }),
    ...(bare.length > 0 ? { if: { type: 'string' }, then: { enum: bare }, examples: bare } : {}),
  };
}

function besideSchema(name: string, { beside, required = [] }: PlacedKind): Schema {
  return {
    properties: Object.fromEntries([name, ...beside].map((key) => [key, true])),
    ...(required.length > 0 ? { required: [...required] } : {}),
    additionalProperties: false,
  };
}

/** One of them, or a list of them. The items are a definition of their own: a list that refers to itself breaks editors. */
export function oneOrList(single: Schema, itemReference: string): Schema {
  const types = Array.isArray(single.type) ? single.type : [single.type];
  return { ...single, type: [...types, 'array'], items: { $ref: itemReference }, minItems: 1 };
}
