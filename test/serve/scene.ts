import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startHttpServer } from '../../src/sandbox/http/start-http-server.ts';
import { serve, type ServeOptions } from '../../src/serve/index.ts';
import { makeWorkspaceKey } from '../../src/store/index.ts';
import { openWorkspace, type OpenOptions, type Workspace } from '../../src/workspace/index.ts';

export const token = 'inbound-token-77';

const connector = `
connector: shop
connection:
  required: [url, token]
  properties: { url: { type: string, format: uri }, token: { type: string, secret: true } }
http:
  baseUrl: '{{$connection.url}}'
  retry: { attempts: 1 }
  limit: [{ concurrency: 4 }]
write:
  orders:
    key: id
    upsert: { request: { put: '/orders/{{id}}', json: =$item } }
    missing: { repeat: safe, request: { delete: '/orders/{{id}}' } }
receive:
  orders:
    about: What was ordered.
    verify: $same($headers.\`x-key\`, $connection.token)
    id: $headers.\`x-delivery\`
    records: orders
    size: 4KB
  signed:
    verify: $same($headers.\`x-sign\`, $hmac('sha256', $connection.token, $request.body))
  forms:
    verify: $same(auth.token, $connection.token) or $request.query = 'token=' & $connection.token
    id: $string(data.ts) & '/' & data.fields.id
    records: data.fields
  open: { verify: none }
`;

const pipeline = (name: string, source: string, more = ''): string => `
pipeline: ${name}
source: ${source}
record: { key: id }
${more}
sink: shop.orders
`;

/** Pipelines of the scene, by the events that they read. */
export const pipelines: Record<string, string> = {
  orders: pipeline('orders', '{ shop.orders: { batch: { size: 3, within: 300ms } } }'),
  signed: pipeline('signed', 'shop.signed'),
  forms: pipeline('forms', 'shop.forms'),
  open: pipeline('open', 'shop.open'),
};

/** What the other side was asked to do, in order: `PUT 7 {"id":7}`. */
export interface Target {
  ledger: string[];
  /** Answers of a path in place of 200, once each. */
  statuses: number[];
  /** Requests that came. */
  asked: number;
  /** How long an answer takes, by the number of its request. */
  delayMs(asked: number): number;
  /** Answers wait for this. */
  gate: Promise<void>;
}

export interface Scene {
  folder: string;
  env: Record<string, string>;
  target: Target;
  put(file: string, text: string): void;
  inWorkspace<T>(work: (workspace: Workspace) => Promise<T>, options?: OpenOptions): Promise<T>;
  close(): Promise<void>;
}

/** A workspace with these pipelines, and the system that they write to. */
export async function openScene(names: readonly string[], settings = ''): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-serve-'));
  const target: Target = { ledger: [], statuses: [], asked: 0, delayMs: () => 0, gate: Promise.resolve() };
  const server = await startHttpServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const delayMs = target.delayMs(++target.asked);
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    await target.gate;
    const status = target.statuses.shift() ?? 200;
    if (status === 200) {
      const id = (request.url ?? '').split('/').at(-1);
      target.ledger.push(`${request.method} ${id} ${Buffer.concat(chunks).toString()}`.trim());
    }
    response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
  });
  const put = (file: string, text: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  const env = { KEY: makeWorkspaceKey(), TOKEN: token, URL: server.url };
  put(
    'portolan.yaml',
    `workspace: a\nkey: '\${KEY}'\nconnections: { main: { shop: { url: '\${URL}', token: '\${TOKEN}' } } }\n${settings}`,
  );
  put('connector.yaml', connector);
  for (const name of names) put(`${name}.yaml`, pipelines[name] as string);
  return {
    folder,
    env,
    target,
    put,
    async inWorkspace(work, options = {}) {
      const workspace = await openWorkspace(folder, { env, ...options });
      try {
        return await work(workspace);
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

/** A workspace that is served. */
export interface Served {
  base: string;
  lines: string[];
  workspace: Workspace;
  /** Posts and gives the status. */
  post(path: string, body: string, headers?: Record<string, string>): Promise<number>;
  stop(): Promise<void>;
}

/** Serves a scene in this process. */
export async function served(
  { folder, env }: Pick<Scene, 'folder' | 'env'>,
  options: Pick<ServeOptions, 'timeouts'> & OpenOptions = {},
): Promise<Served> {
  const { timeouts, ...opening } = options;
  const workspace = await openWorkspace(folder, { env, ...opening });
  const stopping = new AbortController();
  const lines: string[] = [];
  let ended: Promise<void> = Promise.resolve();
  const port = await new Promise<number>((resolve, reject) => {
    ended = serve(workspace, {
      host: '127.0.0.1',
      port: 0,
      signal: stopping.signal,
      log: (line) => void lines.push(line),
      listening: resolve,
      ...(timeouts ? { timeouts } : {}),
    });
    ended.catch(reject);
  });
  const base = `http://127.0.0.1:${port}`;
  return {
    base,
    lines,
    workspace,
    async post(path, body, headers = {}) {
      const response = await fetch(`${base}${path}`, { method: 'POST', body, headers });
      await response.arrayBuffer();
      return response.status;
    },
    async stop() {
      stopping.abort();
      await ended;
      await workspace.close();
    },
  };
}

/** Waits until something holds; the test's own time-out ends it. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
}
