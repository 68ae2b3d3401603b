import { numberOfText, isoOfText } from './written-values.ts';
import type { ValueType } from './value-type.ts';

/** One side of an operator: what is known of it and how it is written. */
export interface Side {
  type: ValueType | undefined;
  /** As it is written, or `the left side` where that is long. */
  shown: string;
  /** An item of a list that is not written out. */
  isItem?: boolean;
}

/** Why two sides never fit: two sentences, what is there and what to write. */
export interface Clash {
  message: string;
  fix: string;
}

/** Whether `left OPERATOR right` fails or never holds for every record; undefined where it may well be right. */
export function comparisonClash(operator: string, left: Side, right: Side): Clash | undefined {
  if (!left.type || !right.type) return undefined;
  const orders = /[<>]/.test(operator);
  if (fits(left.type, right.type, orders)) return undefined;
  return {
    message: `${described(left)} and ${described(right)}, so ${consequence(operator, left.type, right.type)}`,
    fix: fixOf(left, right, orders) ?? fixOf(right, left, orders) ?? 'Compare values of the same type.',
  };
}

/** Whether a side can't be calculated with. */
export function arithmeticClash(operator: string, side: Side, other: Side | undefined): Clash | undefined {
  const { type, shown } = side;
  if (!type || type.is === 'number') return undefined;
  return {
    message: `${described(side)}, so \`${operator}\` rejects every record that has it`,
    fix: arithmeticFix(operator, type, shown, other),
  };
}

function fits(one: ValueType, other: ValueType, orders: boolean): boolean {
  if (orders && [one, other].some(({ is }) => is === 'boolean' || is === 'list')) return false;
  if (one.is === 'date' && other.is === 'text') return isDateText(other, orders);
  if (one.is === 'text' && other.is === 'date') return isDateText(one, orders);
  return one.is === other.is;
}

/** A text that a function made may be a date; a cell as it came is none, and a constant shows what it is. */
function isDateText({ constant, column }: ValueType & { is: 'text' }, orders: boolean): boolean {
  if (constant === undefined) return column === undefined;
  return orders ? /^\d{4}(-\d\d(-\d\d(T.*)?)?)?$/.test(constant) : /^\d{4}-\d\d-\d\d(T.*)?$/.test(constant);
}

/** A side with its type, to begin a sentence. */
export function described({ type, shown }: Side): string {
  if (type?.is === 'text' && type.column !== undefined)
    return `\`${shown}\` is a text (record.fields does not say otherwise)`;
  if (type?.is === 'date') return `\`${shown}\` is a date such as 2026-11-24`;
  return `\`${shown}\` is a ${type?.is}`;
}

function consequence(operator: string, one: ValueType, other: ValueType): string {
  const isText = [one, other].every(({ is }) => is === 'text' || is === 'date');
  if (/[<>]/.test(operator))
    return isText ? `\`${operator}\` compares letter by letter` : `\`${operator}\` rejects every record that has it`;
  return operator === '!=' ? '`!=` is true for every record that has it' : `\`${operator}\` is never true`;
}

/** What to write so that `one` fits `other`; undefined where the other side is the one to mend. */
function fixOf(one: Side, other: Side, orders: boolean): string | undefined {
  const [{ type, shown }, meant] = [one, other.type];
  if (!type || !meant) return undefined;
  if (type.is === 'list')
    return meant.is === 'list'
      ? 'Lists have no order: compare `$count(…)`.'
      : `Write \`${other.shown} in ${shown}\` to look into the list.`;
  if (type.is === 'date' && meant.is === 'number') return "Write a date as a text, such as '2026-11-24'.";
  if (type.is !== 'text') return undefined;
  const { constant, column } = type;
  if (constant !== undefined) return fixOfConstant(constant, meant, other.shown);
  if (column !== undefined && meant.is === 'date')
    return `Write \`${column}: { date: DD.MM.YYYY }\` under record.fields, in the form in which the dates come.`;
  if (meant.is === 'number' && one.isItem)
    return meant.constant === undefined ? `Write \`$string(${other.shown})\`.` : `Write the text '${meant.constant}'.`;
  if (meant.is === 'number') {
    const text = meant.constant !== undefined && !orders ? `, or compare with the text '${meant.constant}'` : '';
    return column === undefined
      ? `Write \`$number(${shown})\`${text}.`
      : `Write \`${column}: { number: '1234.5' }\` under record.fields, in the form in which the numbers come${text}.`;
  }
  return meant.is === 'boolean' && !orders ? `Compare with the text that comes, such as 'true'.` : undefined;
}

function fixOfConstant(constant: string, meant: ValueType, shown: string): string | undefined {
  const number = numberOfText(constant);
  if (meant.is === 'number')
    return number === undefined ? 'Compare it with a number.' : `Write \`${number}\`, without quotes.`;
  if (meant.is === 'boolean')
    return /^(true|false)$/.test(constant)
      ? `Write \`${constant}\`, without quotes.`
      : 'Compare it with true or false.';
  if (meant.is !== 'date') return undefined;
  if (constant.trim() === '') return `A field without a value is absent: write \`$not($exists(${shown}))\`.`;
  return `Write '${isoOfText(constant) ?? '2026-11-24'}': dates are written year-month-day.`;
}

/** What to write so that a value can be calculated with. */
export function arithmeticFix(operator: string, type: ValueType, shown: string, other: Side | undefined): string {
  if (type.is === 'date') return `Write \`$addDays(${shown}, ${other?.type?.is === 'number' ? other.shown : '1'})\`.`;
  if (type.is !== 'text') return 'Calculate with numbers.';
  const number = type.constant === undefined ? undefined : numberOfText(type.constant);
  if (number !== undefined) return `Write \`${number}\`, without quotes.`;
  if (operator === '+' && (type.constant !== undefined || other?.type?.is === 'text')) return 'Join texts with `&`.';
  if (type.constant !== undefined) return 'Calculate with numbers.';
  return type.column === undefined
    ? `Write \`$number(${shown})\`.`
    : `Write \`${type.column}: { number: '1234.5' }\` under record.fields, in the form in which the numbers come.`;
}
