import { problem, type Problem } from '../../model/problem.ts';

interface NumberForm {
  /** Between thousands; '' for none. */
  group: string;
  decimal: string;
}

/** U+00A0, thin and narrow blanks: what spreadsheets put between thousands. */
const blank = '[ \\u00a0\\u2009\\u202f]';

/**
 * Reads a form off an example: `1 234,5`, `1,234.5`, `1'234.5`, `1234,5`, `1234`. Throws NUMBER_FORMAT.
 */
export function numberForm(example: string): NumberForm {
  const match = /^1([ \u00a0\u202f.,'’]?)234(?:([.,])5+)?$/.exec(example);
  const [, group = '', decimal = ''] = match ?? [];
  if (!match || (group !== '' && group === decimal)) {
    throw problem('NUMBER_FORMAT', `\`${example}\` is not a number format.`, {
      fix: 'Write an example: 1 234,5 or 1,234.5 or 1234.5.',
    });
  }
  return { group, decimal };
}

const regexes = new Map<string, RegExp>();

/** Thousands may be grouped by three throughout, or not at all. */
function regexOf(example: string): RegExp {
  const known = regexes.get(example);
  if (known) return known;
  const { group, decimal } = numberForm(example);
  const separator = /\s/.test(group) ? blank : /['’]/.test(group) ? "['’]" : `\\${group}`;
  const whole = group === '' ? '\\d+' : `\\d+|\\d{1,3}(?:${separator}\\d{3})+`;
  const regex = new RegExp(`^([-−+]?)(${whole})${decimal === '' ? '' : `(?:\\${decimal}(\\d+))?`}$`);
  regexes.set(example, regex);
  return regex;
}

/** JSON's own grammar. */
const plain = /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/;

/**
 * Reads a number in the form of an example, or, with `true`, as JSON writes it. Throws NUMBER_UNREADABLE also for a
 * number with more digits than JavaScript holds: better refused than changed.
 */
export function parseNumber(text: string | number, form: string | true): number {
  if (typeof text === 'number') return text;
  const written = text.trim();
  const decimal = form === true ? asWritten(written) : asDecimal(written, form);
  if (decimal === undefined) throw unreadable(`expected one like ${form === true ? '1234.5' : form}`);
  const number = Number(decimal);
  if (!Number.isFinite(number)) throw unreadable('it is too large');
  if (canonical(decimal) !== canonical(String(number))) {
    throw unreadable('it has more digits than a number can hold; leave it as text');
  }
  return number === 0 ? 0 : number;
}

const asWritten = (text: string): string | undefined => (plain.test(text) ? text : undefined);

function asDecimal(text: string, form: string): string | undefined {
  const match = regexOf(form).exec(text);
  if (!match) return undefined;
  const [, sign = '', whole = '', fraction = ''] = match;
  return `${sign === '' || sign === '+' ? '' : '-'}${whole.replace(/\D/g, '')}${fraction && `.${fraction}`}`;
}

function unreadable(why: string): Problem {
  return problem('NUMBER_UNREADABLE', `A text is not a number: ${why}.`, {
    fix: 'Correct it at the source, or change the number format of the field.',
  });
}

/** Digits without outer zeros, and the power of ten: two notations of one number are alike. */
function canonical(text: string): string {
  const [, sign, whole = '', fraction = '', power = '0'] =
    /^([-+]?)(\d*)(?:\.(\d*))?(?:[eE]([-+]?\d+))?$/.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const exponent = Number(power) - fraction.length + (digits.length - significant.length);
  return `${sign === '-' ? '-' : ''}${significant}e${exponent}`;
}
