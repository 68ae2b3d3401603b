import { createHash } from 'node:crypto';
import type { NothingToRead, OpenSource } from '../../connect/sdk/index.ts';
import type { Pipeline, SourceUse } from '../../language/compile/pipeline.ts';
import type { ReadBatch, ReadEnd } from '../../model/record.ts';
import { note, type RunContext } from './context.ts';
import { cursorOf } from './cursors.ts';

/** Does absence mean anything in this pipeline's feed? In a list of sources it is enough that one is full. */
export const isFull = ({ sources }: Pipeline): boolean => sources.some(({ feed }) => feed === 'full');

/** One source of a list, opened. */
interface Placed {
  index: number;
  feed: SourceUse['feed'];
  source: OpenSource;
  /** Has its read ended by itself? */
  isRead: boolean;
}

/**
 * Opens the sources of a pipeline, in order, as one. A list that is compared is read from its last source to its first:
 * what is read first of a key holds, and what it replaces goes through no step. A pipeline that streams reads in order.
 */
export async function openSources(run: RunContext): Promise<OpenSource | NothingToRead> {
  const { sources, steps } = run.pipeline;
  const latestFirst = steps.some(({ kind }) => kind === 'diff');
  const placed: Placed[] = [];
  const without: { feed: SourceUse['feed']; sentence: string }[] = [];
  let newerThan: number | undefined;
  try {
    for (const [index, use] of sources.entries()) {
      const opened = await openOne(run, use, { latestFirst, newerThan });
      if ('nothing' in opened) {
        without.push({ feed: use.feed, sentence: opened.nothing });
        continue;
      }
      placed.push({ index, feed: use.feed, source: opened, isRead: false });
      newerThan = opened.newestMs?.();
    }
  } catch (error) {
    for (const { source } of placed) await source.close().catch(() => {});
    throw error;
  }
  if (placed.length === 0) return { nothing: without.map(({ sentence }) => sentence).join(' ') };
  for (const { sentence } of without) note(run, sentence);
  if (sources.length === 1) return (placed[0] as Placed).source;
  return asOne(placed, without.find(({ feed }) => feed === 'full')?.sentence, latestFirst);
}

async function openOne(
  run: RunContext,
  use: SourceUse,
  { latestFirst, newerThan }: { latestFirst: boolean; newerThan: number | undefined },
): Promise<OpenSource | NothingToRead> {
  const { pipeline, world, scope, env, signal, dryRun } = run;
  return world.openSource(use, {
    scope,
    env,
    signal,
    dryRun,
    note: (message) => note(run, message),
    wanted: pipeline.record.fields.flatMap(({ from }) => from),
    consumed: (file) => world.store.isConsumed(run.state.pipeline, file),
    ...(newerThan === undefined ? {} : { newerThan }),
    latestFirst,
    cursor: await cursorOf(run, use),
  });
}

/** A source that is read and left as it is: nothing of it is consumed, and it is read from its beginning. */
export function openToRead(
  run: RunContext,
  use: SourceUse,
  names: RunContext['scope'] = {},
): Promise<OpenSource | NothingToRead> {
  const { world, scope, env, signal } = run;
  return world.openSource(use, {
    scope: { ...scope, ...names },
    env,
    signal,
    dryRun: true,
    note: (message) => note(run, message),
    wanted: [],
    consumed: async () => false,
    latestFirst: false,
    cursor: { source: '' },
  });
}

/** `lacking`: a sentence about a full source that had nothing, so that nobody is absent from all of them. */
function asOne(placed: readonly Placed[], lacking: string | undefined, latestFirst: boolean): OpenSource {
  const order = latestFirst ? [...placed].reverse() : placed;
  const originOf = originNames();
  const isReadAgain = placed.every(({ source }) => source.again);

  async function* readAll(isFirst: boolean): AsyncGenerator<ReadBatch> {
    let part = -1;
    for (const each of order) {
      let within: number | undefined;
      part++;
      for await (const batch of (isFirst ? each.source.read() : each.source.again?.()) ?? []) {
        if (within !== undefined && batch.part !== within) part++;
        within = batch.part;
        yield { ...batch, part, origin: originOf(each, batch.origin) };
      }
      if (isFirst) each.isRead = true;
    }
  }

  return {
    read: () => readAll(true),
    ...(isReadAgain ? { again: () => readAll(false) } : {}),
    attached: (row, origin) => originOf.owner(origin)?.source.attached?.(row, origin),
    end: () => endOf(placed, lacking),
    consumptions: () => placed.flatMap(({ source }) => source.consumptions()),
    cursors: () => placed.flatMap(({ source }) => source.cursors?.() ?? []),
    async settled() {
      for (const { source } of placed) await source.settled();
    },
    async close() {
      const closed = await Promise.allSettled(placed.map(({ source }) => source.close()));
      for (const one of closed) if (one.status === 'rejected') throw one.reason;
    },
  };
}

/** Rows are told apart by origin and line, so no two sources have an origin in common. */
function originNames(): ((placed: Placed, origin: string) => string) & { owner(name: string): Placed | undefined } {
  const owners = new Map<string, Placed>();
  const nameOf = (placed: Placed, origin: string): string => {
    const isFree = (owners.get(origin) ?? placed) === placed;
    const name = isFree ? origin : `${origin} (source ${placed.index + 1})`;
    owners.set(name, placed);
    return name;
  };
  return Object.assign(nameOf, { owner: (name: string) => owners.get(name) });
}

/**
 * Complete where every source is: what was not read of changes may carry anybody whom a full source has not. Full sources
 * alone make it another feed for the grace, which the changes of one day are not.
 */
function endOf(placed: readonly Placed[], lacking: string | undefined): ReadEnd {
  const ends = placed.map(({ source, isRead, feed }) => ({ feed, end: isRead ? source.end() : unread }));
  const full = ends.filter(({ feed }) => feed === 'full');
  const hashes = (full.length > 0 ? full : ends).map(({ end }) => end.contentHash);
  const cut = ends.find(({ end }) => !end.complete)?.end;
  const reason = lacking ?? (cut && (cut.reason ?? 'a source did not say why'));
  const dialect = ends.find(({ end }) => end.dialect)?.end.dialect;
  return {
    complete: reason === undefined,
    ...(reason === undefined ? {} : { reason }),
    contentHash: hashes.length === 1 ? String(hashes[0]) : createHash('sha256').update(hashes.join('\n')).digest('hex'),
    ...(dialect ? { dialect } : {}),
  };
}

const unread: ReadEnd = { complete: false, reason: 'the read was ended early', contentHash: '' };
