import type { Fields } from '#sdk';

/** Parameters of a query: a list repeats its name, a map becomes nested brackets, no value is left out. */
export function encodeQuery(query: Fields): [string, string][] {
  return Object.entries(query).flatMap(([name, value]) =>
    Array.isArray(value) ? value.flatMap((item) => nested(name, item)) : nested(name, value),
  );
}

/** A form's body, as PHP reads it: `user[name]=…`, `ids[0]=…`. */
export function encodeForm(form: Fields): string {
  return new URLSearchParams(Object.entries(form).flatMap(([name, value]) => nested(name, value))).toString();
}

function nested(name: string, value: unknown): [string, string][] {
  if (value === undefined) return [];
  if (value === null) return [[name, '']];
  if (typeof value !== 'object') return [[name, String(value)]];
  return Object.entries(value).flatMap(([key, item]) => nested(`${name}[${key}]`, item));
}
