import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startHttpServer, type RunningHttpServer } from '../../../src/sandbox/http/start-http-server.ts';
import { openRead, readAll } from './workbench.ts';

let server: RunningHttpServer;
/** Path and query of each request, and how many were being answered at once. */
const received: string[] = [];
let atOnce = 0;
let most = 0;
let broken: Record<string, number> = {};
/** Parents whose courses are answered late. */
let slow: string[] = [];
let teams = 3;

beforeAll(async () => {
  server = await startHttpServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://here');
    received.push(`${url.pathname}${url.search}`);
    atOnce += 1;
    most = Math.max(most, atOnce);
    const [, , id = '', part] = url.pathname.split('/');
    if (slow.includes(id)) await new Promise((resolve) => setTimeout(resolve, 30));
    const status = (part && broken[id]) || 200;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(status === 200 ? answerOf(url, id, part) : { error: 'no' }));
    atOnce -= 1;
  });
});
beforeEach(() => {
  received.length = most = 0;
  broken = {};
  slow = [];
  teams = 3;
});
afterAll(() => server.close());

/** Teams in pages of two; each has two people, in pages of one; each person has one card. */
function answerOf({ searchParams, pathname }: URL, id: string, part?: string): unknown {
  const offset = Number(searchParams.get('offset') ?? 0);
  if (pathname === '/teams') {
    const ids = [...Array(teams).keys()].map((no) => ({ id: `t${no + 1}` }));
    return { items: ids.slice(offset, offset + 2), total: teams };
  }
  if (part === 'people') {
    const people = [1, 2].map((no) => ({ no, ref: `${id}p${no}`, changed: `2026-11-0${no}T10:00:00Z` }));
    return { items: people.slice(offset, offset + 1), total: 2 };
  }
  return { items: [{ card: `${id}-card` }], total: 1 };
}

const document = (people = '', parents = '', more = '') => `
connector: org
connection: { properties: { url: { type: string } } }
http: { baseUrl: '{{$connection.url}}', retry: { attempts: 1 } }
read:
  teams:
    key: code
    request: { get: /teams, query: { offset: =$offset, area: =$with.area } }
    records: items
    next: { while: $offset < total }
    total: total
    item: { code: =id }
  people:
    for: { read: teams${parents} }
    key: [team, no]
    request: { get: '/teams/{{$parent.id}}/people', query: { offset: =$offset, since: =$since, until: =$until } }
    records: items
    next: { while: $offset < total }
    total: total
    item: { team: =$parent.id, no: =no, ref: =ref }
${people.replace(/^/gm, '    ')}
  cards:
    for: { read: people }
    request: { get: '/people/{{$parent.ref}}/cards' }
    records: items
${more}
`;
const since = document().replace(', since: =$since, until: =$until', '');

async function read(text: string, name: string, bench: Parameters<typeof openRead>[3] = {}) {
  const source = await openRead(text, name, { url: server.url }, bench);
  const { records, batches } = await readAll(source);
  return { records, lines: batches.flatMap(({ lines }) => [...lines]), end: source.end(), source };
}

describe('a read for each record of another', () => {
  it('asks once for each parent, page by page, in the order of the parents', async () => {
    const { records, lines, end } = await read(since, 'people');
    expect(records.map(({ ref }) => ref)).toEqual(['t1p1', 't1p2', 't2p1', 't2p2', 't3p1', 't3p2']);
    expect(records[2]).toEqual({ team: 't2', no: 1, ref: 't2p1' });
    expect(lines).toEqual([1, 2, 3, 4, 5, 6]);
    expect(end.complete).toBe(true);
    expect(received.filter((path) => path.startsWith('/teams?'))).toHaveLength(2);
    expect(received.filter((path) => path.includes('/people'))).toHaveLength(6);
  });

  it('gives the same feed in the same order whoever answers first, so many at once as it says', async () => {
    teams = 6;
    slow = ['t1', 't2', 't3', 't4', 't5', 't6'];
    const first = await read(document('', ', concurrency: 2'), 'people');
    expect(most).toBe(2);
    slow = ['t1', 't3', 't4'];
    const second = await read(document('', ', concurrency: 6'), 'people');
    expect(most).toBeGreaterThan(2);
    expect(second.records).toEqual(first.records);
    expect(second.end.contentHash).toBe(first.end.contentHash);
  });

  it('reads the parents of its parents', async () => {
    const { records } = await read(since, 'cards');
    expect(records.map(({ card }) => card)).toEqual([
      't1p1-card',
      't1p2-card',
      't2p1-card',
      't2p2-card',
      't3p1-card',
      't3p2-card',
    ]);
  });

  it('passes its parameters to the read of the parents as well', async () => {
    await read(since, 'people', { options: { area: 'north' } });
    expect(received[0]).toBe('/teams?offset=0&area=north');
  });

  it('a parent that a rule skips makes the read incomplete, and the others come', async () => {
    broken = { t2: 403 };
    const { records, end } = await read(document('errors: [{ when: $status = 403, is: skip }]'), 'people');
    expect(records.map(({ ref }) => ref)).toEqual(['t1p1', 't1p2', 't3p1', 't3p2']);
    expect(end).toMatchObject({ complete: false, reason: 'the records of 1 parent could not be read' });
  });

  it('a parent that fails without such a rule fails the run; one without records is empty', async () => {
    broken = { t2: 403 };
    await expect(read(since, 'people')).rejects.toMatchObject({ code: 'HTTP_STATUS' });
    const { records, end } = await read(document('errors: [{ when: $status = 403, is: empty }]'), 'people');
    expect(records).toHaveLength(4);
    expect(end.complete).toBe(true);
  });

  it('is not complete when the read of its parents is not', async () => {
    const { end } = await read(since.replace('total: total', 'total: total + 1'), 'people');
    expect(end).toMatchObject({ complete: false, reason: 'of the parents: 3 records came, the API counts 4' });
  });

  it('moves its cursor at the end only, and not when a parent was skipped', async () => {
    const cursor = '\ncursor: { field: changed, order: ascending }\nerrors: [{ when: $status = 403, is: skip }]';
    const source = await openRead(document(cursor), 'people', { url: server.url }, {});
    for await (const _batch of source.read()) expect(source.cursors?.()).toEqual([]);
    await source.close();
    const position = { at: Date.parse('2026-11-02T10:00:00Z') };
    expect(source.cursors?.()).toEqual([{ source: 'here', position }]);
    received.length = 0;
    broken = { t3: 403 };
    const next = await read(document(cursor), 'people', { position });
    expect(received.filter((path) => path.includes('since=2026-11-02T10%3A00%3A00.000Z'))).toHaveLength(5);
    expect(next.source.cursors?.()).toEqual([]);
  });
});
