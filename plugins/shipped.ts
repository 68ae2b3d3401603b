import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Connectors that are documents, by the path of each in the package. */
const connectorFiles: readonly string[] = Object.freeze(['plugins/equeo/connector.yaml']);

/** The shipped `connector:` documents, which every workspace knows; `file` is their path in the package. */
export function shippedConnectors(): { file: string; text: string }[] {
  return connectorFiles.map((path) => ({ file: path, text: readFileSync(join(packageFolder(path), path), 'utf8') }));
}

/** The nearest folder above this file that holds the path: the package's, from source and from dist alike. */
function packageFolder(path: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, path)) && folder !== dirname(folder)) folder = dirname(folder);
  return folder;
}
