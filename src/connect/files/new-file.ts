import { counted } from '../../model/counted.ts';
import { isProblem, problem } from '../../model/problem.ts';
import type { Fields } from '../../model/record.ts';
import { wrapGzip } from '../bytes/gzip.ts';
import type { OpenFormat } from '../sdk/declare.ts';
import { newChannel } from './channel.ts';
import type { StoreKeeper } from './keeper.ts';
import { partPathOf, removeLeftovers } from './leftovers.ts';
import type { OpenFileStore } from './port.ts';
import { underItsName } from './target-folder.ts';

/** A file that grows under a temporary name. */
export interface NewFile {
  append(records: Fields[]): Promise<void>;
  /** Gives it its name. May be called again after it failed. */
  finish(): Promise<void>;
  /** Leaves nothing behind, unless it is finished. */
  abandon(): Promise<void>;
}

interface Wish {
  overwrite: boolean;
  columns?: string[] | undefined;
  /** Whose file it is. */
  pipeline: string;
  /** Name of the connection; undefined where there is none. */
  connection?: string | undefined;
  note(message: string): void;
}

/** Begins a part beside `path`, and clears away what killed runs of the pipeline left there. Throws FILE_NAME_TAKEN where that exists and may not be replaced. */
export async function newFile(keeper: StoreKeeper, path: string, format: OpenFormat, wish: Wish): Promise<NewFile> {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const partPath = partPathOf(path, wish.pipeline);
  if (!wish.overwrite && (await keeper.use((store) => store.stat(path)))) throw taken(path);
  // On the writer's own connection: a new one would end it.
  const open = await keeper.store();
  const writer = await open.write(partPath).catch(async (error: unknown) => {
    throw await underItsName(error, open, path, wish.connection);
  });
  await removeLeftovers(open, partPath, wish.pipeline, wish.note);
  const channel = newChannel<Fields[]>();
  let sizeBytes = 0;
  let state: 'growing' | 'whole' | 'named' | 'broken' = 'growing';

  async function pump(): Promise<void> {
    const encoded = format.encode(channel.items, wish.columns);
    for await (const chunk of /\.gz$/i.test(name) ? wrapGzip(encoded) : encoded) {
      sizeBytes += chunk.length;
      await writer.write(chunk);
    }
    await writer.end();
    state = 'whole';
  }

  const pumped = pump().catch(async (error: unknown) => {
    state = 'broken';
    channel.fail(error);
    await writer.abort().catch(() => {});
    throw error;
  });
  // Told by the next `append` or by `finish`.
  pumped.catch(() => {});

  return {
    append: (records) => channel.push(records),
    async finish() {
      channel.finish();
      await pumped;
      await keeper.use((store) => giveName(store, partPath, path, sizeBytes, wish.overwrite));
      state = 'named';
    },
    async abandon() {
      if (state === 'named') return;
      if (state === 'whole') return keeper.use((store) => store.remove(partPath));
      if (state === 'growing') {
        state = 'broken';
        await writer.abort();
      }
    },
  };
}

/** The answer to a rename may be lost with the connection: a part that is gone has its name already. */
export async function giveName(
  store: OpenFileStore,
  part: string,
  path: string,
  sizeBytes: number,
  overwrite: boolean,
): Promise<void> {
  const written = await store.stat(part);
  if (!written && (await store.stat(path))?.size === sizeBytes) return;
  if (written && written.size !== sizeBytes)
    throw problem(
      'FILE_FAILED',
      `${path} has ${written.size} of ${counted(sizeBytes, 'byte')} and is not given its name.`,
    );
  try {
    await store.rename(part, path, overwrite);
  } catch (error) {
    throw isProblem(error) && error.code === 'FILE_NAME_TAKEN' ? taken(path) : error;
  }
}

/** FILE_NAME_TAKEN, of a file that may not be replaced. */
export const taken = (path: string) =>
  problem('FILE_NAME_TAKEN', `${path} exists already, and nothing is written over another file.`, {
    fix: 'Put the date or the run into the name, or say `overwrite: true`.',
  });
