import type { Template } from '../../expression/index.ts';
import type { OperationRule } from '../sdk/declare.ts';
import { field } from '../sdk/field.ts';
import type { FileStoreDeclaration, OpenFormat, OpenSink, SinkContext, SinkDeclaration } from '../sdk/declare.ts';
import { newFile, type NewFile } from './new-file.ts';
import { keepStore, type StoreKeeper } from './keeper.ts';
import { sinkOfFiles } from './files-sink.ts';
import { requireFolder } from './target-folder.ts';
import { formatMissing } from './source.ts';

const options = field.object(
  {
    path: field.template({
      about:
        'Path of the file to write, over names of the run. Its folder must exist. A name that ends in .gz is packed. With `format: file` it is the folder to write to.',
      place: 'filePath',
      input: 'none',
      examples: ['/reports/{{$pipeline}}-{{$run.date}}.csv'],
    }),
    name: field.template({
      about:
        'With `format: file`, the name of each file below `path`; without it the name that the file has. A value can bring no slash and no `..` into it.',
      place: 'fileName',
      names: ['file'],
      examples: ['{{id}}-{{$file.name}}'],
      optional: true,
    }),
    overwrite: field.boolean({
      about: 'May the file replace one of the same name? Readers see the old or the new file, never half a one.',
      default: false,
      optional: true,
    }),
    columns: field.list(field.text({ about: 'Name of a field.' }), {
      about: 'Fields to write, in this order. Without it those of the first record.',
      minItems: 1,
      optional: true,
    }),
  },
  { about: 'Which file to write.' },
);

interface SinkOptions {
  path: Template;
  name?: Template;
  overwrite?: boolean;
  columns?: string[];
}

// Nothing is done before `end`, so that any batch may be repeated by a new run.
const rule: OperationRule = Object.freeze({ size: 500, atomic: false, repeat: 'safe' });

/** The sink that a store of files gives: one file a run, under a temporary name until it is whole (S14). */
export function fileSink(store: FileStoreDeclaration): SinkDeclaration {
  return Object.freeze({
    kind: 'sink',
    name: store.name,
    summary: store.summary,
    ...(store.connection ? { connection: store.connection } : {}),
    options,
    takesFormat: true,
    operations: ['upsert', 'create', 'update'],
    async open(context) {
      const { format } = context;
      if (!format) throw formatMissing(store.name);
      const { path } = context.options as SinkOptions;
      const rendered = await path.render(undefined, context.scope, context.env);
      if (format.attaches) return sinkOfFiles(keepStore(store, context), rendered, context);
      return sinkOf(keepStore(store, context), rendered, format, context);
    },
  } satisfies SinkDeclaration);
}

function sinkOf(
  keeper: StoreKeeper,
  path: string,
  format: OpenFormat,
  context: SinkContext<unknown, unknown>,
): OpenSink {
  const { overwrite = false, columns } = context.options as SinkOptions;
  let file: Promise<NewFile> | undefined;
  const { connectionName, note } = context;
  const connection = context.connection === undefined ? undefined : connectionName;
  const wish = { overwrite, columns, pipeline: String(context.scope.pipeline ?? ''), connection, note };
  const begun = (): Promise<NewFile> => (file ??= newFile(keeper, path, format, wish));

  return {
    rules: { upsert: rule, create: rule, update: rule },
    // A stream can't be taken up again in the middle: the run fails, and the next one writes the file.
    retry: { attempts: 1, fromMs: 0, toMs: 0, withinMs: 0 },
    concurrency: 1,
    key: [],
    commits: 'end',
    probe: () => keeper.use((store) => requireFolder(store, path, connection)),
    async begin() {
      await begun();
    },
    async write({ items }) {
      await (await begun()).append(items.map(({ record }) => record));
      return { is: 'answered', outcomes: items.map(() => ({ is: 'delivered' })) };
    },
    async end() {
      await (await begun()).finish();
    },
    async close() {
      await file?.then((open) => open.abandon()).catch(() => {});
      await keeper.close();
    },
  };
}
