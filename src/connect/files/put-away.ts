import { isProblem } from '../../model/problem.ts';
import { folderOf, joined } from './glob.ts';
import type { StoreKeeper } from './keeper.ts';
import type { FileEntry, OpenFileStore } from './port.ts';
import type { Candidate } from './select.ts';

export type Then = { move: string } | { delete: true };

/**
 * Moves or deletes files that are settled, with their markers and manifests. It may be called again: what is gone is done. A file
 * that is not the one that was read (a new delivery under the same name) stays where it is.
 */
export async function putAway(
  keeper: StoreKeeper,
  candidates: readonly Candidate[],
  then: Then,
  note: (message: string) => void,
): Promise<void> {
  for (const { file, marker, manifest } of candidates) {
    const isDone = await keeper.use((store) => putAwayOne(store, file, then));
    if (!isDone) note(`${file.path} was delivered anew meanwhile and stays where it is.`);
    for (const beside of isDone ? [marker, manifest] : [])
      if (beside) await keeper.use((store) => putAwayOne(store, beside, then));
  }
}

/** False when another file stands there now. */
async function putAwayOne(store: OpenFileStore, file: FileEntry, then: Then): Promise<boolean> {
  const now = await store.stat(file.path);
  if (!now) return true;
  if (now.size !== file.size || now.mtime !== file.mtime) return false;
  if ('delete' in then) await store.remove(file.path);
  else await move(store, file.path, joined(then.move, file.name));
  return true;
}

/** A taken name gets `.1`, `.2` … */
async function move(store: OpenFileStore, from: string, to: string): Promise<void> {
  for (let taken = 0; ; taken += 1) {
    try {
      return await store.rename(from, taken === 0 ? to : `${to}.${taken}`);
    } catch (error) {
      if (!isProblem(error)) throw error;
      if (error.code === 'FILE_FOLDER_MISSING') await store.makeFolder(folderOf(to));
      else if (error.code !== 'FILE_NAME_TAKEN') throw error;
      else continue;
    }
    return store.rename(from, taken === 0 ? to : `${to}.${taken}`);
  }
}
