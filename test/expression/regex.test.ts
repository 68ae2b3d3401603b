import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LinearRegex } from '../../src/expression/regex.ts';
import { valueOf } from './environment.ts';

interface Engine {
  lastIndex: number;
  exec(text: string): RegExpExecArray | null;
}

const linear = (pattern: RegExp) => new (LinearRegex as unknown as new (pattern: RegExp) => Engine)(pattern);

/** Every match with its place and groups, as jsonata walks through them. */
function allMatches(engine: Engine, text: string): unknown[] {
  const found: unknown[] = [];
  for (let match = engine.exec(text); match && found.length < 100; match = engine.exec(text)) {
    found.push([match.index, [...match], engine.lastIndex]);
    if (match[0] === '') break;
  }
  return found;
}

const patterns = [
  /a/g,
  /^a/g,
  /a$/g,
  /^a/gm,
  /a$/gm,
  /(a)|(b)/g,
  /(a+)(b?)/g,
  /a*?b/g,
  /\bа|a\b/g,
  /[^\s]+/g,
  /\s+/g,
  /[\s,]+/g,
  /\S/g,
  /[\S]+/g,
  /\d{2,}/g,
  /[а-я]+/gi,
  /\u0430/g,
  /[А-ЯЁ][а-яё]+/g,
  /a|/g,
  /\\s/g,
  /[\]\s]/g,
  /(?:a|b)+\./g,
  /(?<name>a)b/g,
  /x{0}b/g,
  /\//g,
  /[/]/g,
];

const texts = fc.string({
  unit: fc.constantFrom('a', 'b', 'A', 'а', 'Я', 'ё', '1', '2', ' ', '\u00a0', '\n', '.', ',', ']', '\\', 's', '/'),
  maxLength: 20,
});

describe('what matches is what JavaScript matches', () => {
  test.each(patterns)('%s', (pattern) => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(allMatches(linear(pattern), text)).toEqual(allMatches(new RegExp(pattern), text));
      }),
    );
  });
});

test.each([
  ["$replace('a\u00a0 b', /\\s+/, ' ')", 'a b'],
  ["$replace('Smith, John', /(\\w+), (\\w+)/, '$2 $1')", 'John Smith'],
  ["$replace('abc', /b/, function($m){ '<' & $m.match & '>' })", 'a<b>c'],
  ["$split('a, b;c', /[,;]\\s*/)", ['a', 'b', 'c']],
  ["$contains('Иванов', /^и/i)", true],
  ["$match('a1b22', /[a-z](\\d+)/).groups", ['1', '22']],
  ["$match('ababbabbcc', /ab+/, 2).match", ['ab', 'abb']],
  ["$replace('aaa', /a/, 'b', 2)", 'bba'],
])('%s', async (text, expected) => expect(await valueOf(text)).toEqual(expected));
