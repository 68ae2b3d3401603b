import type { ValueType } from './value-type.ts';

const dates = 'addDays date now today';
const texts =
  'string substring substringBefore substringAfter lowercase uppercase trim pad replace join formatNumber formatBase ' +
  'formatInteger base64encode base64decode encodeUrlComponent encodeUrl decodeUrlComponent decodeUrl fromMillis type ' +
  'dateFormat hash inn month password phone snils transliterate uuid';
const numbers =
  'sum count max min average length parseInteger number floor ceil round abs sqrt power random toMillis millis';
const booleans = 'boolean not contains exists';

const all = (names: string, type: ValueType): [string, ValueType][] => names.split(' ').map((name) => [name, type]);

/** What functions give, where it never depends on the arguments.*/
const results = new Map<string, ValueType>([
  ...all(dates, { is: 'date' }),
  ...all(texts, { is: 'text' }),
  ...all(numbers, { is: 'number' }),
  ...all(booleans, { is: 'boolean' }),
  // A table of one column is a list of its texts, any other one of maps: a number is in neither.
  ['table', { is: 'list', of: { is: 'text' } }],
  ['split', { is: 'list', of: { is: 'text' } }],
]);

/** The type of what a function gives; undefined where that is not sure. */
export const resultOf = (name: string): ValueType | undefined => results.get(name);
