import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { InboundRequest } from '../connect/sdk/index.ts';
import { problem } from '../model/problem.ts';
import type { Door, Reply } from './doors.ts';
import { readBody } from './read-body.ts';
import { defaultTimeouts, type Timeouts } from './timeouts.ts';

/** Bodies that are held at once; the next sender is asked to come again. */
const BODIES_AT_ONCE = 32;
const CONNECTIONS = 1_000;
export interface ListenerOptions {
  host: string;
  /** 0: any that is free. */
  port: number;
  /** Path below which doors are, beside `/receive/`: where a proxy leaves it on. */
  prefix?: string;
  doors: readonly Door[];
  take(door: Door, request: InboundRequest): Promise<Reply>;
  timeouts?: Timeouts;
}

export interface Listener {
  /** As the system gave it. */
  port: number;
  /** Takes no new connection; requests in flight are answered. */
  stop(): Promise<void>;
}

/** Listens for events. Throws SERVE_CANNOT_LISTEN. */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const { host, port, timeouts = defaultTimeouts } = options;
  const state = { bodies: 0, isStopping: false };
  const server = createServer(
    {
      headersTimeout: timeouts.headersMs,
      requestTimeout: timeouts.requestMs,
      keepAliveTimeout: timeouts.idleMs,
      connectionsCheckingInterval: Math.min(1_000, timeouts.headersMs),
    },
    (request, response) => void answer(options, state, request, response),
  );
  server.maxConnections = CONNECTIONS;
  await begin(server, host, port);
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      state.isStopping = true;
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      await closed;
    },
  };
}

async function begin(server: Server, host: string, port: number): Promise<void> {
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    throw problem('SERVE_CANNOT_LISTEN', `Nothing can listen on ${host}:${port} (${code}).`, {
      fix: 'Name a free port of this machine: portolan serve --listen 127.0.0.1:8080',
      cause,
    });
  }
}

interface State {
  bodies: number;
  isStopping: boolean;
}

async function answer(
  options: ListenerOptions,
  state: State,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let reply: Reply;
  try {
    reply = await replyTo(options, state, request);
  } catch {
    // The sender is gone, or its connection was cut for its slowness.
    response.destroy();
    return;
  }
  // The rest of a body that is refused is thrown away as it comes, within the time of a request: a connection that was
  // cut would take the answer with it.
  response.writeHead(reply.status, {
    'content-length': '0',
    ...reply.headers,
    ...(state.isStopping ? { connection: 'close' } : {}),
  });
  response.end();
  if (!request.complete) request.resume();
}

async function replyTo(
  { doors, prefix = '', take }: ListenerOptions,
  state: State,
  request: IncomingMessage,
): Promise<Reply> {
  const [path = '', ...query] = (request.url ?? '').split('?');
  const door = doors.find(({ name }) => [`/receive/${name}`, `${prefix}/receive/${name}`].includes(path));
  if (!door) return { status: 404 };
  if (request.method !== 'POST') return { status: 405, headers: { allow: 'POST' } };
  if (!/^(identity)?$/i.test(request.headers['content-encoding'] ?? '')) return { status: 415 };
  if (state.bodies >= BODIES_AT_ONCE) return { status: 429, headers: { 'retry-after': '1' } };
  state.bodies++;
  try {
    const body = await readBody(request, door.maxBytes);
    if (!body) return { status: 413 };
    const headers = headersOf(request);
    return await take(door, { method: request.method, path, query: query.join('?'), headers, body });
  } finally {
    state.bodies--;
  }
}

const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
