import { expect, test } from 'vitest';
import { decodeForm } from '../../../plugins/http/decode-form.ts';
import { encodeForm } from '../../../plugins/http/encode-form.ts';

test.each([
  ['a=1&b=%D0%96+x', { a: '1', b: 'Ж x' }],
  ['a[b][c]=1&a[b][d]=2', { a: { b: { c: '1', d: '2' } } }],
  ['a[]=1&a[]=2', { a: ['1', '2'] }],
  ['a[0]=x&a[1]=y', { a: ['x', 'y'] }],
  ['a[1]=y&a[0]=x', { a: { 1: 'y', 0: 'x' } }],
  ['a[5]=x&a[]=y', { a: { 5: 'x', 6: 'y' } }],
  ['a[][n]=1&a[][n]=2', { a: [{ n: '1' }, { n: '2' }] }],
  ['a[n]=1&a[]=2', { a: { n: '1', 0: '2' } }],
  ['a=1&a=2', { a: '2' }],
  ['0=x&1=y', { 0: 'x', 1: 'y' }],
  ['a%5Bb%5D=1', { a: { b: '1' } }],
  ['a[b=1', { 'a[b': '1' }],
  ['a]b=1', { 'a]b': '1' }],
  ['[b]=1', { '[b]': '1' }],
  ['a=&b', { a: '', b: '' }],
  ['', {}],
])('%s is read as a form is', (text, read) => {
  expect(decodeForm(text)).toEqual(read);
});

test('what a form of ours says comes back', () => {
  const form = { event: 'ADD', data: { FIELDS: { ID: '7', tags: ['a', 'b'], lines: [{ x: '1' }, { x: '2' }] } } };
  expect(decodeForm(encodeForm(form))).toEqual(form);
});

test('a name of JavaScript’s own is a name like others, and touches nothing else', () => {
  const read = decodeForm('__proto__[x]=1&constructor[prototype][y]=2') as Record<string, unknown>;
  expect(Object.getOwnPropertyNames(read)).toEqual(['__proto__', 'constructor']);
  expect([({} as Record<string, unknown>).x, ({} as Record<string, unknown>).y]).toEqual([undefined, undefined]);
});

test('a form that contradicts itself, is too deep or too large is none', () => {
  expect(decodeForm('a=1&a[b]=2')).toBeUndefined();
  expect(decodeForm('a[b]=2&a=1')).toBeUndefined();
  expect(decodeForm(`a${'[b]'.repeat(30)}=1`)).toBeUndefined();
  expect(decodeForm('a[]=1&'.repeat(10_001))).toBeUndefined();
  expect(decodeForm('a[]=1&'.repeat(9_000))).toBeDefined();
});
