import { isProblem, problem } from '../../model/problem.ts';
import { readFileSync, realpathSync } from 'node:fs';
import { resolve, sep } from 'node:path';

/** A `${…}` in a text; `offset` counts from the text's beginning. */
export interface Reference {
  offset: number;
  written: string;
  name?: string;
  fallback?: string;
  file?: string;
}

const form = /\$\{(?:file:([^}]*)|([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?)\}/g;

/** Every `${NAME}`, `${NAME:-default}` and `${file:…}` of a text. */
export function referencesIn(text: string): Reference[] {
  return [...text.matchAll(form)].map((match) => {
    const [written, file, name, fallback] = match;
    return {
      offset: match.index,
      written,
      ...(file === undefined ? {} : { file }),
      ...(name === undefined ? {} : { name }),
      ...(fallback === undefined ? {} : { fallback }),
    };
  });
}

/** Where a text has a `${` that is none of the three forms; undefined when all are. */
export function brokenReference(text: string): number | undefined {
  const rest = text.replace(form, (written) => ' '.repeat(written.length));
  const at = rest.indexOf('${');
  return at < 0 ? undefined : at;
}

/** Where references are filled in from. */
export interface SecretPlaces {
  environment: Readonly<Record<string, string | undefined>>;
  /** Folders below which `${file:…}` may read: the workspace's, /run/secrets, the one of PORTOLAN_SECRETS. */
  roots: readonly string[];
  /** Relative paths of files start here. */
  folder: string;
}

/** Folders that `${file:…}` may read below. */
export function secretRoots(folder: string, environment: SecretPlaces['environment']): string[] {
  const own = environment.PORTOLAN_SECRETS;
  return [folder, '/run/secrets', ...(own ? [own] : [])];
}

/**
 * A value of the workspace file with every reference filled in, for the moment when a run opens its connection. Throws
 * VARIABLE_MISSING, FILE_NOT_ALLOWED, WORKSPACE_FILE_MISSING; no message holds what was filled in.
 */
export function resolveSecrets(value: unknown, places: SecretPlaces): unknown {
  if (typeof value === 'string') return filledIn(value, places);
  if (Array.isArray(value)) return value.map((item) => resolveSecrets(item, places));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolveSecrets(item, places)]));
}

function filledIn(text: string, places: SecretPlaces): string {
  return text.replace(form, (written, file?: string, name?: string, fallback?: string) => {
    if (file !== undefined) return secretFile(file, places);
    const value = places.environment[name ?? ''];
    // As in a shell, `:-` stands in for an empty variable too.
    if (value !== undefined && (value !== '' || fallback === undefined)) return value;
    if (fallback !== undefined) return fallback;
    throw problem('VARIABLE_MISSING', `The environment variable ${name} of \`${written}\` is not set.`, {
      fix: `Set ${name}, or give a default: \${${name}:-…}.`,
    });
  });
}

function secretFile(file: string, { roots, folder }: SecretPlaces): string {
  const path = resolve(folder, file);
  if (!isBelow(path, roots)) throw notAllowed(file);
  try {
    // A link may lead out of the allowed folders.
    if (!isBelow(realpathSync(path), roots.map(realFolder))) throw notAllowed(file);
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    if (isProblem(error)) throw error;
    throw problem('WORKSPACE_FILE_MISSING', `The file \`${file}\` can't be read.`, {
      fix: 'Put it there, readable for this account, or correct the path.',
      cause: error,
    });
  }
}

function realFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return resolve(folder);
  }
}

/** Whether an absolute path lies below one of the folders. */
export function isBelow(path: string, roots: readonly string[]): boolean {
  return roots.some((root) => path.startsWith(resolve(root) + sep));
}

function notAllowed(file: string): Error {
  return problem('FILE_NOT_ALLOWED', `\`\${file:${file}}\` leads out of the folders that secrets may come from.`, {
    fix: 'Put the file into the workspace, under /run/secrets, or below the folder that PORTOLAN_SECRETS names.',
  });
}
