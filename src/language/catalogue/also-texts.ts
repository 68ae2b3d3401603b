import type { Schema } from '../../connect/sdk/index.ts';

/** A text that holds `${…}` and is filled in later; only its value can tell whether it is right. */
export const referencePattern = '\\$\\{';
/** A text that is an expression, where a shape is made. */
export const expressionPattern = '^=';

const patterns = [referencePattern, expressionPattern];

/** Is the pattern the escape that {@link alsoTexts} adds? */
export const isEscape = (pattern: unknown): boolean => patterns.includes(pattern as string);

/**
 * The same schema, whose leaves also accept texts of a pattern, whatever they ask for otherwise. Written so that editors
 * and ajv read it alike.
 */
export function alsoTexts(schema: Schema, pattern: string, isWhole = true): Schema {
  if (schema.anyOf || schema.oneOf || schema.$ref) return schema;
  const { properties, items, additionalProperties } = schema as {
    properties?: Record<string, Schema>;
    items?: Schema;
    additionalProperties?: Schema | boolean;
  };
  const below: Schema = {
    ...schema,
    ...(properties
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, option]) => [name, alsoTexts(option, pattern, false)]),
          ),
        }
      : {}),
    ...(typeof items === 'object' ? { items: alsoTexts(items, pattern, false) } : {}),
    ...(typeof additionalProperties === 'object'
      ? { additionalProperties: alsoTexts(additionalProperties, pattern, false) }
      : {}),
  };
  return isWhole ? below : leaf(below, pattern);
}

function leaf(schema: Schema, pattern: string): Schema {
  const types = schema.type === undefined ? [] : ([schema.type].flat() as string[]);
  const { enum: values, const: constant, format, ...rest } = schema;
  if (values !== undefined || constant !== undefined) {
    const { type: _type, ...others } = rest;
    const allowed = values ?? [constant];
    return { ...others, anyOf: [{ enum: allowed }, { type: 'string', pattern }] };
  }
  if (types.length === 0) return schema;
  // A list or a map may be what an expression comes to; what is filled in from outside is always a text.
  if ((types.includes('object') || types.includes('array')) && pattern !== expressionPattern) return schema;
  if (!types.includes('string')) return { ...schema, type: [...types, 'string'], pattern };
  if (format !== undefined)
    return {
      ...rest,
      anyOf: [
        { type: types, format },
        { type: 'string', pattern },
      ],
    };
  return typeof schema.pattern === 'string' ? { ...schema, pattern: `(?:${schema.pattern})|${pattern}` } : schema;
}
