import { describe, expect, test } from 'vitest';
import { compileExpression } from '../../src/expression/index.ts';

const usesOf = (text: string) => compileExpression(text).uses;
const names = (list: { name: string }[]) => list.map((use) => use.name);

describe('an expression says what it mentions', () => {
  test.each([
    ['last_name', ['last_name']],
    ['address.city', ['address']],
    ['`Дата приёма`', ['Дата приёма']],
    ['a & b.c & $lowercase(d)', ['a', 'b', 'd']],
    ['a[b = 1].c', ['a']],
    ['a.(b & c)', ['a']],
    ['$.a & $$.b', ['a', 'b']],
    ['a.($$.b)', ['a', 'b']],
    ['$map(list, function($x){ $x.y & z })', ['list', 'z']],
    ["{'key': a, b: c}", ['a', 'b', 'c']],
    ['a{b: $sum(c)}', ['a']],
    ['a^(b)', ['a']],
    ['a ?? b', ['a', 'b']],
    ['a ?: b', ['a', 'b']],
    ['a ? b : c', ['a', 'b', 'c']],
    ['-a + [b, c][0]', ['a', 'b', 'c']],
    ['*', []],
    ["x in ['Sales', 'Retail'] or hired >= $today(-90)", ['x', 'hired']],
  ])('fields of %s', (text, expected) => expect(names(usesOf(text).fields)).toEqual(expected));

  test.each([
    ['$', true],
    ['$string($)', true],
    ['$string()', true],
    ['$each(function($v){ $v })', true],
    ['$$', true],
    ['a.($$ & b)', true],
    ['$.*', true],
    ['*', true],
    ['**', true],
    ['$[a = 1].b', true],
    ['list.(%.a)', true],
    ["{'all': $}", true],
    ['$ ~> |$|{}|', true],
    ['($x := $; $x.a)', true],
    ['$.a & $$.b', false],
    ['a.*', false],
    ['a.$ & a.($.b)', false],
    ['a.**.b', false],
    ['list[$ = 1]', false],
    ['$string(a) & $today()', false],
    ["$lookup('positions', a)", false],
    ['a.$string()', false],
  ])('whether %s reads the input as a whole', (text, expected) => expect(usesOf(text).whole.length > 0).toBe(expected));

  test.each([
    ['$params.period & $run.date', ['params', 'run']],
    ['($x := 1; $x + $y)', ['y']],
    ['($x := $x + 1; $x)', ['x']],
    ['($x := 1) & ($x)', ['x']],
    ['function($a, $b){ $a + $b + $c }', ['c']],
    ['items@$i.($i.a & $o)', ['o']],
    ['items#$n.{"n": $n}', []],
    ['$ & $$', []],
    ['$kept.id ?? $was.id', ['kept', 'was']],
  ])('variables of %s', (text, expected) => expect(names(usesOf(text).variables)).toEqual(expected));

  test.each([
    ['$lowercase(email)', ['lowercase']],
    ['email ~> $lowercase', ['lowercase']],
    ['email ~> $lowercase()', ['lowercase']],
    ['$map(list, $phone)', ['map', 'phone']],
    ['$date(?, "iso")', ['date']],
    ['$lowercse(email)', ['lowercse']],
    ['email ~> $lowercse', ['lowercse']],
    ['($f := function($n){ $f($n) }; $f(1))', []],
    ['$now() ?? $today()', ['now', 'today']],
  ])('functions of %s', (text, expected) => {
    expect(names(usesOf(text).functions)).toEqual(expected);
    expect(usesOf(text).variables).toEqual([]);
  });

  test('a call carries its constants, so that tables and pipelines can be checked', () => {
    expect(usesOf("a & $lookup('positions', code, 1)").functions).toEqual([
      {
        name: 'lookup',
        offset: 4,
        args: [{ value: 'positions', offset: 12 }, undefined, { value: 1, offset: 31 }],
      },
    ]);
  });

  test('constants stand with their place', () => {
    expect(usesOf(`"it's" & "a\\"b" & 12.5 & true & null & [1..3]`).literals).toEqual([
      { value: "it's", offset: 0 },
      { value: 'a"b', offset: 9 },
      { value: 12.5, offset: 18 },
      { value: true, offset: 25 },
      { value: null, offset: 32 },
      { value: 1, offset: 40 },
      { value: 3, offset: 43 },
    ]);
  });

  test('names stand with their place, quotes included', () => {
    expect(usesOf('  a & `b c`').fields).toEqual([
      { name: 'a', offset: 2 },
      { name: 'b c', offset: 6 },
    ]);
    expect(usesOf('x & $params').variables).toEqual([{ name: 'params', offset: 4 }]);
  });
});

test('what is read of a name with `$` is said with its place', () => {
  const { variables } = usesOf('$kept.id & $was."last name" & $params & $file.name.x & $all[0].y');
  expect(variables).toEqual([
    { name: 'kept', offset: 0, member: { name: 'id', offset: 6 } },
    { name: 'was', offset: 11, member: { name: 'last name', offset: 16 } },
    { name: 'params', offset: 30 },
    { name: 'file', offset: 40, member: { name: 'name', offset: 46 } },
    { name: 'all', offset: 55 },
  ]);
});
