import type { Catalogue } from './catalogue.ts';
import { catalogueText, schemaFiles } from './files.ts';
import { referencePages } from './pages/index.ts';

/** Everything that is generated and committed: paths from the root of the package, and their text. */
export function generatedFiles(catalogue: Catalogue): { path: string; text: string }[] {
  return [
    ...schemaFiles(catalogue).map(({ name, text }) => ({ path: `schemas/${name}`, text })),
    { path: 'schemas/catalogue.json', text: catalogueText(catalogue) },
    ...referencePages(catalogue).map(({ path, text }) => ({ path: `docs/reference/${path}`, text })),
  ];
}

/** Folders that hold generated files only: what else lies in them is out of date. */
export const generatedFolders: readonly string[] = Object.freeze(['schemas', 'docs/reference']);
