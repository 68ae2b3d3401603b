type Forms = readonly [one: string, few: string, many: string];

const rules = new Intl.PluralRules('ru');

/** A count with its noun in Russian: `1 строка`, `2 строки`, `5 строк`, `21 строка`. */
export function countedRu(count: number, [one, few, many]: Forms): string {
  const form = rules.select(count);
  return `${count} ${form === 'one' ? one : form === 'few' ? few : many}`;
}
