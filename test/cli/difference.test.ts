import fc from 'fast-check';
import { expect, test } from 'vitest';
import { differenceOf, differenceText } from '../../src/cli/difference.ts';

test.each([
  ['Иванова', 'ИВАНОВА', 'capitals'],
  ['Анна Мария', 'Анна  Мария ', 'blanks'],
  ['+7 912 000', '7 912 000', 'signs'],
  ['+7 (912) 000-00-00', '79120000000', 'form'],
  ['Иванова', 'Иванава', 'one character'],
  ['Иванов', 'Иванова', 'one character'],
  ['Иванова', 'ванова', 'one character'],
  ['Семён', 'Семен', 'one character'],
  ['Иванова', 'Петрова', 'value'],
  ['Ли', 'Ляо', 'value'],
  ['+', '-', 'signs'],
  [1990, 1991, 'value'],
  ['1990', 1990, 'value'],
  [['Анна'], ['Мария'], 'value'],
])('from %j to %j differs %s', (before, after, difference) => {
  expect(differenceOf(before, after)).toBe(difference);
});

test('nothing is said that depends on more than the kind of difference, in whichever direction', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (before, after) => {
      fc.pre(before !== after);
      expect(Object.keys(differenceText)).toContain(differenceOf(before, after));
      expect(differenceOf(after, before)).toBe(differenceOf(before, after));
    }),
  );
});
