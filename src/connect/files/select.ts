import type { Template } from '../../expression/index.ts';
import type { OpenContext } from '../sdk/declare.ts';
import { filesOf, folderOf, joined } from './glob.ts';
import type { StoreKeeper } from './keeper.ts';
import type { FileEntry } from './port.ts';
import { factsOf } from './facts.ts';

/** A file that may be read, and its marker where `ready` asks for one. */
export interface Candidate {
  file: FileEntry;
  marker?: FileEntry;
}

export interface Found {
  /** Oldest first, by mtime, then name. */
  settled: Candidate[];
  /** Names of files that are still being written, or wait for their marker. */
  waiting: string[];
}

interface Wish {
  path: string;
  settleMs?: number;
  ready?: Template;
}

/** So much older than the server's newest file, a file is written to no more (S14). */
const longSettledMs = 60 * 60 * 1000;

/** Looks for files that nobody writes to any more: one look, or two `settle` apart. */
export async function findFiles(keeper: StoreKeeper, wish: Wish, context: OpenContext<unknown>): Promise<Found> {
  const look = async () => {
    const { files, listed } = await keeper.use((store) => filesOf(store, wish.path));
    const { ready } = wish;
    return { ...(ready ? await withMarkers(keeper, files, ready, context) : plain(files)), listed: listed ?? files };
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

const plain = (files: FileEntry[]): { candidates: Candidate[]; waiting: string[] } => ({
  candidates: files.map((file) => ({ file })),
  waiting: [],
});

async function withMarkers(keeper: StoreKeeper, files: FileEntry[], ready: Template, context: OpenContext<unknown>) {
  const markerPaths = new Map<FileEntry, string>();
  for (const file of files) {
    const name = await ready.render(undefined, { ...context.scope, file: factsOf(file) }, context.env);
    markerPaths.set(file, joined(folderOf(file.path), name));
  }
  // A glob such as `*` matches the markers as well.
  const allMarkers = new Set(markerPaths.values());
  const candidates: Candidate[] = [];
  const waiting: string[] = [];
  for (const [file, markerPath] of markerPaths) {
    if (allMarkers.has(file.path)) continue;
    const marker = await keeper.use((store) => store.stat(markerPath));
    if (marker) candidates.push({ file, marker });
    else waiting.push(file.name);
  }
  return { candidates, waiting };
}
