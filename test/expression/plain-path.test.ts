import jsonata from 'jsonata';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileExpression } from '../../src/expression/index.ts';
import { plainResult } from '../../src/expression/result.ts';
import { isTrue } from '../../src/expression/truth.ts';
import { environment } from './environment.ts';

const names = ['a', 'b', 'c'] as const;

/** Data whose maps have few names, so that paths meet what is there. */
const data = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, '', 'x', 0, 1.5, true, false),
    fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 3 }),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
})).value;

const paths = fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }).map((steps) => steps.join('.'));

async function byJsonata(text: string, input: unknown, scope: Record<string, unknown>): Promise<unknown> {
  return plainResult(await jsonata(text).evaluate(input, scope));
}

describe('what is evaluated at once is what jsonata gives', () => {
  test('for paths of names', async () => {
    await fc.assert(
      fc.asyncProperty(paths, data, async (text, input) => {
        const ours = await compileExpression(text).evaluate(input, {}, environment);
        expect(ours).toEqual(await byJsonata(text, input, {}));
      }),
      { numRuns: 500 },
    );
  });

  test('for paths of a name of the run, and of the whole input', async () => {
    const begins = fc.constantFrom('$x', '$', '$$', '$x.a', '$.a', '$$.a', '$none', '$none.a');
    await fc.assert(
      fc.asyncProperty(begins, paths, data, data, async (begin, path, input, x) => {
        for (const text of [begin, `${begin}.${path}`]) {
          const ours = await compileExpression(text).evaluate(input, { x }, environment);
          expect(ours).toEqual(await byJsonata(text, input, { x }));
        }
      }),
      { numRuns: 500 },
    );
  });

  test.each(["'text'", '12.5', '-3', 'true', 'null', '`odd name`', '$x', 'a.`odd name`'])('for %s', async (text) => {
    const input = { 'odd name': 1, a: { 'odd name': 2 } };
    const ours = compileExpression(text).evaluate(input, { x: 7 }, environment);
    expect(ours).not.toBeInstanceOf(Promise);
    expect(ours).toEqual(await byJsonata(text, input, { x: 7 }));
  });

  test('for the truth of values', async () => {
    await fc.assert(
      fc.asyncProperty(data, async (value) => {
        expect(isTrue(value)).toBe((await byJsonata('$boolean($x)', {}, { x: value })) ?? false);
      }),
      { numRuns: 300 },
    );
  });
});

test('paths of names need no promise', () => {
  const record = { a: { b: 'x' }, list: [1, 2] };
  for (const [text, expected] of [
    ['a.b', 'x'],
    ['a.nothing', undefined],
    ['list', [1, 2]],
    ['$params.period', '2026-10'],
  ] as const) {
    expect(compileExpression(text).evaluate(record, { params: { period: '2026-10' } }, environment)).toEqual(expected);
  }
});

test('what every object has by birth is nobody’s field', () => {
  for (const text of ['constructor', '__proto__', 'a.constructor', '$x.toString', '$constructor', '$toString']) {
    expect(compileExpression(text).evaluate({ a: {} }, { x: {} }, environment), text).toBeUndefined();
  }
});
