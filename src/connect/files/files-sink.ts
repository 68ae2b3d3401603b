import { createHash } from 'node:crypto';
import type { Template } from '../../expression/index.ts';
import { isProblem } from '../../model/problem.ts';
import type { AttachedFile, Outcome, WriteItem } from '../../model/record.ts';
import type { OpenSink, OperationRule, SinkContext } from '../sdk/declare.ts';
import { joined } from './glob.ts';
import type { StoreKeeper } from './keeper.ts';
import { partPathOf, removeLeftovers } from './leftovers.ts';
import { giveName, taken } from './new-file.ts';
import { requireFolder, underItsName } from './target-folder.ts';

// A file that is there already with the same content is done, so that any may be written again.
const rule: OperationRule = Object.freeze({ size: 1, atomic: false, repeat: 'safe' });

interface Options {
  name?: Template;
  overwrite?: boolean;
}

/** The sink of `format: file`: the file of each record below `folder`, under a temporary name until it is whole (S14). */
export function sinkOfFiles(keeper: StoreKeeper, folder: string, context: SinkContext<unknown, unknown>): OpenSink {
  const { name, overwrite = false } = context.options as Options;
  const pipeline = String(context.scope.pipeline ?? '');
  const connection = context.connection === undefined ? undefined : context.connectionName;
  let isTidied = false;

  async function write(item: WriteItem): Promise<Outcome> {
    const { file, record } = item;
    if (!file) return rejected('FILE_NOT_ATTACHED', 'The record has no file that could be written');
    try {
      const scope = { ...context.scope, file: file.facts };
      const own = name ? await name.render(record, scope, context.env) : confined(file.facts.name);
      await put(joined(folder, own), file);
      return { is: 'delivered' };
    } catch (error) {
      if (!isProblem(error)) throw error;
      // Of this one name only: others of the folder can be written.
      const isItsOwn = error.class === 'data' || error.code === 'FILE_NAME_TAKEN';
      if (!isItsOwn) throw error;
      return rejected(error.code, error.message);
    }
  }

  async function put(path: string, file: AttachedFile): Promise<void> {
    if (await isThere(path, file)) return;
    const part = partPathOf(path, pipeline);
    const store = await keeper.store();
    const writer = await store.write(part).catch(async (error: unknown) => {
      throw await underItsName(error, store, path, connection);
    });
    // A part must stand there, as by its time the folder's clock is known.
    if (!isTidied) await removeLeftovers(store, part, pipeline, context.note);
    isTidied = true;
    try {
      for await (const chunk of file.read()) await writer.write(chunk);
      await writer.end();
    } catch (error) {
      await writer.abort().catch(() => {});
      throw error;
    }
    try {
      await keeper.use((open) => giveName(open, part, path, file.facts.size, overwrite));
    } catch (error) {
      await keeper.use((open) => open.remove(part)).catch(() => {});
      throw error;
    }
  }

  /** Throws FILE_NAME_TAKEN where another file stands there that may not be replaced. */
  async function isThere(path: string, { facts }: AttachedFile): Promise<boolean> {
    const there = await keeper.use((store) => store.stat(path));
    if (!there) return false;
    if (!there.isFolder && there.size === facts.size && (await hashOf(path)) === facts.hash) return true;
    if (overwrite && !there.isFolder) return false;
    throw taken(path);
  }

  async function hashOf(path: string): Promise<string> {
    const hash = createHash('sha256');
    const store = await keeper.store();
    for await (const chunk of store.read(path)) hash.update(chunk);
    return hash.digest('hex');
  }

  const requireIt = (): Promise<void> => keeper.use((store) => requireFolder(store, joined(folder, 'x'), connection));
  return {
    rules: { upsert: rule, create: rule, update: rule },
    // What fails in the middle fails the run, and the next one goes on behind what is done.
    retry: { attempts: 1, fromMs: 0, toMs: 0, withinMs: 0 },
    concurrency: 1,
    key: [],
    commits: 'batch',
    probe: requireIt,
    begin: requireIt,
    async write({ items }) {
      const outcomes: Outcome[] = [];
      for (const item of items) outcomes.push(await write(item));
      return { is: 'answered', outcomes };
    },
    close: () => keeper.close(),
  };
}

/** A name out of another store's list is a name and no path. */
const confined = (name: string): string => (name === '..' || name === '.' ? '_' : name.replace(/[/\\\0]/g, '_'));

const rejected = (code: string, reason: string): Outcome => ({ is: 'rejected', code, reason });
