import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Declaration } from '#sdk';
import csv from './csv/format.ts';
import file from './file/store.ts';
import fixed from './fixed/format.ts';
import connector from './http/connector.ts';
import ftp from './ftp/store.ts';
import json from './json/format.ts';
import ndjson from './ndjson/format.ts';
import sftp from './sftp/store.ts';
import smtp from './smtp/sink.ts';
import webdav from './webdav/store.ts';
import xml from './xml/format.ts';
import yaml from './yaml/format.ts';

/**
 * Every plugin, by explicit import. A declaration is light: the npm packages behind it are loaded when a pipeline first
 * opens it.
 */
const plugins: readonly Declaration[] = Object.freeze([
  csv,
  connector,
  file,
  fixed,
  ftp,
  json,
  ndjson,
  sftp,
  smtp,
  webdav,
  xml,
  yaml,
]);

/** Connectors that are documents, by the path of each in the package. */
const connectorFiles: readonly string[] = Object.freeze(['plugins/equeo/connector.yaml']);

/** Declarations of all plugins. */
export const declarations = (): readonly Declaration[] => plugins;

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
