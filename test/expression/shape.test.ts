import { describe, expect, test } from 'vitest';
import type { Problem } from '../../src/model/problem.ts';
import { compileShape } from '../../src/expression/index.ts';
import { environment, problemOf } from './environment.ts';

const record = {
  email: 'a@b.example',
  last: 'B',
  ids: [1, 2],
  one: [{ id: 7 }],
  none: null,
  n: 5,
  flag: false,
  empty: '',
};
const make = async (shape: unknown, input: unknown = record, scope = {}) =>
  compileShape(shape).make(input, scope, environment);

describe('a leaf', () => {
  test.each([
    [
      'that begins with = keeps the type of its value',
      { n: '=n', flag: '=flag', ids: '=ids' },
      { n: 5, flag: false, ids: [1, 2] },
    ],
    [
      'without the mark is the constant it looks like',
      { a: 'email', b: 1, c: true, d: null },
      { a: 'email', b: 1, c: true, d: null },
    ],
    ['may hold blanks around its expression', { a: '= email ' }, { a: 'a@b.example' }],
    ['in quotes is the word', { a: "='email'" }, { a: 'email' }],
    ['without a value leaves its key out', { a: '=nothing', b: 1 }, { b: 1 }],
    ['that is null or empty text is a value', { a: '=none', b: '=empty' }, { a: null, b: '' }],
  ])('%s', async (_name, shape, expected) => expect(await make(shape)).toStrictEqual(expected));
});

describe('a map', () => {
  test.each([
    ['left empty goes', { a: { b: '=nothing' }, c: 1 }, { c: 1 }],
    ['left empty goes, however deep', { a: { b: { c: '=nothing' } } }, undefined],
    ['keeps its constants', { a: { b: '=nothing', c: 'x' } }, { a: { c: 'x' } }],
    ['written empty stays', { a: {} }, { a: {} }],
    ['is nothing when nothing is left', { a: '=nothing' }, undefined],
  ])('%s', async (_name, shape, expected) => expect(await make(shape)).toStrictEqual(expected));

  test('with the name of a prototype is only a key', async () => {
    const made = await make(JSON.parse('{"__proto__": {"polluted": "=n"}, "a": 1}'));
    expect(Object.keys(made as object)).toEqual(['__proto__', 'a']);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('a list', () => {
  test.each([
    ['stays a list where its expression gives one item', { ids: ['=one.id'] }, { ids: [7] }],
    ['unlike an expression on its own', { ids: '=one.id' }, { ids: 7 }],
    ['stays a list where nothing is left', { ids: ['=nothing'] }, { ids: [] }],
    ['takes in the list that an item yields', { ids: [0, '=ids', 3] }, { ids: [0, 1, 2, 3] }],
    ['keeps a list that is written in it', { ids: [[1], ['=n']] }, { ids: [[1], [5]] }],
    [
      'keeps an item with a value',
      { emails: [{ value: '=email', primary: true }] },
      { emails: [{ value: 'a@b.example', primary: true }] },
    ],
    [
      'drops an item whose expressions are all without a value, constants and all',
      { emails: [{ value: '=nothing', primary: true }] },
      { emails: [] },
    ],
    [
      'drops it also where they stand deeper',
      { a: [{ b: { c: ['=nothing'] }, d: 1 }, { b: '=n' }] },
      { a: [{ b: 5 }] },
    ],
    ['keeps an item with one value of two', { a: [{ b: '=nothing', c: '=n', d: 1 }] }, { a: [{ c: 5, d: 1 }] }],
    ['keeps constants', { a: [{ type: 'work' }, 'x', null] }, { a: [{ type: 'work' }, 'x', null] }],
  ])('%s', async (_name, shape, expected) => expect(await make(shape)).toStrictEqual(expected));

  test('may be the whole shape', async () => {
    expect(await make(['=n', '=nothing'])).toEqual([5]);
  });
});

test('an expression may be the whole shape', async () => {
  expect(await make('=$items', {}, { items: [1, 2] })).toEqual([1, 2]);
});

test('a shape of plain paths and constants is made at once, anew each time', () => {
  const shape = compileShape({ a: '=email', b: { c: 'x' }, d: ['=n'] });
  const made = shape.make(record, {}, environment);
  expect(made).toEqual({ a: 'a@b.example', b: { c: 'x' }, d: [5] });
  expect(shape.make(record, {}, environment)).not.toBe(made);
});

test('a shape that has to wait gives a promise', async () => {
  const made = compileShape({ a: '=$uppercase(last)', b: '=n' }).make(record, {}, environment);
  expect(made).toBeInstanceOf(Promise);
  expect(await made).toEqual({ a: 'B', b: 5 });
});

test('a shape tells its keys, and its expressions with their paths', () => {
  const shape = compileShape({ a: '=email', b: [{ c: '= $x' }], d: 1 });
  expect(shape.keys).toEqual(['a', 'b', 'd']);
  expect(shape.expressions.map(({ path, expression }) => [path, expression.text])).toEqual([
    [['a'], '=email'],
    [['b', 0, 'c'], '= $x'],
  ]);
  expect(shape.expressions[1]?.expression.uses.variables).toEqual([{ name: 'x', offset: 2 }]);
  expect(compileShape('=x').keys).toBeUndefined();
});

test('the first mistake is thrown, or all are told with their path', async () => {
  const shape = { a: '=b +', c: [{ d: 'Hello {{name}}' }], e: '=$eval(x)', f: '=fine' };
  expect(await problemOf(() => compileShape(shape))).toMatchObject({ code: 'EXPRESSION_SYNTAX', where: { offset: 4 } });
  const faults: [string, string, number | undefined][] = [];
  const tell = (fault: Problem, path: (string | number)[]) =>
    void faults.push([path.join('.'), fault.code, fault.where.offset]);
  const compiled = compileShape(shape, tell);
  expect(faults).toEqual([
    ['a', 'EXPRESSION_SYNTAX', 4],
    ['c.0.d', 'SHAPE_HOLE', 6],
    ['e', 'EXPRESSION_REFUSED', 1],
  ]);
  expect(compiled.expressions.map(({ path }) => path)).toEqual([['f']]);
});

test('an expression that fails fails the shape', async () => {
  expect((await problemOf(() => make({ a: { b: ["=n + 'x'"] } }))).code).toBe('EXPRESSION_FAILED');
});
