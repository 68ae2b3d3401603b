import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { problem } from '../../model/problem.ts';

/** The file that makes a folder a workspace. */
export const workspaceFile = 'portolan.yaml';

/** Folders that hold data, not documents. Hidden folders are left out as well, and other workspaces inside this one. */
const dataFolders = new Set(['node_modules', 'tables', 'schemas', 'fixtures', 'templates']);

/** The workspace's folder, absolute: where portolan.yaml is, from `start` upwards. Throws WORKSPACE_NOT_FOUND. */
export function findWorkspace(start: string): string {
  let folder = resolve(start);
  for (;;) {
    if (existsSync(join(folder, workspaceFile))) return folder;
    const above = dirname(folder);
    if (above === folder) break;
    folder = above;
  }
  throw problem('WORKSPACE_NOT_FOUND', `No ${workspaceFile} was found in ${resolve(start)} or above it.`, {
    fix: 'Run `portolan init`, or go to the workspace.',
  });
}

/** Every YAML file of a workspace, relative with `/`, in order; portolan.yaml first. */
export function documentFiles(root: string): string[] {
  const found: string[] = [];
  const walk = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.name.startsWith('.')) continue;
      if (entry.isDirectory()) {
        if (!dataFolders.has(entry.name) && !existsSync(join(path, workspaceFile))) walk(path);
      } else if (/\.ya?ml$/.test(entry.name) && isFile(path)) found.push(relative(root, path).split(sep).join('/'));
    }
  };
  walk(root);
  const documents = found.filter((file) => file !== workspaceFile).sort();
  return [workspaceFile, ...documents];
}

/** Links are followed: mounted configuration often consists of them. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
