import { startHttpServer } from '../../../src/sandbox/http/start-http-server.ts';
import { bodyOf } from '../harness.ts';

interface Inner {
  id: string;
  method: string;
  url: string;
  body: Record<string, unknown>;
}

/** Users after the public description of Microsoft Graph's JSON batching: statuses inside, answers in any order. */
export async function startDirectory() {
  const users = new Map<string, Record<string, unknown>>();
  const directory = {
    users,
    ledger: [] as string[],
    /** How many requests stood in each batch. */
    batches: [] as number[],
    /** So many inner requests are throttled, for so many seconds. */
    throttled: 0,
    retryAfter: 7,
    /** Told when a batch was done and before it is answered; true loses the answer. */
    onDone: undefined as (() => boolean) | undefined,
    nextId: 1,
  };
  const fault = (status: number, message: string, headers = {}) => ({ status, headers, body: { error: { message } } });

  const perform = ({ method, url, body }: Inner): { status: number; headers?: object; body?: unknown } => {
    if (directory.throttled > 0) {
      directory.throttled -= 1;
      return fault(429, 'Too many requests', { 'Retry-After': String(directory.retryAfter) });
    }
    if (method === 'POST') {
      if ([...users.values()].some(({ mail }) => mail === body.mail))
        return fault(409, 'An object with this mail exists');
      const id = `u-${directory.nextId++}`;
      users.set(id, { ...body, id });
      directory.ledger.push(`create ${String(body.employeeId)}`);
      return { status: 201, body: users.get(id) };
    }
    const id = url.split('/').at(-1) ?? '';
    const user = users.get(id);
    if (!user) return fault(404, 'The resource does not exist');
    users.set(id, { ...user, ...body });
    directory.ledger.push(`update ${String(user.employeeId)} ${JSON.stringify(body)}`);
    return { status: 204 };
  };

  const server = await startHttpServer(async (request, response) => {
    const text = await bodyOf(request);
    const url = new URL(request.url ?? '/', 'http://x');
    const answer = (status: number, body: unknown): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (url.pathname === '/v1.0/users') {
      const wanted = /^employeeId eq '(.*)'$/.exec(url.searchParams.get('$filter') ?? '')?.[1]?.replaceAll("''", "'");
      return answer(200, { value: [...users.values()].filter(({ employeeId }) => employeeId === wanted) });
    }
    const { requests } = JSON.parse(text) as { requests: Inner[] };
    if (requests.length > 20) return answer(400, { error: { message: 'At most 20 requests' } });
    directory.batches.push(requests.length);
    const responses = requests.map((inner) => ({ id: inner.id, ...perform(inner) }));
    if (directory.onDone?.()) return void request.socket.destroy();
    answer(200, { responses: responses.reverse() });
  });
  return Object.assign(directory, { url: server.url, close: server.close });
}

export type Directory = Awaited<ReturnType<typeof startDirectory>>;
