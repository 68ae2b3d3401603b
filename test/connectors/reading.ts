import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { RunResult } from '../../src/engine/run/result.ts';
import { startHttpServer } from '../../src/sandbox/http/start-http-server.ts';
import { makeWorkspaceKey } from '../../src/store/index.ts';
import { openWorkspace } from '../../src/workspace/index.ts';
import { bodyOf, jumpingClock } from './harness.ts';

/** A workspace that reads from a connector and writes what it read to a mirror, whose ledger is what counts. */
export interface ReadingScene {
  /** What the mirror holds, by key. */
  people: Map<string, Record<string, unknown>>;
  /** What was done there, in order: `PUT key`, `DELETE key`. */
  ledger: string[];
  /** Milliseconds that runs waited, each wait. */
  waits: number[];
  run(params?: Record<string, string>): Promise<RunResult>;
  close(): Promise<void>;
}

const mirror = `connector: mirror
connection: { required: [url], properties: { url: { type: string } } }
http: { baseUrl: '{{$connection.url}}' }
write:
  people:
    key: id
    create: { request: { put: '/people/{{id}}', json: =$item } }
    update: { request: { put: '/people/{{id}}', json: =$item } }
    returned: { request: { put: '/people/{{id}}', json: =$item } }
    missing: { request: { delete: '/people/{{id}}' } }
`;

/** `pipeline`: the document without its sink; the records that it makes are named by `id`. */
export async function openReading(options: {
  /** Path of the connector's document. */
  connector: string;
  /** Name of the connector, and options of the connection to it. */
  name: string;
  connection: Record<string, string>;
  /** More files of the workspace. */
  files?: Record<string, string>;
  /** What stands for the host `files.example` of the document. */
  filesHost?: string;
  pipeline: string;
}): Promise<ReadingScene> {
  const people: ReadingScene['people'] = new Map();
  const ledger: string[] = [];
  const waits: number[] = [];
  const server = await startHttpServer(async (request, response) => {
    const body = await bodyOf(request);
    const id = decodeURIComponent(request.url?.split('/').at(-1) ?? '');
    ledger.push(`${request.method} ${id}`);
    if (request.method === 'PUT') people.set(id, JSON.parse(body) as Record<string, unknown>);
    else people.delete(id);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  const folder = mkdtempSync(join(tmpdir(), 'portolan-reading-'));
  const connection = Object.keys(options.connection).map((option) => `${option}: '\${C_${option}}'`);
  const files: Record<string, string> = {
    'portolan.yaml': `workspace: proof
version: 1
timezone: UTC
key: '\${KEY}'
connections:
  main: { ${options.name}: { ${connection.join(', ')} } }
  mirror: { mirror: { url: '${server.url}' } }
`,
    [`connectors/${options.name}.yaml`]: readFileSync(options.connector, 'utf8').replace(
      'files.example',
      options.filesHost ?? 'files.example',
    ),
    ...options.files,
    'connectors/mirror.yaml': mirror,
    'pipelines/people.yaml': `${options.pipeline.trim()}\nsink: mirror.people\n`,
  };
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  const given = Object.fromEntries(Object.entries(options.connection).map(([name, value]) => [`C_${name}`, value]));
  const env = { KEY: makeWorkspaceKey(), ...given };
  return {
    people,
    ledger,
    waits,
    async run(params = {}) {
      const workspace = await openWorkspace(folder, { env, clock: jumpingClock(waits) });
      try {
        return await workspace.run('people', { params });
      } finally {
        await workspace.close();
      }
    },
    async close() {
      await server.close();
      rmSync(folder, { recursive: true });
    },
  };
}
