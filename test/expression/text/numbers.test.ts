import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { numberForm, parseNumber } from '../../../src/expression/index.ts';
import { problemOf } from '../environment.ts';

describe('a number is read by an example', () => {
  test.each([
    ['1 234,5', '1 234,5', 1234.5],
    ['1\u00a0234\u202f567,25', '1 234,5', 1234567.25],
    ['1234,5', '1 234,5', 1234.5],
    ['-7', '1 234,5', -7],
    ['−7,50', '1 234,5', -7.5],
    ['+7', '1 234,5', 7],
    ['-0', '1 234,5', 0],
    ['007', '1 234,5', 7],
    ['1,234.5', '1,234.5', 1234.5],
    ['1.234,5', '1.234,5', 1234.5],
    ["1'234.5", "1'234.5", 1234.5],
    ['1234.5', '1234.5', 1234.5],
    ['1234', '1234', 1234],
    [' 12.5 ', true as const, 12.5],
    ['-1.5e3', true as const, -1500],
    ['9007199254740991', true as const, 9007199254740991],
    ['0.1', true as const, 0.1],
    ['100', true as const, 100],
  ])('%j as %s', (text, form, expected) => expect(parseNumber(text, form)).toBe(expected));

  test('a number stays what it is', () => expect(parseNumber(12.5, '1 234,5')).toBe(12.5));
});

describe('what is no such number is refused, and not told', () => {
  test.each([
    ['1,234.5', '1 234,5'],
    ['12 34,5', '1 234,5'],
    ['1 2345', '1 234,5'],
    ['1 234 5', '1 234,5'],
    ['1,5,0', '1 234,5'],
    [',5', '1 234,5'],
    ['5,', '1 234,5'],
    ['', '1 234,5'],
    ['1 234', '1234'],
    ['1.5', '1234'],
    ['1e3', '1234.5'],
    ['12 руб.', '1 234,5'],
    ['007', true as const],
    ['0x10', true as const],
    ['Infinity', true as const],
    ['1e999', true as const],
    ['9007199254740993', true as const],
    ['0,12345678901234567890', '1 234,5'],
  ])('%j as %s', async (text, form) => {
    const problem = await problemOf(() => parseNumber(text, form));
    expect(problem).toMatchObject({ code: 'NUMBER_UNREADABLE', class: 'data' });
    if (text.length > 5) expect(problem.message).not.toContain(text);
  });
});

test.each(['', '5', '1 23,5', '1,234,5', 'x'])('%j is no number format', async (example) => {
  expect(await problemOf(() => numberForm(example))).toMatchObject({ code: 'NUMBER_FORMAT', class: 'config' });
});

test('what JavaScript writes is read back', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
      expect(parseNumber(String(number).replace('e+', 'e'), true)).toBe(number === 0 ? 0 : number);
    }),
  );
});
