import { parse } from 'yaml';
import { declarations } from '../../../plugins/index.ts';
import connector from '../../../plugins/http/connector.ts';
import type {
  Allowances,
  Clock,
  FormatDeclaration,
  OpenCall,
  OpenFormat,
  OpenSink,
  OpenSource,
  ReadBatch,
  Sessions,
  Trial,
  WriteItem,
} from '../../../src/connect/sdk/index.ts';
import { catalogue, checkAgainst } from '../../../src/language/catalogue/index.ts';
import { compileMarked } from '../../../src/language/compile/index.ts';
import type { Environment } from '../../../src/expression/index.ts';

export const environment: Environment = {
  now: Date.UTC(2026, 10, 24, 2, 30),
  timezone: 'Europe/Moscow',
  tables: () => undefined,
};

/** A clock that jumps over every wait, and remembers it. */
export function jumpingClock(): Clock & { waits: number[] } {
  let now = Date.UTC(2026, 10, 24, 2, 30);
  const waits: number[] = [];
  return {
    waits,
    now: () => now,
    monotonic: () => now,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      waits.push(ms);
      now += ms;
    },
  };
}

/** Compiles a document as the house does: schema first, then the marks. `files` are those beside it, by path. */
export function compileConnector(text: string, files: Record<string, string> = {}): unknown {
  const document = parse(text) as Record<string, unknown>;
  const schema = houseCatalogue.documents.connector;
  const faults = checkAgainst(schema, document);
  if (faults.length > 0) throw new Error(JSON.stringify(faults, null, 2));
  return compileMarked(schema, document, { readFile: (path) => files[path] ?? '' });
}

const houseCatalogue = catalogue(declarations());

/** A format by its bare name, or by a map of its name and its compiled options. */
function openFormat(written: unknown): OpenFormat {
  const [kind = '', options] = typeof written === 'string' ? [written] : (Object.entries(written ?? {})[0] ?? []);
  const found = declarations().find((it): it is FormatDeclaration => it.kind === 'format' && it.name === kind);
  if (!found) throw new Error(`no format ${kind}`);
  return found.open(options ?? compileMarked(found.options.schema, {}));
}

export interface Bench {
  clock?: Clock;
  notes?: string[];
  signal?: AbortSignal;
  /** Where logins are remembered; without it they are forgotten with what is opened. */
  sessions?: Sessions;
  /** Where limits are counted for several. */
  allowances?: Allowances;
  /** Files beside the document, by path. */
  files?: Record<string, string>;
}

const contextOf = (
  connection: unknown,
  { clock = jumpingClock(), notes = [], signal, sessions, allowances }: Bench,
) => ({
  connection,
  connectionName: 'lms',
  folder: '/',
  scope: {},
  env: environment,
  clock,
  signal: signal ?? new AbortController().signal,
  note: (message: string) => void notes.push(message),
  openFormat,
  ...(sessions ? { sessions } : {}),
  ...(allowances ? { allowances } : {}),
});

/** Opens a read of a document. */
export async function openRead(
  document: string,
  read: string,
  connection: unknown,
  bench: Bench & { options?: unknown; position?: Record<string, unknown>; now?: number } = {},
): Promise<OpenSource> {
  const opened = await connector.source(compileConnector(document), 'test', read).open({
    ...contextOf(connection, bench),
    options: bench.options ?? {},
    wanted: [],
    consumed: async () => false,
    dryRun: false,
    ...(bench.now === undefined ? {} : { env: { ...environment, now: bench.now } }),
    cursor: { source: 'here', ...(bench.position ? { position: bench.position } : {}) },
  });
  if ('nothing' in opened) throw new Error(opened.nothing);
  return opened;
}

/** Opens a target of a document. */
export async function openTarget(
  document: string,
  target: string,
  connection: unknown,
  bench: Bench = {},
): Promise<OpenSink> {
  return connector
    .sink(compileConnector(document, bench.files), 'test', target)
    .open({ ...contextOf(connection, bench), options: {} });
}

/** Opens an operation of a document. */
export async function openCall(
  document: string,
  operation: string,
  connection: unknown,
  bench: Bench = {},
): Promise<OpenCall> {
  return connector.call(compileConnector(document), 'test', operation).open(contextOf(connection, bench));
}

/** Tries the connection of a document. */
export const tryConnection = (document: string, connection: unknown, bench: Bench = {}): Promise<Trial | undefined> =>
  connector.tryConnection(compileConnector(document))(contextOf(connection, bench));

/** Reads to the end and closes. */
export async function readAll(
  source: OpenSource,
): Promise<{ batches: ReadBatch[]; records: Record<string, unknown>[] }> {
  const batches: ReadBatch[] = [];
  try {
    for await (const batch of source.read()) batches.push(batch);
  } finally {
    await source.close();
  }
  return { batches, records: batches.flatMap(({ records }) => records) };
}

/** An item to write, with a key. */
export const item = (record: Record<string, unknown>, more: Partial<WriteItem> = {}): WriteItem => ({
  key: String(record.externalId ?? record.code ?? ''),
  operation: 'create',
  record,
  ...more,
});

export const never = new AbortController().signal;
