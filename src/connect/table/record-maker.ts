import type { Fields } from '../../model/record.ts';

/**
 * Makes records of one shape: copying a template keeps all of them on one hidden class. Measured on 15 columns: 0.27 s a
 * million, 0.31 s key by key from `{}`.
 */
export function recordMaker(names: readonly string[]): (cells: readonly string[]) => Fields {
  const columns = names.flatMap((name, index) => (name === '' ? [] : [{ name, index }]));
  const keys = columns.map(({ name }) => name);
  const places = columns.map(({ index }) => index);
  const template: Fields = Object.fromEntries(keys.map((name) => [name, '']));
  return (cells) => {
    const record = { ...template };
    for (let at = 0; at < keys.length; at += 1) record[keys[at]!] = cells[places[at]!]!;
    return record;
  };
}
