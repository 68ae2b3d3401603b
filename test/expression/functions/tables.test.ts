import { describe, expect, test } from 'vitest';
import { environment, problemOf, valueOf } from '../environment.ts';

describe('$lookup', () => {
  test.each([
    ["$lookup('positions', '017')", 'Welder'],
    ["$lookup('positions', '999', 'Clerk')", 'Clerk'],
    ["$lookup('positions', nothing)", undefined],
    ["$lookup('positions', nothing, 'Clerk')", undefined],
    ["$lookup('positions', '018')", undefined],
    ["$lookup('offices', 'm1')", { code: 'm1', city: 'Moscow' }],
    ["$lookup('offices', 'm1').city", 'Moscow'],
  ])('in a table: %s', async (text, expected) => expect(await valueOf(text)).toEqual(expected));

  test('an unknown code rejects with the table, and without the code', async () => {
    const problem = await problemOf(() => valueOf("$lookup('positions', code)", { code: 'secret-9' }));
    expect(problem).toMatchObject({ code: 'LOOKUP_UNKNOWN', class: 'data', where: { offset: 0 } });
    expect(problem.message).toBe('A code is not in the table `positions`.');
  });

  test('an unknown table and a table that is a list are mistakes of the configuration', async () => {
    expect(await problemOf(() => valueOf("$lookup('position', '1')"))).toMatchObject({
      code: 'TABLE_UNKNOWN',
      class: 'config',
    });
    expect(await problemOf(() => valueOf("$lookup('admins', '1')"))).toMatchObject({
      code: 'TABLE_SHAPE',
      class: 'config',
    });
  });

  test.each([
    ["$lookup({'a': 1}, 'a')", 1],
    ["$lookup({'a': 1}, 'b')", undefined],
    ["$lookup({'a': null}, 'a')", null],
    ["$lookup([{'a': 1}, {'a': 2}, {}], 'a')", [1, 2]],
    ["$lookup([{'a': [1, 2]}, {'a': 3}], 'a')", [1, 2, 3]],
    ["$lookup([{'a': 1}], 'a')", 1],
    ["{'a': 1}.$lookup('a')", 1],
    ["$lookup({}, 'constructor')", undefined],
    ["$lookup(nothing, 'a')", undefined],
    ["{'a': 7} ~> $lookup('a')", 7],
  ])("JSONata's own: %s", async (text, expected) => expect(await valueOf(text)).toEqual(expected));

  test('a number as key of a map is refused as JSONata does', async () => {
    expect((await problemOf(() => valueOf("$lookup({'1': 1}, 1)"))).message).toBe(
      'The expression failed: argument 2 of $lookup is a number, which it does not take.',
    );
  });
});

describe('$table', () => {
  test('one column is a list of texts', async () => {
    expect(await valueOf("$table('admins')")).toEqual(['1', '2']);
    expect(await valueOf("id in $table('admins')", { id: '2' })).toBe(true);
    expect(await valueOf("id in $table('admins')", { id: '3' })).toBe(false);
  });

  test('several columns are a list of maps without blank cells', async () => {
    expect(await valueOf("$table('positions')")).toEqual([{ code: '017', name: 'Welder' }, { code: '018' }]);
  });

  test('an unknown table is told', async () => {
    expect((await problemOf(() => valueOf("$table('nobody')"))).code).toBe('TABLE_UNKNOWN');
  });
});

describe('$delivered', () => {
  const delivered = (pipeline: string, key: string) => (pipeline === 'departments' && key === '7' ? 'id-7' : undefined);

  test('gives what that pipeline delivered, at once or later', async () => {
    for (const answer of [delivered, async (pipeline: string, key: string) => delivered(pipeline, key)]) {
      const env = { ...environment, delivered: answer };
      expect(await valueOf("$delivered('departments', '7')", {}, {}, env)).toBe('id-7');
      expect(await valueOf("$delivered('departments', 7)", {}, {}, env)).toBe('id-7');
      expect(await valueOf("$delivered('departments', nothing)", {}, {}, env)).toBeUndefined();
    }
  });

  test('what is not there yet is a link error', async () => {
    const env = { ...environment, delivered };
    const problem = await problemOf(() => valueOf("$delivered('departments', '8')", {}, {}, env));
    expect(problem).toMatchObject({ code: 'LINK_NOT_DELIVERED', class: 'data' });
    expect((await problemOf(() => valueOf("$delivered('departments', '7')"))).code).toBe('LINK_NOT_DELIVERED');
  });
});
