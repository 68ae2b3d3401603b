import { realpath } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { problem } from '#sdk';

/** Turns paths of the store into real ones that lie in its folder; see {@link confineTo}. */
export interface Confined {
  /** Of something that may not exist yet. Throws FILE_OUTSIDE. */
  real(path: string): Promise<string>;
  /** Of a name itself: a link at its end is not followed, so that it can be moved or removed. */
  realName(path: string): Promise<string>;
}

/**
 * Confines paths to `root`: neither `..` nor a link leads out. An absolute path must lie in the folder. Who can make
 * links in the folder while a run is using it is trusted: between check and use a link could be swapped.
 */
export function confineTo(root: string): Confined {
  let realRoot: Promise<string> | undefined;
  const inside = async (path: string, asked: string): Promise<string> => {
    const top = await (realRoot ??= realpath(root).catch(() => resolve(root)));
    if (path !== top && !path.startsWith(top === sep ? sep : top + sep)) throw outside(asked, root);
    return path;
  };
  const absolute = (path: string): string => {
    const full = resolve(root, path);
    const way = relative(resolve(root), full);
    if (way === '..' || way.startsWith(`..${sep}`)) throw outside(path, root);
    return full;
  };
  return {
    real: async (path) => inside(await realOf(absolute(path)), path),
    async realName(path) {
      const full = absolute(path);
      if (full === resolve(root)) return inside(await realOf(full), path);
      const folder = await inside(await realOf(dirname(full)), path);
      return join(folder, full.slice(dirname(full).length).replace(/^[/\\]/, ''));
    },
  };
}

/** The real path; of what does not exist, that of the nearest folder above with the rest. */
async function realOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const above = dirname(path);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === path) throw error;
    return join(await realOf(above), path.slice(above.length).replace(/^[/\\]/, ''));
  }
}

const outside = (path: string, root: string) =>
  problem('FILE_OUTSIDE', `${path} leads out of ${root}.`, {
    fix: 'Name a path in that folder, or give the connection another `folder`.',
  });
