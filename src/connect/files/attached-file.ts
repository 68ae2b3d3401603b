import { createHash, type Hash } from 'node:crypto';
import { isProblem, problem } from '../../model/problem.ts';
import type { AttachedFile, Fields, FileFacts } from '../../model/record.ts';
import { refuseChanged } from './facts.ts';
import type { StoreKeeper } from './keeper.ts';

/** How far the content is hashed. */
interface Hashed {
  at: number;
  hash: Hash;
}

/** The file of a row that `format: file` made; undefined for a row that names none. */
export function attachedFile(keeper: StoreKeeper, row: Fields): AttachedFile | undefined {
  const { name, path, size, mtime, hash } = row as unknown as FileFacts;
  if (typeof path !== 'string' || typeof hash !== 'string') return undefined;
  const facts = { name, path, size, mtime, hash };
  // Where ranges began: a range that is sent again goes on from one of them, so that the whole is always hashed.
  let begun: Hashed[] = [];
  const nearest = (from: number): Hashed =>
    begun.findLast(({ at }) => at <= from) ?? { at: 0, hash: createHash('sha256') };

  return {
    facts,
    async *read(from = 0, to = size) {
      const start = nearest(from);
      const known = begun.filter(({ at }) => at < start.at).slice(-1);
      const hash = start.hash.copy();
      try {
        await refuse(keeper, facts);
        let at = start.at;
        let kept: Uint8Array | undefined;
        const store = await keeper.store();
        for await (const chunk of to > at ? store.read(path, at) : []) {
          const taken = chunk.subarray(0, to - at);
          hash.update(taken);
          const wanted = taken.subarray(Math.max(0, from - at));
          at += taken.length;
          // One piece is held back: a file that has changed is never sent whole.
          if (kept) yield kept;
          kept = wanted.length > 0 ? Buffer.from(wanted) : undefined;
          if (at >= to) break;
        }
        await refuse(keeper, facts, at < to ? at : undefined);
        if (to === size && hash.copy().digest('hex') !== facts.hash) throw changed(path, 'its content is another');
        begun = [...known, start, { at: to, hash }];
        if (kept) yield kept;
      } catch (error) {
        if (!isProblem(error)) throw error;
        if (error.code === 'FILE_CHANGED' || error.code === 'FILE_MISSING') throw changed(path, error.message);
        throw error;
      }
    },
  };
}

async function refuse(keeper: StoreKeeper, facts: FileFacts, bytesRead?: number): Promise<void> {
  const now = await keeper.use((store) => store.stat(facts.path));
  refuseChanged({ ...facts, isFolder: false }, now, bytesRead);
}

const changed = (path: string, cause: string) =>
  problem('ATTACHED_FILE_CHANGED', `${path} is not the file any more that was read: ${cause}`, {
    fix: 'Nothing of it was taken as a whole. The next run reads the new file; `settle` or `ready` makes runs wait for writers.',
  });
