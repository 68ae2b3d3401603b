import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { declarations } from '../plugins/index.ts';
import { shippedConnectors } from '../plugins/shipped.ts';
import { catalogue, generatedFiles, generatedFolders, withConnectors } from '../src/language/catalogue/index.ts';
import { loadTexts } from '../src/language/load/index.ts';

/** Writes `schemas/` and `docs/reference/` from the declarations. Run in the repository's root, by `npm run generate`. */
const connectors = loadTexts('.', shippedConnectors()).documents.map(({ value }) => value);
for (const folder of generatedFolders) rmSync(folder, { recursive: true, force: true });
for (const { path, text } of generatedFiles(withConnectors(catalogue(declarations()), connectors))) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(join('.', path), text);
}
