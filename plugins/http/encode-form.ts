import { formPairs, type Fields } from '#sdk';

/** Parameters of a query: a list repeats its name, a map becomes nested brackets, no value is left out. */
export function encodeQuery(query: Fields): [string, string][] {
  return Object.entries(query).flatMap(([name, value]) =>
    Array.isArray(value) ? value.flatMap((item) => formPairs(name, item)) : formPairs(name, value),
  );
}

/** A form's body, as PHP reads it: `user[name]=…`, `ids[0]=…`. */
export function encodeForm(form: Fields): string {
  return new URLSearchParams(Object.entries(form).flatMap(([name, value]) => formPairs(name, value))).toString();
}
