import { describe, expect, test } from 'vitest';
import { compileExpression, mentionsImpure } from '../../src/expression/index.ts';
import { limits } from '../../src/expression/limits.ts';
import { environment, problemOf, valueOf } from './environment.ts';

/** Far above what is allowed, far below what it would take. */
const soonMs = 5_000;

async function messageWithin(text: string, input: unknown = {}): Promise<string> {
  const begin = performance.now();
  const problem = await problemOf(() => valueOf(text, input));
  expect(performance.now() - begin).toBeLessThan(soonMs);
  expect(problem).toMatchObject({ code: 'EXPRESSION_FAILED', class: 'data' });
  return problem.message;
}

describe('an expression cannot hang or fill a run', () => {
  test('a tail call without end', async () => {
    expect(await messageWithin('($f := function($n){ $f($n + 1) }; $f(1))')).toContain('longer than 500 ms');
  });

  test('a recursion without end', async () => {
    expect(await messageWithin('($f := function($n){ 1 + $f($n) }; $f(1))')).toContain('too deeply');
  });

  test('a recursion of a hundred levels is fine', async () => {
    expect(await valueOf('($f := function($n){ $n = 0 ? 0 : 1 + $f($n - 1) }; $f(100))')).toBe(100);
  });

  test('a list without measure', async () => {
    expect(await messageWithin('$count([1..9000000])')).toContain('more than 1000000 items');
  });

  test('a text that doubles thirty times', async () => {
    expect(
      await messageWithin("($f := function($s, $n){ $n = 0 ? $s : $f($s & $s, $n - 1) }; $length($f('x', 30)))"),
    ).toContain('text of more than');
    expect(
      await messageWithin(`(${'$a := $a & $a;'.repeat(30)} $length($a))`.replace('$a', "$a := 'x'; $a")),
    ).toContain('text of more than');
  });

  test('a text padded without measure', async () => {
    expect(await messageWithin("$pad('x', 1000000000)")).toContain('$pad was asked for more than');
  });

  test('five hundred evaluations side by side do not count each other’s time', async () => {
    const expression = compileExpression('$sum($map([1..2000], function($x){ $x * 2 }))');
    const all = Array.from({ length: 500 }, () => expression.evaluate({}, {}, environment));
    const begin = performance.now();
    expect(new Set(await Promise.all(all))).toEqual(new Set([4_002_000]));
    expect(performance.now() - begin).toBeGreaterThan(limits.timeMs);
  });
});

describe('patterns match in time linear to the text', () => {
  test('one that JavaScript takes minutes for', async () => {
    const begin = performance.now();
    expect(await valueOf('$contains(text, /^(a+)+$/)', { text: `${'a'.repeat(31)}!` })).toBe(false);
    expect(await valueOf('$contains(text, /^(a|aa)+$/)', { text: `${'a'.repeat(10_000)}!` })).toBe(false);
    expect(performance.now() - begin).toBeLessThan(soonMs);
  });

  test.each([
    ['$match(a, /x(?=y)/)', 10, 'looks ahead or behind'],
    ['$match(a, /(?<!x)y/)', 10, 'looks ahead or behind'],
    ["$replace(a, /(.)\\1/, 'x')", 12, 'refers back to a group'],
    ['$match(a, /x{2000}/)', 10, 'more than 1000 times'],
    ['a ? $match(a, /x(?!y)/) ?? 1', 14, 'looks ahead or behind'],
  ])('%s is refused before any record', async (text, offset, why) => {
    const problem = await problemOf(() => compileExpression(text));
    expect(problem).toMatchObject({ code: 'EXPRESSION_REFUSED', class: 'config', where: { offset } });
    expect(problem.message).toContain(why);
  });
});

describe('what is closed stays closed', () => {
  test.each([
    'constructor',
    '$.constructor.constructor',
    '__proto__',
    '$string.constructor',
    '$lookup({}, "__proto__")',
    '$lookup($string, "constructor")',
    '$keys($string)[0].constructor',
    '($f := $string; $f.implementation)',
    '($f := $lookup; $f.implementation)',
    '$context',
    '$` context`',
  ])('%s finds nothing', async (text) => {
    let value: unknown;
    try {
      value = await valueOf(text);
    } catch (error) {
      expect(error).toMatchObject({ name: 'Problem' });
    }
    expect(value).toBeUndefined();
  });

  test.each(["$eval('1')", "$map(['1'], $eval)", '($e := $eval; 1)', "'1' ~> $eval"])('%s is refused', async (text) => {
    expect((await problemOf(() => compileExpression(text))).code).toBe('EXPRESSION_REFUSED');
  });

  test.each([
    "{'__proto__': {'polluted': 1}}",
    "$merge([{}, {'__proto__': {'polluted': 1}}])",
    "{} ~> | $ | {'__proto__': {'polluted': 1}} |",
    "$spread({'__proto__': {'polluted': 1}})",
  ])('%s pollutes nothing', async (text) => {
    await valueOf(text).catch(() => undefined);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  test('a record is never changed by an expression', async () => {
    const record = Object.freeze({ a: Object.freeze({ b: 1 }), list: Object.freeze([3, 1, 2]) });
    await valueOf("$ ~> | a | {'b': 2} |", record);
    await valueOf('$sort(list)', record);
    await valueOf('$append(list, 4)', record);
    expect(record).toEqual({ a: { b: 1 }, list: [3, 1, 2] });
  });
});

test.each([
  ['$password(12)', ['password']],
  ["$uuid() & $random() & $random() & 'x'", ['uuid', 'random']],
  ['$map(list, $millis)', ['millis']],
  ['list ~> $shuffle', ['shuffle']],
  ["$today() & 'password'", []],
  ['($random := function(){1}; $random())', []],
])('%s mentions what changes from one evaluation to the next: %j', (text, expected) => {
  expect(mentionsImpure(compileExpression(text))).toEqual(expected);
});
