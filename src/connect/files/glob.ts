import type { FileEntry, OpenFileStore } from './port.ts';

/** Has the path `*` or `?`? */
export const isGlob = (path: string): boolean => /[*?]/.test(path);

/**
 * The files that a path with `*` and `?` names. Neither matches `/`, nor the dot that begins a hidden name: that is how
 * files still being written are called. A folder that isn't there is a problem FILE_FOLDER_MISSING.
 * `listed` is everything of the folders that were looked through, undefined where no list was needed.
 */
export async function filesOf(
  store: OpenFileStore,
  path: string,
): Promise<{ files: FileEntry[]; listed?: FileEntry[] }> {
  if (!isGlob(path)) {
    const entry = await store.stat(path);
    return { files: entry && !entry.isFolder ? [entry] : [] };
  }
  const segments = path.split('/');
  const firstGlob = segments.findIndex(isGlob);
  let folders = [segments.slice(0, firstGlob).join('/') || (path.startsWith('/') ? '/' : '.')];
  const listed: FileEntry[] = [];
  for (const [index, segment] of segments.slice(firstGlob).entries()) {
    const isLast = firstGlob + index === segments.length - 1;
    const found: FileEntry[] = [];
    for (const folder of folders) {
      if (!isGlob(segment)) {
        const entry = await store.stat(joined(folder, segment));
        if (entry) found.push(entry);
        continue;
      }
      const entries = await store.list(folder);
      if (isLast) listed.push(...entries);
      found.push(...entries.filter(({ name }) => matches(segment, name)));
    }
    if (isLast) return { files: found.filter(({ isFolder }) => !isFolder), listed };
    folders = found.filter(({ isFolder }) => isFolder).map((entry) => entry.path);
  }
  return { files: [], listed };
}

/** The path of a name in a folder. */
export const joined = (folder: string, name: string): string =>
  folder === '.' ? name : `${folder.replace(/\/+$/, '')}/${name}`;

/** The folder of a path: `/` or `.` at the top. */
export function folderOf(path: string): string {
  const end = path.lastIndexOf('/');
  return end < 0 ? '.' : path.slice(0, end) || '/';
}

/** Does a name without folder fit a pattern with `*` and `?`? */
export function matches(pattern: string, name: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false;
  // Names of one look may be composed (NFC) or not (NFD, from a Mac).
  return matchesFrom([...pattern.normalize('NFC')], [...name.normalize('NFC')]);
}

/** Linear: on a mismatch only the last `*` takes one character more. */
function matchesFrom(pattern: string[], name: string[]): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let index = 0; index < name.length;) {
    if (at < pattern.length && pattern[at] === '*') {
      star = at;
      at += 1;
      resume = index;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === name[index])) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      resume += 1;
      index = resume;
      at = star + 1;
    } else return false;
  }
  return pattern.slice(at).every((character) => character === '*');
}
