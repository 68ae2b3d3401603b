import { createHash, randomBytes } from 'node:crypto';
import { counted } from '../../model/counted.ts';
import { folderOf, joined } from './glob.ts';
import type { FileEntry, OpenFileStore } from './port.ts';

/**
 * The name of a file until it is whole: `.NAME.part-PIPELINE-RANDOM`, hidden by its dot, so that no glob matches it. The
 * pipeline stands in it as a hash, so that a later run knows what its own killed runs have left.
 */
export function partPathOf(path: string, pipeline: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return joined(folderOf(path), `.${name}.part-${tagOf(pipeline)}-${randomBytes(6).toString('hex')}`);
}

const tagOf = (pipeline: string): string => createHash('sha256').update(pipeline).digest('hex').slice(0, 8);

/** A part that nobody has written to for so long has no writer any more. */
const ABANDONED_MS = 24 * 60 * 60 * 1000;

/**
 * Removes what killed runs of this pipeline left beside `ownPart`: parts that bear its mark and were last written to a
 * day before `ownPart`, by the clock of the store itself. What another workspace, or a run that still goes on, is writing
 * is younger than that. It is a courtesy: where a folder cannot be listed or cleaned, the write goes on without.
 */
export async function removeLeftovers(
  store: OpenFileStore,
  ownPart: string,
  pipeline: string,
  note: (message: string) => void,
): Promise<void> {
  const folder = folderOf(ownPart);
  try {
    const entries = await store.list(folder);
    const own = entries.find(({ path, name }) => path === ownPart || joined(folder, name) === ownPart);
    if (!own) return;
    const left = entries.filter((entry) => isLeftover(entry, own, tagOf(pipeline)));
    for (const { path } of left) await store.remove(path);
    if (left.length > 0) {
      note(
        `${counted(left.length, 'unfinished file')} of earlier runs that were killed ${left.length === 1 ? 'was' : 'were'} removed from ${folder}.`,
      );
    }
  } catch {
    // The next write tries again.
  }
}

function isLeftover({ name, mtime, isFolder }: FileEntry, own: FileEntry, tag: string): boolean {
  const [, found] = /^\..+\.part-([0-9a-f]{8})-[0-9a-f]{12}$/.exec(name) ?? [];
  return !isFolder && name !== own.name && found === tag && own.mtime - mtime > ABANDONED_MS;
}
