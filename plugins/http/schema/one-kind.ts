import { field, type Field, type Schema } from '#sdk';

/** Words that may stand beside a kind. */
type Words = Record<string, Field<unknown>>;

type Fields<P extends Words> = { [K in keyof P]?: P[K] extends Field<infer T> ? T : never };

/**
 * A map with exactly one of `kinds` as key, and beside it the words that this kind takes. It is the form that every
 * place with kinds has: see the language's second rule.
 */
export function oneKind<K extends Words, W extends Words>(
  kinds: K,
  words: W,
  beside: Record<keyof K & string, readonly (keyof W & string)[]>,
  options: { about: string; bare?: readonly string[] },
): Field<Fields<K> & Fields<W>> {
  const wordNames = Object.keys(words);
  const bare = options.bare ?? [];
  const schema: Schema = {
    type: bare.length > 0 ? ['string', 'object'] : 'object',
    properties: schemasOf({ ...kinds, ...words }),
    additionalProperties: false,
    oneKind: Object.keys(kinds),
    dependentSchemas: Object.fromEntries(
      Object.entries(beside).map(([kind, names]) => [
        kind,
        {
          properties: Object.fromEntries([kind, ...names].map((name) => [name, true])),
          additionalProperties: false,
        },
      ]),
    ),
    ...(wordNames.length > 0
      ? { allOf: [{ if: { type: 'object', propertyNames: { enum: wordNames } }, then: { not: {} } }] }
      : {}),
    ...(bare.length > 0 ? { if: { type: 'string' }, then: { enum: [...bare] }, examples: [...bare] } : {}),
  };
  return field.raw<Fields<K> & Fields<W>, { about: string }>(schema, { about: options.about });
}

const schemasOf = (fields: Words): Record<string, Schema> =>
  Object.fromEntries(Object.entries(fields).map(([name, option]) => [name, option.schema]));
