import { realpath } from 'node:fs/promises';
import { dirname, join, posix, relative, sep } from 'node:path';

/** Thrown for a path that leaves the root through a symbolic link. */
export class OutsideOfRoot extends Error {}

/** The absolute path as the client sees it: `/` is the root, and `..` stops there. */
export function clientPath(path: string): string {
  return posix.resolve('/', path);
}

/**
 * The file on disk behind a client's path. Throws `OutsideOfRoot` where a symbolic link on the way leads out of the root,
 * and the file system's error where the folder does not exist.
 */
export async function confinedPath(root: string, path: string): Promise<string> {
  const wanted = clientPath(path);
  if (wanted === '/') return root;
  const file = join(root, ...wanted.split('/'));
  const [realRoot, folder] = await Promise.all([realpath(root), realpath(dirname(file))]);
  const target = await realpath(file).catch(() => folder);
  for (const place of [folder, target]) {
    const way = relative(realRoot, place);
    if (way === '..' || way.startsWith(`..${sep}`)) throw new OutsideOfRoot('The path leaves the root.');
  }
  return file;
}
