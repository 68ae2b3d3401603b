import { describe, expect, test } from 'vitest';
import { loadTexts } from '../../../src/language/load/index.ts';
import { placeInText } from '../../../src/language/load/yaml-place.ts';

/** Line and column of `$here` inside the value of `x`, and of the same text in the file. */
function places(text: string) {
  const document = loadTexts('/', [{ file: 'a.yaml', text: `pipeline: p\n${text}` }]).documents[0]!;
  const value = document.value.x as string;
  const lines = `pipeline: p\n${text}`.split('\n');
  const line = lines.findIndex((each) => each.includes('$here'));
  const { line: found, column } = placeInText(document.source, ['x'], value.indexOf('$here'));
  return { told: `${found}:${column}`, seen: `${line + 1}:${(lines[line]?.indexOf('$here') ?? 0) + 1}` };
}

describe('a place inside a text is told where it stands in the file', () => {
  test.each([
    ['plain', 'x: a and $here\n'],
    ['plain over two lines', 'x: a and\n    b and $here\n'],
    ['plain over a blank line', 'x: a and\n\n    b and $here\n'],
    ['single quotes', "x: 'it''s ''a'' $here'\n"],
    ['single quotes over two lines', "x: 'it''s\n   $here'\n"],
    ['double quotes', 'x: "a \\"b\\" \\u0041\\t $here"\n'],
    ['double quotes with a letter beyond 16 bits', 'x: "\\U0001F600 $here"\n'],
    ['double quotes with an escaped line end', 'x: "a \\\n   $here"\n'],
    ['a block', 'x: |-\n  a\n    b\n  $here\n'],
    ['a block with its indentation written', 'x: |2\n    a\n  $here\n'],
    ['a folded block', 'x: >-\n  a\n  b\n\n  c $here\n'],
    ['a block with a comment behind its mark', 'x: |- # why\n  a $here\n'],
    ['Windows line ends', 'x: |-\r\n  a\r\n  $here\r\n'],
    ['letters outside of ASCII', "x: 'имя = ''Ян'' и $here'\n"],
  ])('%s', (_, text) => {
    const { told, seen } = places(text);
    expect(told).toBe(seen);
  });
});

test('through an alias the place is the one of the anchor', () => {
  const document = loadTexts('/', [{ file: 'a.yaml', text: 'pipeline: p\na: &a x $here\nx: *a\n' }]).documents[0]!;
  expect(placeInText(document.source, ['x'], 2)).toEqual({ line: 2, column: 9 });
});
