import { parse } from 'yaml';
import connector from '../../../plugins/http/connector.ts';
import type { Clock, OpenCall, OpenSink, OpenSource, ReadBatch, WriteItem } from '../../../src/connect/sdk/index.ts';
import { checkAgainst } from '../../../src/language/catalogue/index.ts';
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

/** Compiles a document as the house does: schema first, then the marks. */
export function compileConnector(text: string): unknown {
  const { connector: _name, ...document } = parse(text) as Record<string, unknown>;
  const faults = checkAgainst(connector.options.schema, document);
  if (faults.length > 0) throw new Error(JSON.stringify(faults, null, 2));
  return compileMarked(connector.options.schema, document);
}

export interface Bench {
  clock?: Clock;
  notes?: string[];
  signal?: AbortSignal;
}

const contextOf = (connection: unknown, { clock = jumpingClock(), notes = [], signal }: Bench) => ({
  connection,
  connectionName: 'lms',
  folder: '/',
  scope: {},
  env: environment,
  clock,
  signal: signal ?? new AbortController().signal,
  note: (message: string) => void notes.push(message),
});

/** Opens a read of a document. */
export async function openRead(
  document: string,
  read: string,
  connection: unknown,
  bench: Bench & { options?: unknown } = {},
): Promise<OpenSource> {
  const opened = await connector.source(compileConnector(document), 'test', read).open({
    ...contextOf(connection, bench),
    options: bench.options ?? {},
    wanted: [],
    consumed: async () => false,
    dryRun: false,
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
    .sink(compileConnector(document), 'test', target)
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
