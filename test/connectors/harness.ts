import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { RunResult } from '../../src/engine/run/result.ts';
import type { Clock } from '../../src/model/clock.ts';
import { makeWorkspaceKey } from '../../src/store/index.ts';
import { openWorkspace, type Workspace } from '../../src/workspace/index.ts';

export type Row = Record<string, string>;

/** A workspace with one connector and a pipeline of people into one of its targets. */
export interface Scene {
  /** Milliseconds that runs waited, each wait. */
  waits: number[];
  run(rows: Row[]): Promise<RunResult>;
  /** What a run would do. */
  plan(rows: Row[]): Promise<RunResult>;
  /** Open rejects, by key. */
  rejects(): Promise<Record<string, string>>;
  /** Runs in a process of its own, which `during` may kill; gives the signal that ended it. */
  runApart(rows: Row[], during: (child: ChildProcess) => void): Promise<NodeJS.Signals | null>;
  close(): void;
}

/** What a scene is made of; `map` is the pipeline's, as YAML on one line. */
export interface SceneOptions {
  /** Path of the connector's document. */
  connector: string;
  /** Name of the connector, and options of the connection to it. */
  name: string;
  connection: Record<string, string>;
  /** More files of the workspace. */
  files?: Record<string, string>;
  target: string;
  map: string;
  missing?: string;
  /** The pipeline's `record`, and a step behind the diff, each as YAML on one line. */
  record?: string;
  after?: string;
}

/** Makes a workspace in a temporary folder; its clock jumps over every wait. */
export function openScene({
  connector,
  name,
  connection,
  target,
  map,
  missing,
  record,
  after,
  files,
}: SceneOptions): Scene {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-proof-'));
  const key = makeWorkspaceKey();
  const waits: number[] = [];
  const variables = Object.fromEntries(Object.entries(connection).map(([option, value]) => [`C_${option}`, value]));
  const options = Object.keys(connection).map((option) => `${option}: '\${C_${option}}'`);
  const put = (file: string, text: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  put(
    'portolan.yaml',
    [
      'workspace: proof\nversion: 1\ntimezone: UTC',
      "key: '${KEY}'",
      `connections: { main: { ${name}: { ${options.join(', ')} } } }\n`,
    ].join('\n'),
  );
  for (const [file, text] of Object.entries(files ?? {})) put(file, text);
  put(`connectors/${name}.yaml`, readFileSync(connector, 'utf8'));
  put(
    'pipelines/people.yaml',
    [
      'pipeline: people',
      'source: { file: { path: in/people.csv }, format: csv, feed: full }',
      `record: ${record ?? '{ key: id }'}`,
      'steps:',
      `  - map: ${map}`,
      `  - diff: { missing: ${missing ?? 'ignore'}, guard: { floor: 100 } }`,
      ...(after === undefined ? [] : [`  - ${after}`]),
      `sink: ${name}.${target}`,
      '',
    ].join('\n'),
  );
  const env = { KEY: key, ...variables };
  const feed = (rows: Row[]): void => {
    const columns = Object.keys(rows[0] ?? {});
    put('in/people.csv', [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ''))].join('\n'));
  };
  const opened = async <T>(work: (workspace: Workspace) => Promise<T>): Promise<T> => {
    const workspace = await openWorkspace(folder, { env, clock: jumpingClock(waits) });
    try {
      return await work(workspace);
    } finally {
      await workspace.close();
    }
  };
  return {
    waits,
    async runApart(rows, during) {
      feed(rows);
      const program = join(import.meta.dirname, '../faults/run-until.mjs');
      const child = spawn(process.execPath, [program], {
        cwd: folder,
        env: { PATH: process.env.PATH, ...env, PIPELINE: 'people' },
        stdio: 'ignore',
      });
      during(child);
      const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
      return signal;
    },
    run(rows) {
      feed(rows);
      return opened((workspace) => workspace.run('people'));
    },
    plan(rows) {
      feed(rows);
      return opened((workspace) => workspace.plan('people'));
    },
    rejects: () =>
      opened(async ({ store }) => {
        const open = await store.rejects({ status: 'open' });
        return Object.fromEntries(open.map(({ key, reason }) => [key ?? '', reason]));
      }),
    close: () => rmSync(folder, { recursive: true }),
  };
}

/** Moves from run to run as a day does, and jumps over waits. */
let days = 0;
export function jumpingClock(waits: number[]): Clock {
  let now = Date.UTC(2026, 10, 24, 2, 30) + 86_400_000 * days++;
  return {
    now: () => now,
    monotonic: () => now,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      waits.push(ms);
      now += ms;
    },
  };
}

/** The whole body of a request, as text. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
