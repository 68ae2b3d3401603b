import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { startHttpServer } from '../../../src/sandbox/http/start-http-server.ts';
import { bodyOf } from '../harness.ts';

interface Export {
  id: string;
  /** Asked for so often before it is done. */
  left: number;
  rows: string[];
}

/**
 * Exports as many HR systems publish them: a job is made, asked for until it is done, and then read as gzipped CSV in
 * parts from a store of files at another address, whose links carry their own right: no other may come with them.
 */
export async function startExports(apiKey: string) {
  const state = {
    /** The people of the next exports. */
    rows: [] as string[],
    left: 2,
    /** The next jobs end so. */
    fails: false,
    /** The store has lost the second part, or gives half of it. */
    second: 'whole' as 'whole' | 'lost' | 'cut',
    /** So many of the next jobs are refused, as too many are running. */
    busy: 0,
    /** Credentials that came to the store of files. */
    leaks: [] as string[],
    requests: [] as string[],
  };
  const jobs = new Map<string, Export>();
  const store = await startHttpServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://store');
    for (const name of ['authorization', 'x-api-key', 'cookie']) if (request.headers[name]) state.leaks.push(name);
    const [, id = '', part = ''] = url.pathname.split('/');
    const job = jobs.get(id);
    if (!job || url.searchParams.get('signature') !== `of ${id}+${part}`) return void response.writeHead(403).end();
    if (part === '2' && state.second === 'lost') return void response.writeHead(404).end();
    const half = Math.ceil(job.rows.length / 2);
    const rows = part === '1' ? job.rows.slice(0, half) : job.rows.slice(half);
    const bytes = gzipSync(`\uFEFFid;name\r\n${rows.map((row) => `${row}\r\n`).join('')}`);
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    response.end(part === '2' && state.second === 'cut' ? bytes.subarray(0, bytes.length - 12) : bytes);
  });
  const answer = (
    response: ServerResponse,
    status: number,
    body?: unknown,
    headers: Record<string, string> = {},
  ): void => {
    response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(body === undefined ? '' : JSON.stringify(body));
  };
  const api = await startHttpServer(async (request: IncomingMessage, response: ServerResponse) => {
    const body = await bodyOf(request);
    state.requests.push(`${request.method} ${request.url}`);
    if (request.headers['x-api-key'] !== apiKey) return answer(response, 401, { message: 'unknown key' });
    if (request.method === 'POST' && request.url === '/exports') {
      if (state.busy-- > 0) return answer(response, 429, { message: 'too many exports' }, { 'retry-after': '30' });
      const id = `x${jobs.size + 1}`;
      if ((JSON.parse(body) as { report?: string }).report !== 'people')
        return answer(response, 400, { message: 'unknown report' });
      jobs.set(id, { id, left: state.left, rows: state.rows });
      return answer(response, 202, { id, state: 'queued' }, { location: `/exports/${id}` });
    }
    const job = jobs.get(request.url?.split('/')[2] ?? '');
    if (!job) return answer(response, 404, { message: 'no such export' });
    if (job.left-- > 0) return answer(response, 200, { id: job.id, state: 'running', retryIn: 7 });
    if (state.fails) return answer(response, 200, { id: job.id, state: 'failed', reason: 'The report was too large' });
    const files = ['1', '2'].map((part) => ({
      part,
      url: `${store.url}/${job.id}/${part}?signature=${encodeURIComponent(`of ${job.id}+${part}`)}`,
    }));
    return answer(response, 200, { id: job.id, state: 'done', rows: job.rows.length, files });
  });
  return {
    url: api.url,
    storeHost: new URL(store.url).host,
    state,
    jobs,
    async close() {
      await api.close();
      await store.close();
    },
  };
}
export type Exports = Awaited<ReturnType<typeof startExports>>;
