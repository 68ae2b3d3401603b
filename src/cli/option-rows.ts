import type { Schema } from '../connect/sdk/index.ts';

type Row = [option: string, type: string, byDefault: string, about: string];

/** The options of a kind, inner ones under their path; a `*` marks those that must be given. */
export function optionRows(schema: Schema, path = ''): Row[] {
  const properties = (schema.properties ?? {}) as Record<string, Schema>;
  const required = new Set(schema.required as string[] | undefined);
  const rows = Object.entries(properties).flatMap(([name, option]): Row[] => {
    const full = path === '' ? name : `${path}.${name}`;
    const byDefault = option.default === undefined ? '' : JSON.stringify(option.default);
    const own: Row = [
      required.has(name) ? `${full}*` : full,
      typeText(option),
      byDefault,
      String(option.description ?? ''),
    ];
    return [own, ...optionRows(option, full)];
  });
  // A kind whose value is no map, such as `filter:`, is its own option.
  if (path !== '' || Object.keys(properties).length > 0 || schema.type === 'object') return rows;
  return [['(its value)', typeText(schema), '', String(schema.description ?? '')]];
}

function typeText(option: Schema): string {
  if (Array.isArray(option.enum)) return option.enum.map((value) => JSON.stringify(value)).join(' | ');
  const mark = option['x-portolan']?.as;
  if (mark !== undefined) return mark;
  return Array.isArray(option.type) ? option.type.join(' | ') : String(option.type ?? 'any');
}
