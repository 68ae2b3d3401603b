import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadTexts, checkWorkspace } from '../../../src/language/load/index.ts';
import { catalogue, withConnectors } from '../../../src/language/catalogue/index.ts';
import { declarations } from '../../../plugins/index.ts';
it('the shipped document passes the validation of a workspace', () => {
  const text = readFileSync(new URL('../../../plugins/equeo/connector.yaml', import.meta.url), 'utf8');
  const loaded = loadTexts('', [{ file: 'connector.yaml', text }]);
  const known = withConnectors(
    catalogue(declarations()),
    loaded.documents.map(({ value }) => value),
  );
  expect(checkWorkspace(loaded, known)).toEqual([]);
});
