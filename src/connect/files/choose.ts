import { problem } from '../../model/problem.ts';
import type { NothingToRead, SourceContext } from '../sdk/declare.ts';
import type { StoreKeeper } from './keeper.ts';
import { putAway } from './put-away.ts';
import { findFiles, type Candidate, type Found } from './select.ts';
import type { SourceOptions } from './source-options.ts';

/** Files to read, in order, and older ones that a newer one supersedes. */
export interface Choice {
  chosen: Candidate[];
  superseded: Candidate[];
}

/**
 * Finds and picks; what an earlier run has settled is put away unread. Throws FILE_NONE, or says that there is nothing
 * where `none: skip`.
 */
export async function chooseFiles(
  keeper: StoreKeeper,
  options: SourceOptions,
  context: SourceContext<unknown, unknown>,
): Promise<Choice | NothingToRead> {
  const path = await options.path.render(undefined, context.scope, context.env);
  const { settle, ready, manifest } = options;
  const beside = { ...(ready ? { marker: ready } : {}), ...(manifest ? { manifest: manifest.path } : {}) };
  const wish = { path, beside, ...(settle === undefined ? {} : { settleMs: settle }) };
  const found = await findFiles(keeper, wish, context);
  if (options.pick === 'newer') return newerFiles(found, path, options, context);
  const fresh = await withoutConsumed(keeper, found.settled, options, context);
  for (const name of found.waiting) context.note(`${name} is not finished yet and is left alone.`);
  if (fresh.length === 0) return nothing(path, found.waiting.length, found.settled.length, options);

  if ((options.pick ?? 'newest') !== 'newest') return { chosen: fresh, superseded: [] };
  const superseded = options.then ? fresh.slice(0, -1) : [];
  for (const { file } of superseded) context.note(`${file.name} is superseded by ${fresh.at(-1)!.file.name}.`);
  return { chosen: fresh.slice(-1), superseded };
}

/** Files as young as that of the source above, or younger: many servers keep whole seconds only. They stay in place. */
function newerFiles(
  { settled, waiting }: Found,
  path: string,
  options: SourceOptions,
  { newerThan, note }: SourceContext<unknown, unknown>,
): Choice | NothingToRead {
  for (const name of waiting) note(`${name} is not finished yet and is left alone.`);
  if (newerThan === undefined)
    return { nothing: `Nothing is read at ${path}, for the source above has no file that these could be newer than.` };
  const chosen = settled.filter(({ file }) => file.mtime >= newerThan);
  if (chosen.length === 0) return nothing(path, waiting.length, 0, options);
  return { chosen, superseded: [] };
}

/** A file that stays in place is read again by `newest` and `all`; all others are read once. */
async function withoutConsumed(
  keeper: StoreKeeper,
  candidates: Candidate[],
  { pick, then }: SourceOptions,
  context: SourceContext<unknown, unknown>,
): Promise<Candidate[]> {
  if (pick !== 'new' && !then) return candidates;
  const fresh: Candidate[] = [];
  for (const candidate of candidates) {
    const { path, size, mtime } = candidate.file;
    if (!(await context.consumed({ store: context.connectionName, path, size, mtime }))) {
      fresh.push(candidate);
      continue;
    }
    if (!then || context.dryRun) continue;
    await putAway(keeper, [candidate], then, context.note);
    context.note(`${candidate.file.name} was settled by an earlier run and is put away unread.`);
  }
  return fresh;
}

function nothing(path: string, waiting: number, consumed: number, { none, then }: SourceOptions): NothingToRead {
  const also = [
    ...(waiting > 0 ? [`${waiting} still being written or without marker or manifest`] : []),
    ...(consumed > 0 ? [`${consumed} already read by an earlier run`] : []),
  ];
  const sentence = `No file to read at ${path}${also.length > 0 ? ` (${also.join(', ')})` : ''}.`;
  // An earlier run had settled all that is here, and was ended before it moved the file: its feed has come.
  const isSettled = then !== undefined && consumed > 0 && waiting === 0;
  if (none === 'skip' || isSettled) return { nothing: sentence };
  throw problem('FILE_NONE', sentence, {
    fix: 'Check path and delivery, or say `none: skip` where no file is no failure.',
  });
}
