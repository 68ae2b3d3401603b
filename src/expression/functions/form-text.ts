import { declare } from './declare.ts';

/** Names and values of a form: a map or a list becomes nested brackets, `user[name]`, `ids[0]`. */
export function formPairs(name: string, value: unknown): [string, string][] {
  if (value === undefined) return [];
  if (value === null) return [[name, '']];
  if (typeof value !== 'object') return [[name, String(value)]];
  return Object.entries(value).flatMap(([key, item]) => formPairs(`${name}[${key}]`, item));
}

export default declare({
  name: 'formText',
  signature: '$formText(map)',
  about:
    'A map as the text of a form (`application/x-www-form-urlencoded`), maps and lists in nested brackets, as `form` of a request sends it: for an API that takes commands as text.',
  example: {
    expression: "$formText({ 'id': 7, 'fields': { 'NAME': 'Лена' } })",
    gives: 'id=7&fields%5BNAME%5D=%D0%9B%D0%B5%D0%BD%D0%B0',
  },
  accepts: '<o-:s>',
  call: (_context, map) =>
    new URLSearchParams(Object.entries(map as object).flatMap(([name, value]) => formPairs(name, value))).toString(),
});
