import { expect, test } from 'vitest';
import { functionNames, functionReference } from '../../../src/expression/index.ts';
import { environment, problemOf, valueOf } from '../environment.ts';

test('$password asks the engine, with the length and the names of the run', async () => {
  const env = { ...environment, password: (length: number, scope: object) => `${length}${Object.keys(scope).join()}` };
  expect(await valueOf('$password(12)', {}, { operation: 'create' }, env)).toBe('12operation');
});

test('$password is refused where none can be made', async () => {
  expect(await problemOf(() => valueOf('$password(12)'))).toMatchObject({
    code: 'PASSWORD_UNAVAILABLE',
    class: 'config',
  });
});

test.each([7, 129, 12.5])('$password(%d) is refused', async (length) => {
  const env = { ...environment, password: () => 'x' };
  expect((await problemOf(() => valueOf(`$password(${length})`, {}, {}, env))).code).toBe('EXPRESSION_FAILED');
});

test('$uuid gives another one each time', async () => {
  const [one, other] = [await valueOf('$uuid()'), await valueOf('$uuid()')];
  expect(one).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(one).not.toBe(other);
});

test.each([
  ["$hash('abc')", 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ["$hash('abc', 'sha1')", 'a9993e364706816aba3e25717850c26c9cd0d89d'],
  ["$hash('abc', 'md5')", '900150983cd24fb0d6963f7d28e17f72'],
])('%s', async (text, expected) => {
  expect(await valueOf(text)).toBe(expected);
});

test('$hash refuses an unknown algorithm', async () => {
  expect((await problemOf(() => valueOf("$hash('abc', 'crc32')"))).message).toContain('sha256');
});

test.each([
  ["$pad('7', -3, '0')", '007'],
  ["$pad('foo', 5)", 'foo  '],
  ["$pad('foo', 5, '#')", 'foo##'],
  ["$pad('foo', 8, '-+')", 'foo-+-+-'],
  ["$pad('foobar', 5)", 'foobar'],
  ["$pad('😂', 2, 'x')", '😂x'],
])("%s is as JSONata's own", async (text, expected) => expect(await valueOf(text)).toBe(expected));

test('every function of the reference exists, and its example gives what it says', async () => {
  const env = { ...environment, password: (length: number) => 'x'.repeat(length), delivered: () => 'id' };
  for (const { name, example, signature, about } of functionReference) {
    expect(functionNames).toContain(name);
    expect(signature).toMatch(new RegExp(`^\\$${name}\\(`));
    expect(about).toMatch(/\.$/);
    const value = await valueOf(example.expression, { externalId: '1', department_code: '7' }, {}, env);
    if (/^[\w+]\S*$|г\.$/.test(example.gives) && name !== 'uuid') expect(value).toBe(example.gives);
    else expect(value).toBeDefined();
  }
});

test('every JSONata function that is listed exists', async () => {
  for (const name of functionNames) expect(await valueOf(`$type($${name})`), name).toBe('function');
});
