import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkWorkspace, loadTexts } from '../../../src/language/load/index.ts';
import { shippedCatalogue } from '../shipped-catalogue.ts';

const root = new URL('../../../', import.meta.url);
const employees = readFileSync(new URL('pipelines/employees.yaml', root), 'utf8');
const workspace = readFileSync(new URL('../wrong/base/portolan.yaml', import.meta.url), 'utf8');
const pieces = [
  ': ',
  ' #',
  '{',
  '}',
  '[',
  ']',
  ',',
  "'",
  '"',
  '\n',
  '\n  ',
  '- ',
  '? ',
  '=',
  '$',
  '{{',
  '}}',
  '&a ',
  '*a',
  '!x ',
  '|-',
  '007',
  '${A}',
  '\t',
  '\uFEFF',
];

/** A text with pieces put in, or stretches taken out, at random places. */
const broken = (text: string) =>
  fc
    .array(fc.tuple(fc.nat(text.length), fc.nat(8), fc.constantFrom(...pieces, '')), { minLength: 1, maxLength: 4 })
    .map((edits) => edits.reduce((made, [at, gone, piece]) => made.slice(0, at) + piece + made.slice(at + gone), text));

test('whatever is written, it is told and never thrown, at a place that exists', () => {
  fc.assert(
    fc.property(broken(employees), broken(workspace), fc.boolean(), (pipeline, written, isWorkspaceWhole) => {
      const texts = [
        { file: 'portolan.yaml', text: isWorkspaceWhole ? workspace : written },
        { file: 'pipelines/employees.yaml', text: pipeline },
      ];
      const found = checkWorkspace(loadTexts(root.pathname, texts), shippedCatalogue);
      for (const { file, line, column, message } of found) {
        const lines = (texts.find((each) => each.file === file)?.text ?? '').split('\n');
        if (texts.some((each) => each.file === file)) expect(line).toBeLessThanOrEqual(lines.length);
        expect(line).toBeGreaterThan(0);
        expect(column).toBeGreaterThan(0);
        expect(message).not.toMatch(/undefined|\[object/);
      }
    }),
    { numRuns: 150, seed: 20_261_124 },
  );
});
