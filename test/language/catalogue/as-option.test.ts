import { expect, test } from 'vitest';
import { asOption } from '../../../src/language/catalogue/as-option.ts';
import { nearestValue } from '../../../src/language/catalogue/other-names.ts';

const text = { type: 'string' };
const after = { type: 'string', pattern: '^\\d+ days?$' };

test.each([
  ['2 days', { type: ['string', 'object'], properties: { after }, required: ['after'] }, '{ after: 2 days }'],
  ['items', { type: 'object', properties: { list: text, by: text } }, '{ list: items }'],
  [5, { type: 'object', properties: { size: { type: 'integer' } } }, '{ size: 5 }'],
  ['007', { type: 'object', properties: { code: text } }, "{ code: '007' }"],
  ['10/s', { type: 'array', items: { type: 'object', properties: { rate: text } } }, '[{ rate: 10/s }]'],
  ['a, b', { type: 'array', items: text }, "['a, b']"],
])('%s becomes the option that was meant', (value, schema, written) => {
  expect(asOption(value, schema)).toBe(written);
});

test.each([
  ['never', { type: 'object', properties: { after }, required: ['after'] }],
  ['x', { type: 'object', properties: { a: text, b: text }, required: ['a', 'b'] }],
  ['x', { type: 'object', properties: { token: { type: 'string', secret: true } } }],
  ['x', { type: 'object' }],
  ['x', { type: 'integer' }],
  [true, { type: 'object', properties: { a: text } }],
])('%s is left alone where it can not be told', (value, schema) => {
  expect(asOption(value, schema)).toBeUndefined();
});

test.each([
  ['cp1251', 'windows-1251'],
  ['Win-1251', 'windows-1251'],
  ['WINDOWS1251', 'windows-1251'],
  ['UTF8', 'utf-8'],
  ['utf-8-sig', 'utf-8'],
  ['koi8-r', undefined],
])('the encoding %s is %s', (written, meant) => {
  expect(nearestValue(written, ['utf-8', 'windows-1251'])).toBe(meant);
});

test('another name means nothing where its value is not allowed', () => {
  expect(nearestValue('cp1251', ['full', 'changes'])).toBeUndefined();
});
