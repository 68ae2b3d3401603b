import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { startHttpServer } from '../../../src/sandbox/http/start-http-server.ts';

export interface Person {
  id: string;
  displayName: string;
  mail: string;
  department?: string;
}

/**
 * A directory after the public descriptions of OData 4.01 (`@odata.nextLink`, `@odata.deltaLink`, `@removed`) and of the
 * delta query of Microsoft Graph: opaque links, of a change only the properties that changed, 410 for a link that is too
 * old. Links lead where they were made, and every request needs the token.
 */
export async function startDirectory(token: string) {
  const people = new Map<string, Person>();
  /** Every change ever made, in order; a delta link is a place in it. */
  const changes: { id: string; fields: Partial<Person> | 'removed' }[] = [];
  const links = new Map<string, { kind: 'page' | 'delta'; at: number; since: number | null }>();
  const state = { requests: [] as string[], oldest: 0, faultAt: -1, isShort: false };
  const linkTo = (to: { kind: 'page' | 'delta'; at: number; since: number | null }): string => {
    const mark = randomBytes(9).toString('base64url');
    links.set(mark, to);
    return `${server.url}/people/delta?$${to.kind === 'page' ? 'skiptoken' : 'deltatoken'}=${mark}`;
  };
  const answerTo = (url: URL): { status: number; body: unknown } => {
    const single = /^\/people\/([^/]+)$/.exec(url.pathname)?.[1];
    if (single && single !== 'delta') {
      const person = people.get(decodeURIComponent(single));
      return person ? { status: 200, body: person } : fault(404, 'Request_ResourceNotFound');
    }
    if (url.pathname !== '/people/delta') return fault(404, 'NotFound');
    const mark = url.searchParams.get('$skiptoken') ?? url.searchParams.get('$deltatoken');
    const from = mark === null ? { kind: 'delta' as const, at: 0, since: null } : links.get(mark);
    if (!from) return fault(400, 'badRequest');
    if (from.since !== null && from.since < state.oldest) return fault(410, 'syncStateNotFound');
    const all = from.since === null ? [...people.values()] : changedSince(from.since);
    const at = from.kind === 'page' ? from.at : 0;
    if (at === state.faultAt) return fault(503, 'serviceNotAvailable');
    const page = all.slice(at, at + PAGE);
    const isLast = at + PAGE >= all.length;
    const end =
      state.isShort && isLast ? {} : { '@odata.deltaLink': linkTo({ kind: 'delta', at: 0, since: changes.length }) };
    const next = isLast ? end : { '@odata.nextLink': linkTo({ kind: 'page', at: at + PAGE, since: from.since }) };
    return { status: 200, body: { '@odata.context': `${server.url}/$metadata#people`, value: page, ...next } };
  };
  const changedSince = (since: number): unknown[] => {
    const ids = [...new Set(changes.slice(since).map(({ id }) => id))];
    return ids.map((id) => {
      if (!people.has(id)) return { '@removed': { reason: 'deleted' }, id };
      const fields = changes
        .slice(since)
        .flatMap((change) => (change.id === id && change.fields !== 'removed' ? [change.fields] : []));
      return Object.assign({ id }, ...fields) as unknown;
    });
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://directory');
    state.requests.push(`${url.pathname}${url.search.replace(/=.*/, '')}`);
    const isKnown = request.headers.authorization === `Bearer ${token}`;
    const { status, body } = isKnown ? answerTo(url) : fault(401, 'InvalidAuthenticationToken');
    response.writeHead(status, { 'content-type': 'application/json; odata.metadata=minimal' });
    response.end(JSON.stringify(body));
  };
  const server = await startHttpServer(handle);
  return {
    ...server,
    people,
    state,
    put(id: string, fields: Partial<Person>): void {
      people.set(id, { ...people.get(id), ...fields, id } as Person);
      changes.push({ id, fields });
    },
    remove(id: string): void {
      people.delete(id);
      changes.push({ id, fields: 'removed' });
    },
    /** Links made before now are too old. */
    forget(): void {
      state.oldest = changes.length;
    },
  };
}
export type Directory = Awaited<ReturnType<typeof startDirectory>>;

const PAGE = 2;

const fault = (status: number, code: string): { status: number; body: unknown } => ({
  status,
  body: { error: { code, message: `${code}.` } },
});
