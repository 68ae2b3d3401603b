import type { IncomingMessage, ServerResponse } from 'node:http';
import { startHttpServer } from '../../../src/sandbox/http/start-http-server.ts';

export interface Received {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: string;
}
/** What a test wants answered instead; undefined lets the API answer. */
type Intercept = (
  request: Received,
) => { status?: number; headers?: Record<string, string>; body?: unknown } | 'drop' | undefined;

/** An API unlike the LMS: offset paging, results by key, 409 on duplicates, numbers as ids, basic login. */
export async function startOtherApi() {
  const people = new Map<number, Record<string, unknown>>();
  const received: Received[] = [];
  const api = { people, received, intercept: undefined as Intercept | undefined, nextId: 1 };

  const byCode = (code: unknown) => [...people.values()].find((person) => person.code === code);
  const add = (fields: Record<string, unknown>) => {
    const person = { ...fields, no: api.nextId };
    people.set(api.nextId, person);
    api.nextId += 1;
    return person;
  };

  const routes: Record<
    string,
    (request: Received) => { status?: number; body?: unknown; headers?: Record<string, string> }
  > = {
    'GET /people': ({ query }) => {
      const offset = Number(query.get('offset') ?? 0);
      const wanted = query.get('code');
      const all = [...people.values()].filter(({ code }) => wanted === null || code === wanted);
      return { body: { people: all.slice(offset, offset + 10), count: all.length } };
    },
    'POST /people': ({ body }) => {
      const fields = JSON.parse(body) as Record<string, unknown>;
      if (byCode(fields.code)) return { status: 409, body: { message: `code ${String(fields.code)} is taken` } };
      return { status: 201, body: add(fields), headers: { etag: '"1"' } };
    },
    'POST /people/import': ({ body }) => {
      const { rows } = JSON.parse(body) as { rows: Record<string, unknown>[] };
      const results: Record<string, unknown> = {};
      const errors: unknown[] = [];
      for (const row of rows) {
        if (row.name === 'skip') continue;
        if (row.name === 'bad')
          errors.push({ code: row.code, why: `the name ${String(row.name)} of ${String(row.mail)} is bad` });
        else if (row.name === 'busy') results[String(row.code)] = { busy: true, wait: 3 };
        else results[String(row.code)] = { no: add(row).no };
      }
      return { body: { results, errors } };
    },
  };

  const answer = (request: Received) => {
    const intercepted = api.intercept?.(request);
    if (intercepted) return intercepted;
    const route = routes[`${request.method} ${request.path}`];
    if (route) return route(request);
    const id = Number(/^\/people\/(\d+)$/.exec(request.path)?.[1]);
    const person = people.get(id);
    if (!person) return { status: 404, body: { message: 'nobody' } };
    if (request.method === 'DELETE') people.delete(id);
    else people.set(id, { ...person, ...(JSON.parse(request.body || '{}') as object) });
    return {
      status: request.method === 'DELETE' ? 204 : 200,
      body: request.method === 'DELETE' ? undefined : people.get(id),
    };
  };

  const server = await startHttpServer(async (incoming, response) => {
    const request = await receive(incoming);
    received.push(request);
    const given = answer(request);
    if (given === 'drop') incoming.socket.destroy();
    else send(response, given);
  });
  return Object.assign(api, { url: server.url, close: server.close });
}

export type OtherApi = Awaited<ReturnType<typeof startOtherApi>>;

async function receive(incoming: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  const url = new URL(incoming.url ?? '/', 'http://x');
  const body = Buffer.concat(chunks).toString('utf8');
  return {
    method: incoming.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    body,
  };
}

function send(
  response: ServerResponse,
  given: { status?: number; headers?: Record<string, string>; body?: unknown },
): void {
  const isText = typeof given.body === 'string' || Buffer.isBuffer(given.body);
  const type = isText ? 'text/plain' : 'application/json';
  response.writeHead(given.status ?? 200, { 'content-type': type, ...given.headers });
  response.end(given.body === undefined ? undefined : isText ? (given.body as string) : JSON.stringify(given.body));
}
