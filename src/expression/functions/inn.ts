import { problem } from '../../model/problem.ts';
import { declare } from './declare.ts';

/** Weights of the check digits, by the Federal Tax Service of Russia (order ММВ-7-6/435@ and its predecessors). */
const weights = {
  organisation: [2, 4, 10, 3, 5, 9, 4, 6, 8],
  personFirst: [7, 2, 4, 10, 3, 5, 9, 4, 6, 8],
  personSecond: [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8],
};

function fits(digits: string, by: number[]): boolean {
  const sum = by.reduce((total, weight, at) => total + weight * Number(digits[at]), 0);
  return (sum % 11) % 10 === Number(digits[by.length]);
}

/** An INN of 10 digits (organisation) or 12 (person), as digits. Throws INN_WRONG. */
export function inn(text: string): string {
  const digits = text.replace(/[\s\u00a0]/g, '');
  if (!/^(\d{10}|\d{12})$/.test(digits) || /^0+$/.test(digits)) {
    throw problem('INN_WRONG', 'An INN must have 10 or 12 digits, and this one has not.');
  }
  const right =
    digits.length === 10
      ? fits(digits, weights.organisation)
      : fits(digits, weights.personFirst) && fits(digits, weights.personSecond);
  if (!right) throw problem('INN_WRONG', 'The check digits of an INN do not fit its number; a digit is mistyped.');
  return digits;
}

export default declare({
  name: 'inn',
  signature: '$inn(text)',
  about:
    'An INN as digits, with the check digits checked: 10 digits of an organisation or 12 of a person. A wrong one rejects the record.',
  example: { expression: "$inn('7707083893')", gives: '7707083893' },
  accepts: '<(sn)-:s>',
  call: (_context, text) => inn(String(text)),
});
