import { createHash } from 'node:crypto';
import { problem } from '../../model/problem.ts';
import type { ReadBatch, ReadEnd } from '../../model/record.ts';
import type {
  Consumption,
  FileStoreDeclaration,
  OpenFormat,
  OpenSource,
  SourceContext,
  SourceDeclaration,
} from '../sdk/declare.ts';
import { attachedFile } from './attached-file.ts';
import { chooseFiles, type Choice } from './choose.ts';
import { keepStore, type StoreKeeper } from './keeper.ts';
import { doubtOf } from './manifest.ts';
import { putAway } from './put-away.ts';
import { readFile, type FileRead } from './read-file.ts';
import type { Candidate } from './select.ts';
import { sourceOptions, type SourceOptions } from './source-options.ts';

/** The source that a store of files gives: glob, pick, settle, then, gzip and any format, by S6, S13 and S14. */
export function fileSource(store: FileStoreDeclaration): SourceDeclaration {
  return Object.freeze({
    kind: 'source',
    name: store.name,
    summary: store.summary,
    ...(store.connection ? { connection: store.connection } : {}),
    options: sourceOptions,
    takesFormat: true,
    canBeComplete: true,
    async open(context) {
      const { format } = context;
      if (!format) throw formatMissing(store.name);
      const keeper = keepStore(store, context);
      try {
        const choice = await chooseFiles(keeper, context.options as SourceOptions, context);
        if ('chosen' in choice) return sourceOf(keeper, choice, format, context);
        await keeper.close();
        return choice;
      } catch (error) {
        await keeper.close();
        throw error;
      }
    },
  } satisfies SourceDeclaration);
}

/** Marks what was never read: it is consumed with the file that superseded it, and has no hash. */
const unread = 'superseded';

function sourceOf(
  keeper: StoreKeeper,
  { chosen, superseded }: Choice,
  format: OpenFormat,
  context: SourceContext<unknown, unknown>,
): OpenSource {
  const { then, empty, pick, manifest } = context.options as SourceOptions;
  const isByParts = pick === 'newer';
  const order = isByParts && context.latestFirst ? [...chosen].reverse() : chosen;
  let reads: FileRead[] = [];

  async function* read(isFirst: boolean): AsyncGenerator<ReadBatch> {
    const reading: FileRead[] = [];
    if (isFirst) reads = reading;
    for (const [part, { file, manifest: entry }] of order.entries()) {
      if (file.size === 0 && empty !== 'allow') throw isEmpty(file.path);
      const one: FileRead = { file, hash: createHash('sha256'), rows: 0, isWhole: false };
      reading.push(one);
      const batches = readFile(keeper, one, format, context);
      if (isByParts) for await (const batch of batches) yield { ...batch, part };
      else yield* batches;
      const doubt = manifest && entry && (await doubtOf(keeper, { manifest, entry }, one, context));
      if (doubt !== undefined) one.cut ??= `${file.name}: ${doubt}`;
      if (doubt !== undefined && isFirst) context.note(`${file.name} is not taken for complete: ${doubt}.`);
      if (one.rows === 0 && empty !== 'allow') throw isEmpty(file.path);
      if (isFirst) for (const note of one.notes ?? []) context.note(`${file.name}: ${note}`);
    }
  }

  return {
    read: () => read(true),
    again: () => read(false),
    ...(format.attaches ? { attached: (row) => attachedFile(keeper, row) } : {}),
    end: () => endOf(reads, chosen),
    newestMs: () => Math.max(...chosen.map(({ file }) => file.mtime)),
    consumptions: () => [
      ...reads.filter(({ isWhole }) => isWhole).map(({ file, contentHash = '' }) => consumption(file, contentHash)),
      ...superseded.map(({ file }) => consumption(file, unread)),
    ],
    async settled() {
      if (!then || context.dryRun) return;
      const whole = new Set(reads.filter(({ isWhole }) => isWhole).map(({ file }) => file));
      await putAway(keeper, [...superseded, ...chosen.filter(({ file }) => whole.has(file))], then, context.note);
    },
    close: () => keeper.close(),
  };

  function consumption({ path, size, mtime }: Candidate['file'], contentHash: string): Consumption {
    return { store: context.connectionName, path, size, mtime, contentHash };
  }
}

function endOf(reads: FileRead[], chosen: readonly Candidate[]): ReadEnd {
  const hashes = reads.map(({ contentHash, hash }) => contentHash ?? hash.copy().digest('hex'));
  const contentHash = hashes.length === 1 ? hashes[0]! : createHash('sha256').update(hashes.join('\n')).digest('hex');
  const cut = reads.find((one) => one.cut)?.cut;
  const isEarly = reads.length < chosen.length || reads.some(({ isWhole }) => !isWhole);
  const reason = isEarly ? 'the read was ended early' : cut;
  const dialect = reads.at(-1)?.dialect;
  return {
    complete: reason === undefined,
    ...(reason === undefined ? {} : { reason }),
    contentHash,
    ...(dialect ? { dialect } : {}),
  };
}

const isEmpty = (path: string) =>
  problem('FILE_EMPTY', `${path} has no records.`, {
    fix: 'Ask the sender, or say `empty: allow` where that is right; guards still watch over whom it would make missing.',
  });

/** FORMAT_MISSING, for sources and sinks. */
export const formatMissing = (name: string) =>
  problem('FORMAT_MISSING', `${name} has no format.`, { fix: 'Write `format: csv` (or json, ndjson) beside it.' });
