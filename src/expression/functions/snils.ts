import { problem } from '../../model/problem.ts';
import { declare } from './declare.ts';

/** Numbers up to this one carry no check digits. */
const lastUnchecked = 1_001_998;

/**
 * The check number of a SNILS' first nine digits: each times its place from the right, the sum modulo 101, and 100 is
 * 00 (Pension Fund of Russia, "Порядок присвоения СНИЛС").
 */
function checkNumber(digits: string): number {
  const sum = [...digits].reduce((total, digit, at) => total + Number(digit) * (9 - at), 0);
  return (sum % 101) % 100;
}

/** A SNILS as `112-233-445 95`. Throws SNILS_WRONG. */
export function snils(text: string): string {
  const digits = text.replace(/[\s\u00a0\u2010-\u2015-]/g, '');
  if (!/^\d{11}$/.test(digits)) throw problem('SNILS_WRONG', 'A SNILS must have 11 digits, and this one has not.');
  const number = digits.slice(0, 9);
  if (Number(number) > lastUnchecked && checkNumber(number) !== Number(digits.slice(9))) {
    throw problem('SNILS_WRONG', 'The check digits of a SNILS do not fit its number; a digit is mistyped.');
  }
  return `${number.slice(0, 3)}-${number.slice(3, 6)}-${number.slice(6)} ${digits.slice(9)}`;
}

export default declare({
  name: 'snils',
  signature: '$snils(text)',
  about: 'A SNILS in its official form, with the check digits checked. A wrong one rejects the record.',
  example: { expression: "$snils('11223344595')", gives: '112-233-445 95' },
  accepts: '<(sn)-:s>',
  call: (_context, text) => snils(String(text)),
});
