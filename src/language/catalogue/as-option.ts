import type { Schema } from '../../connect/sdk/index.ts';
import { isKindSchema } from './one-kind.ts';
import { asYaml } from './words.ts';

/**
 * A single value where a map or a list belongs, as the option that was probably meant: `{ after: 2 days }`. Undefined where it
 * can't be told: the map needs more than one option, or its first one is of another form.
 */
export function asOption(value: unknown, schema: Schema): string | undefined {
  const isSingle = typeof value === 'string' || typeof value === 'number';
  if (!isSingle || value === '' || String(value).length > 60 || isKindSchema(schema)) return undefined;
  const types = [schema.type].flat();
  if (!types.includes('object')) return types.includes('array') ? asItem(value, schema.items) : undefined;
  const options = Object.entries((schema.properties as Record<string, Schema> | undefined) ?? {});
  const required = (schema.required as string[] | undefined) ?? [];
  const meant = required.length === 0 ? options[0] : options.find(([name]) => name === required[0]);
  if (!meant || required.length > 1 || !takes(meant[1], value)) return undefined;
  return asYaml({ [meant[0]]: value });
}

/** The only item of a list. */
function asItem(value: string | number, items: unknown): string | undefined {
  if (typeof items !== 'object' || items === null) return undefined;
  const schema = items as Schema;
  const item = takes(schema, value) ? asYaml(value) : asOption(value, schema);
  return item === undefined ? undefined : `[${item}]`;
}

/** Whether an option takes a text or number, as far as its schema says at once. */
function takes(option: Schema, value: string | number): boolean {
  if (option.secret === true || isKindSchema(option)) return false;
  const types = [option.type ?? []].flat();
  const isOfType = typeof value === 'number' ? types.includes('number') || types.includes('integer') : false;
  if (!isOfType && !types.includes('string')) return false;
  if (Array.isArray(option.enum)) return option.enum.includes(value);
  return typeof option.pattern !== 'string' || new RegExp(option.pattern, 'u').test(String(value));
}
