import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A person as this API holds one. */
export interface ApiPerson {
  id: number;
  code: string;
  name: string;
  mail?: string | null;
  removed: boolean;
}

/**
 * An HTTP API that has nothing in common with the sandbox LMS: numbers as ids, paging by offset, bulk results named by the
 * record's code in no particular order, and 409 for a whole request that holds a code already there.
 */
export async function startPeopleApi(token: string) {
  const people: ApiPerson[] = [];
  const ledger: string[] = [];
  const behaviour = { html: false, failWith: 0 };
  const server = createServer((request, response) => void answer(request, response));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://api');
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const reply = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (behaviour.html)
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Maintenance</body></html>');
    if (behaviour.failWith) return reply(behaviour.failWith, { message: 'no' });
    if (request.headers.authorization !== `Bearer ${token}`) return reply(401, { message: 'who are you?' });
    const id = Number(/^\/people\/(\d+)$/.exec(url.pathname)?.[1]);
    const person = people.find((other) => other.id === id);
    const route = `${request.method} ${url.pathname.replace(/\d+/, 'ID')}`;
    switch (route) {
      case 'GET /people':
        return reply(200, list(url.searchParams));
      case 'POST /people/bulk':
        return bulk((JSON.parse(text) as { people: ApiPerson[] }).people, reply);
      case 'PATCH /people/ID':
        if (!person) return reply(404, { message: 'nobody' });
        Object.assign(person, JSON.parse(text));
        ledger.push(`update ${person.code}`);
        return reply(200, person);
      case 'DELETE /people/ID':
        if (!person) return reply(404, { message: 'nobody' });
        person.removed = true;
        ledger.push(`remove ${person.code}`);
        return reply(200, {});
      default:
        return reply(404, { message: 'no such path' });
    }
  }

  function list(query: URLSearchParams): unknown {
    const code = query.get('code');
    const found = people.filter((person) => !person.removed && (code === null || person.code === code));
    const offset = Number(query.get('offset') ?? 0);
    return { rows: found.slice(offset, offset + Number(query.get('limit') ?? 100)), count: found.length };
  }

  function bulk(sent: ApiPerson[], reply: (status: number, body: unknown) => void): void {
    const taken = sent.find(({ code }) => people.some((person) => person.code === code));
    if (taken) {
      ledger.push('conflict');
      return reply(409, { message: 'a code is taken' });
    }
    const results = sent.map((given) => {
      if (!given.name) return { code: given.code, done: false, error: 'a name is needed' };
      const person = { ...given, id: people.length + 1000, removed: false };
      people.push(person);
      ledger.push(`create ${person.code}`);
      return { code: person.code, done: true, id: person.id };
    });
    reply(200, { results: results.reverse() });
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    people,
    ledger,
    behaviour,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
