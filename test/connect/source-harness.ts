import { compileExpression, compileTemplate } from '../../src/expression/index.ts';
import csv from '../../plugins/csv/format.ts';
import { fileSource } from '../../src/connect/files/index.ts';
import type {
  Consumption,
  FileStoreDeclaration,
  OpenFormat,
  OpenSource,
  ReadBatch,
  SourceContext,
} from '../../src/connect/sdk/index.ts';
import { openContext, pathOf, type JumpingClock } from './contexts.ts';

export interface Written {
  path: string;
  pick?: 'newest' | 'all' | 'new' | 'newer';
  settle?: number;
  ready?: string;
  manifest?: { path: string; rows?: string; feed?: string; hash?: string };
  none?: 'fail' | 'skip';
  empty?: 'fail' | 'allow';
  then?: { move: string } | { delete: true };
}

const manifestOf = ({ path, ...readings }: NonNullable<Written['manifest']>) => ({
  path: compileTemplate(path, 'fileName'),
  ...Object.fromEntries(Object.entries(readings).map(([name, text]) => [name, compileExpression(text)])),
});

/** One source of files and what earlier runs have settled with it. */
export function sourceHarness(store: FileStoreDeclaration, connection: unknown, folder: string) {
  const settledBefore: Consumption[] = [];
  const format: OpenFormat = csv.open({ delimiter: ';' });

  function contextOf(written: Written, more: Partial<SourceContext<unknown, unknown>> = {}) {
    const context = {
      ...openContext(connection, { folder }),
      options: {
        ...written,
        path: pathOf(written.path),
        ...(written.ready ? { ready: compileTemplate(written.ready, 'fileName') } : {}),
        ...(written.manifest ? { manifest: manifestOf(written.manifest) } : {}),
      },
      format,
      wanted: [],
      dryRun: false,
      consumed: (file: { store: string; path: string; size: number; mtime: number }) =>
        Promise.resolve(
          settledBefore.some(
            (one) =>
              one.store === file.store && one.path === file.path && one.size === file.size && one.mtime === file.mtime,
          ),
        ),
      ...more,
    };
    return context as typeof context & { notes: string[]; clock: JumpingClock };
  }

  return {
    settledBefore,
    contextOf,
    async open(written: Written, more: Partial<SourceContext<unknown, unknown>> = {}) {
      const context = contextOf(written, more);
      const source = await fileSource(store).open(context as unknown as SourceContext<unknown, unknown>);
      return { context, source };
    },
    /** Opens, reads, settles and closes, as a run does. */
    async run(written: Written, more: Partial<SourceContext<unknown, unknown>> = {}) {
      const { context, source } = await this.open(written, more);
      if ('nothing' in source) return { nothing: source.nothing, notes: context.notes, codes: [], end: undefined };
      try {
        const codes = await codesOf(source.read());
        const end = source.end();
        const consumptions = source.consumptions();
        settledBefore.push(...consumptions);
        await source.settled();
        return { codes, end, notes: context.notes, consumptions, slept: context.clock.slept };
      } finally {
        await source.close();
      }
    },
  };
}

/** The column `code` of everything read. */
export async function codesOf(batches: AsyncIterable<ReadBatch>): Promise<unknown[]> {
  const codes: unknown[] = [];
  for await (const { records } of batches) codes.push(...records.map(({ code }) => code));
  return codes;
}

/** Narrows to a source that has something to read. */
export function opened(source: OpenSource | { nothing: string }): OpenSource {
  if ('nothing' in source) throw new Error(source.nothing);
  return source;
}
