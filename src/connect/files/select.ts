import type { Template } from '../../expression/index.ts';
import type { OpenContext } from '../sdk/declare.ts';
import { filesOf, folderOf, joined } from './glob.ts';
import type { StoreKeeper } from './keeper.ts';
import type { FileEntry } from './port.ts';
import { factsOf } from './facts.ts';

/** A file that may be read, and what lies beside it: its marker where `ready` asks for one, its manifest. */
export interface Candidate {
  file: FileEntry;
  marker?: FileEntry;
  manifest?: FileEntry;
}

/** Names of what must lie beside each file. */
export type Beside = Partial<Record<'marker' | 'manifest', Template>>;

export interface Found {
  /** Oldest first, by mtime, then name. */
  settled: Candidate[];
  /** Names of files that are still being written, or wait for their marker or manifest. */
  waiting: string[];
}

interface Wish {
  path: string;
  settleMs?: number;
  beside: Beside;
}

/** So much older than the server's newest file, a file is written to no more (S14). */
const longSettledMs = 60 * 60 * 1000;

/** Looks for files that nobody writes to any more: one look, or two `settle` apart. */
export async function findFiles(keeper: StoreKeeper, wish: Wish, context: OpenContext<unknown>): Promise<Found> {
  const look = async () => {
    const { files, listed } = await keeper.use((store) => filesOf(store, wish.path));
    const found = await withBeside(keeper, files, wish.beside, context);
    return { ...found, listed: listed ?? files };
  };
  const first = await look();
  const newestMs = Math.max(0, ...first.listed.filter(({ isFolder }) => !isFolder).map(({ mtime }) => mtime));
  const needsSecond = ({ file }: Candidate) => newestMs - file.mtime < longSettledMs;
  if (wish.settleMs === undefined || !first.candidates.some(needsSecond))
    return { settled: first.candidates.sort(byAge), waiting: first.waiting };

  await context.clock.sleep(wish.settleMs, context.signal);
  const second = await look();
  const before = new Map(first.candidates.map(({ file }) => [file.path, file]));
  const isSettled = ({ file }: Candidate) => {
    const earlier = before.get(file.path);
    return earlier !== undefined && earlier.size === file.size && earlier.mtime === file.mtime;
  };
  return {
    settled: second.candidates.filter(isSettled).sort(byAge),
    waiting: [...second.waiting, ...second.candidates.filter((one) => !isSettled(one)).map(({ file }) => file.name)],
  };
}

const byAge = (a: Candidate, b: Candidate): number =>
  a.file.mtime - b.file.mtime || (a.file.name < b.file.name ? -1 : a.file.name > b.file.name ? 1 : 0);

async function withBeside(
  keeper: StoreKeeper,
  files: FileEntry[],
  beside: Beside,
  context: OpenContext<unknown>,
): Promise<{ candidates: Candidate[]; waiting: string[] }> {
  const kinds = Object.entries(beside) as [keyof Beside, Template][];
  const paths = new Map<FileEntry, [keyof Beside, string][]>();
  for (const file of files) {
    const own: [keyof Beside, string][] = [];
    for (const [kind, template] of kinds) {
      const name = await template.render(undefined, { ...context.scope, file: factsOf(file) }, context.env);
      own.push([kind, joined(folderOf(file.path), name)]);
    }
    paths.set(file, own);
  }
  // A glob such as `*` matches what lies beside as well.
  const all = new Set([...paths.values()].flat().map(([, path]) => path));
  const candidates: Candidate[] = [];
  const waiting: string[] = [];
  for (const [file, own] of paths) {
    if (all.has(file.path)) continue;
    const candidate: Candidate = { file };
    for (const [kind, path] of own) {
      const entry = await keeper.use((store) => store.stat(path));
      if (entry) candidate[kind] = entry;
    }
    if (own.every(([kind]) => candidate[kind])) candidates.push(candidate);
    else waiting.push(file.name);
  }
  return { candidates, waiting };
}
