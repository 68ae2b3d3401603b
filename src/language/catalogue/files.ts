import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Catalogue } from './catalogue.ts';

const names = ['workspace', 'pipeline', 'connector', 'check'] as const;

/** The committed catalogue, which needs no connector's code. It is the same from source, from dist and installed. */
export function loadCatalogue(): Catalogue {
  loaded ??= JSON.parse(readFileSync(join(schemasFolder(), 'catalogue.json'), 'utf8')) as Catalogue;
  return loaded;
}

let loaded: Catalogue | undefined;

/** `schemas/` at the root of the package: the nearest one above this file. */
function schemasFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'schemas', 'catalogue.json'))) {
    const above = dirname(folder);
    if (above === folder) throw new Error('schemas/catalogue.json is missing from the package');
    folder = above;
  }
  return join(folder, 'schemas');
}

/** The document schemas as files: name and text, the same bytes for the same catalogue. */
export function schemaFiles(catalogue: Catalogue): { name: string; text: string }[] {
  return names.map((name) => ({
    name: `${name}.schema.json`,
    text: json({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: titles[name],
      ...catalogue.documents[name],
    }),
  }));
}

const titles = {
  workspace: 'Portolan workspace',
  pipeline: 'Portolan pipeline',
  connector: 'Portolan connector',
  check: 'Portolan check',
};

/** The catalogue as the text of `catalogue.json`. */
export const catalogueText = (catalogue: Catalogue): string => json(catalogue);

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 1)}\n`;

/** Writes the document schemas into a folder, for an editor; returns the paths. */
export function writeSchemas(folder: string, catalogue: Catalogue): string[] {
  mkdirSync(folder, { recursive: true });
  return schemaFiles(catalogue).map(({ name, text }) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  });
}
