import { expect, test } from 'vitest';
import { loadTexts } from '../../../src/language/load/index.ts';

const told = (text: string): string[] =>
  loadTexts('/', [{ file: 'a.yaml', text: `pipeline: a\n${text}` }]).findings.map(
    ({ code, line, message }) => `${line} ${code} ${message}`,
  );
const times = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('');

const tooMany = 'YAML_ALIAS This document has more than 500 aliases; this is one too many.';
test.each([
  ['to one text', `c: &c x\nmap:\n${times(10_000, (index) => `  f${index}: *c\n`)}`, `504 ${tooMany}`],
  [
    'that repeat each other',
    `a0: &a0 [x]\n${times(10_000, (index) => `a${index + 1}: &a${index + 1} [*a${index}, *a${index}]\n`)}`,
    `253 ${tooMany}`,
  ],
])('10,000 aliases %s are one mistake, told at once', (_what, text, sentence) => {
  expect(told(text)).toEqual([sentence]);
});

test('a few hundred aliases are read; so many of one anchor are not', () => {
  const anchors = times(80, (index) => `c${index}: &c${index} x\n`);
  expect(told(`${anchors}map:\n${times(400, (index) => `  f${index}: *c${index % 80}\n`)}`)).toEqual([]);
  expect(told(`c: &c x\nmap:\n${times(400, (index) => `  f${index}: *c\n`)}`)).toEqual([
    '1 YAML_ALIAS The aliases of this document repeat each other too often.',
  ]);
});

test('an alias repeats the last anchor of its name that stands before it', () => {
  const { documents, findings } = loadTexts('/', [{ file: 'a.yaml', text: 'pipeline: &a x\nb: *a\nc: &a y\nd: *a\n' }]);
  expect(findings).toEqual([]);
  expect(documents[0]?.value).toEqual({ pipeline: 'x', b: 'x', c: 'y', d: 'y' });
});

const deep = 'YAML_SYNTAX Maps and lists stand in one another more than 100 deep.';
test.each([
  ['lists', 20_000, (count: number) => `x: ${'['.repeat(count)}${']'.repeat(count)}`, 2],
  ['maps', 20_000, (count: number) => `x: ${'{ a: '.repeat(count)}${'}'.repeat(count)}`, 2],
  ['dashes', 20_000, (count: number) => `x:\n  ${'- '.repeat(count)}x`, 3],
  ['lists', 200, (count: number) => `x: ${'['.repeat(count)}${']'.repeat(count)}`, 2],
  [
    'aliases',
    4,
    (count: number) =>
      times(count, (index) => `a${index + 1}: &a${index + 1} ${'['.repeat(40)}*a${index}${']'.repeat(40)}\n`).replace(
        '*a0',
        'x',
      ),
    undefined,
  ],
])('%s %i deep are one sentence', (_what, count, made, line) => {
  const [found = '', ...others] = told(made(count));
  expect(others).toEqual([]);
  expect(found.slice(found.indexOf(' ') + 1)).toBe(deep);
  if (line !== undefined) expect(found).toBe(`${line} ${deep}`);
});

test('a list 90 deep is read', () => {
  expect(told(`x: ${'['.repeat(90)}${']'.repeat(90)}`)).toEqual([]);
});

test('a key that stands twice is told at its second place, in a flow and in quotes too', () => {
  expect(told(`x: { b: 1, 'b': 2 }\n"y": 1\ny: 2\n`)).toEqual([
    '2 YAML_DUPLICATE_KEY The key `b` stands twice in one map.',
    '4 YAML_DUPLICATE_KEY The key `y` stands twice in one map.',
  ]);
});

test('a map of 20,000 keys is read in seconds', () => {
  const began = performance.now();
  expect(told(`map:\n${times(20_000, (index) => `  f${index}: =c${index}\n`)}`)).toEqual([]);
  expect(performance.now() - began).toBeLessThan(10_000);
}, 120_000);
