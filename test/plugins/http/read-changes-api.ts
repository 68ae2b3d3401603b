import { startHttpServer } from '../../../src/sandbox/http/start-http-server.ts';

/** A person as the API knows them; `changed` in ISO 8601. */
export interface ChangedPerson {
  code: string;
  name: string;
  changed: string;
}

/** An API that tells what changed, in every way that an API does, and remembers what it was asked. */
export interface ChangesApi {
  url: string;
  people: ChangedPerson[];
  /** Tokens and delta links below this number are forgotten: 410. */
  oldest: number;
  /** Path and query of each request. */
  received: string[];
  /** People that the sink took: one line of JSON for each request. */
  taken: Record<string, unknown>[];
  /** Status for what is written; default 200. */
  refuse?: number;
  /** Before an answer to a read is made. */
  before?: (path: string, query: URLSearchParams) => void;
  close(): Promise<void>;
}

const pageSize = 2;

/** Starts it with nobody in it. */
export async function startChangesApi(): Promise<ChangesApi> {
  const api = { people: [], oldest: 0, received: [], taken: [] } as unknown as ChangesApi;
  const server = await startHttpServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://here');
    const answer = (body: unknown, status = 200): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.method === 'POST') {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      const status = api.refuse ?? 200;
      if (status === 200) api.taken.push(JSON.parse(body) as Record<string, unknown>);
      return answer({}, status);
    }
    api.received.push(`${url.pathname}${url.search}`);
    api.before?.(url.pathname, url.searchParams);
    if (url.pathname === '/people') return answer(byTime(api, url.searchParams));
    return byMark(api, server.url, url, answer);
  });
  return Object.assign(api, { url: server.url, close: () => server.close() });
}

/** `since` and `until` both included, oldest first, in pages. */
function byTime({ people }: ChangesApi, query: URLSearchParams): unknown {
  const since = query.get('since');
  const until = query.get('until');
  const offset = Number(query.get('offset') ?? 0);
  const found = people.filter(
    ({ changed }) => (since === null || changed >= since) && (until === null || changed <= until),
  );
  if (query.get('order') !== 'none') found.sort((a, b) => (a.changed < b.changed ? -1 : 1));
  return { items: found.slice(offset, offset + pageSize), total: found.length };
}

/** The mark is the number of people that were there: what came after it is new. */
function byMark(
  api: ChangesApi,
  home: string,
  { pathname, searchParams }: URL,
  answer: (body: unknown, status?: number) => void,
): void {
  const mark = Number(searchParams.get('mark') ?? 0);
  if (searchParams.has('mark') && mark < api.oldest) return answer({ error: 'gone' }, 410);
  const from = Number(searchParams.get('from') ?? mark);
  const items = api.people.slice(from, from + pageSize);
  const next = from + items.length;
  const isLast = next >= api.people.length;
  if (pathname === '/sync') return answer({ items, ...(isLast ? { syncToken: String(next) } : { next }) });
  if (isLast) return answer({ value: items, '@odata.deltaLink': `${home}/delta?mark=${next}` });
  return answer({ value: items, '@odata.nextLink': `${home}/delta?from=${next}` });
}
