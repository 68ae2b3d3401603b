import { describe, expect, test } from 'vitest';
import { compileCondition, compileExpression, nearestName } from '../../src/expression/index.ts';
import { environment, problemOf, valueOf } from './environment.ts';

describe('what is absent', () => {
  test.each([
    ["nothing = 'x'", false],
    ["nothing != 'x'", false],
    ["nothing in ['x']", false],
    ["nothing & 'x'", 'x'],
    ["$join([last, first], ' ')", 'B'],
    ["null & 'x'", 'nullx'],
    ['$exists(none)', true],
    ['none', null],
    ["nothing ?? 'default'", 'default'],
    ["'' ?: 'default'", 'default'],
    ["nothing ? 'a' : 'b'", 'b'],
    ["nothing ? 'a'", undefined],
    ['$lowercase(nothing)', undefined],
    ["$match(nothing, /a/) ?? 'none'", 'none'],
    ["$match(first, /b/i).match ?? 'none'", 'B'],
  ])('%s', async (text, expected) => expect(await valueOf(text, { first: 'B', none: null })).toEqual(expected));
});

describe('a result is plain data', () => {
  test('lists have nothing but their items, maps are ordinary ones', async () => {
    const value = await valueOf("{'ids': items.id, 'one': {'a': items[0].id}}", { items: [{ id: 1 }, { id: 2 }] });
    expect(value).toStrictEqual({ ids: [1, 2], one: { a: 1 } });
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys((value as { ids: number[] }).ids)).toEqual(['0', '1']);
    expect(structuredClone(value)).toStrictEqual(value);
  });

  test('what is not data, such as a file, passes as it is', async () => {
    const file = Buffer.from('x');
    expect(await valueOf('nothing ? 1 : $file.bytes', {}, { file: { bytes: file } })).toBe(file);
  });

  test.each(['$now', "{'f': $lowercase}", '[$sum]', 'function($x){$x}'])(
    '%s gives a function, which is refused',
    async (text) => {
      const problem = await problemOf(() => valueOf(text));
      expect(problem).toMatchObject({ code: 'EXPRESSION_FAILED', class: 'data' });
      expect(problem.fix).toContain('$now()');
    },
  );

  test.each(['1/0', '[1/0]', "{'a': -1/0}"])('%s is no number', async (text) => {
    expect((await problemOf(() => valueOf(text))).code).toBe('EXPRESSION_FAILED');
  });
});

describe('an expression that cannot be read is told in plain words, where it stops', () => {
  test.each([
    ['a +', 3, 'the expression ends too early'],
    ['', 0, 'the expression ends too early'],
    ['a b', 2, '`b` is not expected here'],
    ['(a', 2, 'the expression ends where `)` was expected'],
    ["'abc", 4, 'a text is not closed: its quote is missing'],
    ['a."b', 4, 'a text is not closed: its quote is missing'],
    ['`abc', 4, 'a name in backquotes is not closed'],
    ['x := 1', 0, 'on the left of := a variable such as $x is expected'],
    ['a[0', 3, 'the expression ends where `]` was expected'],
    ['f(a b)', 4, 'found `b` where `)` was expected'],
    ['a ~ b', 2, '`~` is not an operator'],
    ['a.1', 3, '1 cannot be a step of a path'],
    ['/a(/', 4, 'a pattern is not closed: its / is missing'],
    ['x ~> /a**/', 5, 'a pattern /…/ is not a valid regular expression'],
    ["'\\q'", 2, '\\q is not an escape; write \\\\ for a backslash'],
    ["a 'b'", 2, '`b` is not expected here'],
    ['a /* b', 2, 'a comment is not closed: */ is missing'],
    [')', 0, '`)` is not expected here'],
  ])('%j', async (text, offset, sentence) => {
    const problem = await problemOf(() => compileExpression(text));
    expect(problem).toMatchObject({ code: 'EXPRESSION_SYNTAX', class: 'config' });
    expect([problem.message, problem.where.offset]).toEqual([`The expression cannot be read: ${sentence}.`, offset]);
  });

  test.each([
    ['a == b', 'Equality is a single `=`.'],
    ['a && b', 'Write `and`.'],
    ['a || b', 'Write `or`, or `??` for a default.'],
    ['!a', 'Write `$not(…)`.'],
  ])('the habit of %s gets its own advice', async (text, fix) => {
    expect((await problemOf(() => compileExpression(text))).fix).toBe(fix);
  });
});

describe('an expression that fails says kinds, never values', () => {
  const record = { n: 5, name: 'Иванова', list: ['secret'], map: { a: 'secret' } };
  test.each([
    ['n + name', 2, 'on the right of + stands text; a number is needed'],
    ['name * 2', 5, 'on the left of * stands text; a number is needed'],
    ['-name', 0, 'a minus stands before text; it needs a number'],
    ['name > n', 5, '> compares text with a number'],
    ['map < 1', 4, '< compares what is neither text nor number'],
    ['[1..name]', undefined, 'on the right of .. stands text; a whole number is needed'],
    ['$number(name)', 0, 'text cannot be read as a number; $number needs digits such as 12.5'],
    ['$lowercase(n)', 0, 'argument 1 of $lowercase is a number, which it does not take'],
    ['$sum(list)', 0, 'argument 1 of $sum must be a list of numbers'],
    ['n.$lowercase()', 2, '$lowercase was called without its argument, and what it stands on is a number'],
    ['1 + $unknown(1)', 4, '$unknown is not a function'],
    ['lowercase(name)', 0, 'lowercase is called like a function; functions begin with $: $lowercase'],
    ["{name: 1, 'Иванова': 2}", undefined, 'two keys of a map have the same name'],
    ['{n: 1}', undefined, 'a key of a map is a number; it must be text'],
    ['$split(name, "", -1)', 0, 'the third argument of $split must be a positive number'],
    ['name ~> n', undefined, 'on the right of ~> stands a number; a function is needed'],
    ["$error('No such department')", 0, 'No such department'],
    ["$assert(false, 'No such department')", 0, 'No such department'],
    ["$error('Wrong: ' & name)", 0, 'it refused the record with $error or $assert'],
    ['$decodeUrl("%E0%A4%A")', 0, 'a text is not a valid URL'],
    ['$toMillis(name)', 0, '$toMillis needs a date and time in ISO 8601 form'],
    ["$formatNumber(1, 'x')", 0, 'the picture of $formatNumber is not valid'],
  ])('%s', async (text, offset, sentence) => {
    const problem = await problemOf(() => valueOf(text, record));
    expect(problem).toMatchObject({ code: 'EXPRESSION_FAILED', class: 'data' });
    expect(problem.message).toBe(`The expression failed: ${sentence}.`);
    if (offset !== undefined) expect(problem.where.offset).toBe(offset);
    expect(JSON.stringify({ ...problem, message: problem.message })).not.toMatch(/Иванова|secret/);
  });
});

describe('conditions', () => {
  test.each([
    ["status = 'dismissed'", true],
    ["=status = 'dismissed'", true],
    ["  = status = 'x'", false],
    ['status', true],
    ['nothing', false],
    ['empty', false],
    ['list', true],
    ['zero', false],
    ["status in ['dismissed', 'gone'] and $exists(status)", true],
  ])('%s', async (text, expected) => {
    const record = { status: 'dismissed', empty: '', list: [0, 1], zero: 0 };
    expect(await compileCondition(text).evaluate(record, {}, environment)).toBe(expected);
  });

  test('a plain one answers at once', () => {
    expect(compileCondition('=active').evaluate({ active: true }, {}, environment)).toBe(true);
  });

  test('places count in the text as it is written', async () => {
    expect((await problemOf(() => compileCondition('=a = = b'))).where.offset).toBe(5);
    expect(compileCondition('=status').uses.fields).toEqual([{ name: 'status', offset: 1 }]);
    expect(compileCondition('=status').text).toBe('=status');
  });
});

test('the names of the run are read by $, and cannot collide with fields', async () => {
  expect(await valueOf("params & '/' & $params.period", { params: 'x' }, { params: { period: '2026-10' } })).toBe(
    'x/2026-10',
  );
});

test.each([
  ['lowercse', 'lowercase'],
  ['transliterat', 'transliterate'],
  ['Phone', 'phone'],
  ['xyz', undefined],
])('the nearest name to %s is %s', (name, expected) => {
  expect(nearestName(name, ['lowercase', 'uppercase', 'transliterate', 'phone'])).toBe(expected);
});
