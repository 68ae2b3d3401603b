import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openRead } from './workbench.ts';
import { startChangesApi, type ChangesApi } from './read-changes-api.ts';

let api: ChangesApi;
beforeAll(async () => {
  api = await startChangesApi();
});
beforeEach(() => {
  api.oldest = 0;
  api.received.length = 0;
  delete api.before;
  api.people = ['a', 'b', 'c', 'd', 'e'].map((code, index) => ({
    code,
    name: code.toUpperCase(),
    changed: `2026-11-0${index + 1}T10:00:00.000Z`,
  }));
});
afterAll(() => api.close());

const connector = (read: string): string => `
connector: changes
connection: { properties: { url: { type: string } } }
http: { baseUrl: '{{$connection.url}}' }
read:
  people:
    key: code
${read.trim().replace(/^/gm, '    ')}
`;

const byTime = (cursor: string, request = 'query: { since: =$since, until: =$until, offset: =$offset }'): string =>
  connector(`
request: { get: /people, ${request} }
records: items
next: { while: $offset < total }
cursor: ${cursor}`);

const byToken = connector(`
request: { get: /sync, query: { mark: =$since } }
records: items
next: { query: { from: =next } }
cursor: { token: syncToken, expired: $status = 410 }`);

const byLink = connector(`
request: { get: /delta }
records: value
next: { url: '\`@odata.nextLink\`' }
cursor: { url: '\`@odata.deltaLink\`', expired: $status = 410 }`);

const now = Date.UTC(2026, 10, 24);

async function read(document: string, position?: Record<string, unknown>, options: { batches?: number } = {}) {
  const notes: string[] = [];
  const bench = { notes, now, ...(position ? { position } : {}) };
  const source = await openRead(document, 'people', { url: api.url }, bench);
  const codes: unknown[] = [];
  const positions: unknown[] = [];
  try {
    for await (const batch of source.read()) {
      codes.push(...batch.records.map(({ code }) => code));
      positions.push(source.cursors?.()[0]?.position);
      if (positions.length === options.batches) break;
    }
  } finally {
    await source.close();
  }
  return { codes, positions, notes, next: source.cursors?.()[0]?.position, end: source.end() };
}

const at = (text: string) => ({ at: Date.parse(text) });

describe('a cursor by the moment of a change', () => {
  it('reads everything first, and then only what is newer than the highest moment', async () => {
    const first = await read(byTime('{ field: changed }'));
    expect(first.codes).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(first.next).toEqual(at('2026-11-05T10:00:00Z'));
    expect(api.received[0]).toBe('/people?until=2026-11-24T00%3A00%3A00.000Z&offset=0');
    const second = await read(byTime('{ field: changed }'), first.next);
    expect(second.codes).toEqual(['e']);
    expect(api.received.at(-1)).toContain('since=2026-11-05T10%3A00%3A00.000Z');
    expect(second.end).toMatchObject({ complete: false, reason: 'it holds only what changed since the last read' });
  });

  it('looks back, so that what the API showed late is read', async () => {
    const { codes, next } = await read(byTime('{ field: changed, lookBack: 2 days }'), at('2026-11-05T10:00:00Z'));
    expect(codes).toEqual(['c', 'd', 'e']);
    expect(next).toEqual(at('2026-11-05T10:00:00Z'));
  });

  it('begins at `start`, window by window to the end of what is', async () => {
    const start = "{ field: changed, start: '2026-11-02', step: 10 days }";
    const { codes, end } = await read(byTime(start));
    expect(codes).toEqual(['b', 'c', 'd', 'e']);
    const windows = api.received.map((path) => new URLSearchParams(path.split('?')[1]));
    expect(windows.map((query) => [query.get('since'), query.get('until')])).toEqual([
      ['2026-11-01T21:00:00.000Z', '2026-11-11T21:00:00.000Z'],
      ['2026-11-01T21:00:00.000Z', '2026-11-11T21:00:00.000Z'],
      ['2026-11-11T21:00:00.000Z', '2026-11-21T21:00:00.000Z'],
      ['2026-11-21T21:00:00.000Z', '2026-11-24T00:00:00.000Z'],
    ]);
    expect(end.complete).toBe(false);
  });

  it('windows that share a border give its record once', async () => {
    const { codes } = await read(byTime("{ field: changed, start: '2026-11-01T10:00:00Z', step: 1 day }"));
    expect(codes).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('moves with each batch where records ascend, never past a moment of which more may come', async () => {
    api.people.forEach((person, index) => (person.changed = `2026-11-0${[1, 2, 2, 2, 3][index]}T10:00:00.000Z`));
    const { positions, next } = await read(byTime('{ field: changed, order: ascending }'));
    expect(positions).toEqual([at('2026-11-01T10:00:00Z'), at('2026-11-01T10:00:00Z'), at('2026-11-02T10:00:00Z')]);
    expect(next).toEqual(at('2026-11-03T10:00:00Z'));
  });

  it('cut after a batch it stands at what is sure, and without an order it stays', async () => {
    const cut = await read(byTime('{ field: changed, order: ascending }'), undefined, { batches: 2 });
    expect(cut.next).toEqual(at('2026-11-03T10:00:00Z'));
    const unordered = await read(byTime('{ field: changed, order: none }'), undefined, { batches: 2 });
    expect(unordered.next).toBeUndefined();
  });

  it('stops before a record that changed while it was read, as others may have slipped past the pages', async () => {
    api.before = (_path, query) => {
      if (query.get('offset') !== '4') return;
      Object.assign(api.people[1] ?? {}, { name: 'Bee', changed: '2026-11-09T10:00:00.000Z' });
    };
    const first = await read(byTime('{ field: changed, order: ascending }'));
    // Behind b, which is last now, e moved to where pages had been read already.
    expect(first.codes).toEqual(['a', 'b', 'c', 'd', 'b']);
    expect(first.next).toEqual({ at: Date.parse('2026-11-02T10:00:00Z') - 1 });
    expect(first.notes).toEqual(['Records changed while they were read, so the next read begins before them.']);
    delete api.before;
    const second = await read(byTime('{ field: changed, order: ascending }'), first.next);
    expect(second).toMatchObject({ codes: ['c', 'd', 'e', 'b'], next: at('2026-11-09T10:00:00Z') });
  });

  it('goes back to where it began when records do not ascend as was said', async () => {
    api.people.reverse();
    const request = 'query: { since: =$since, offset: =$offset, order: none }';
    const began = at('2026-10-01T00:00:00Z');
    const { positions, notes, next } = await read(byTime('{ field: changed, order: ascending }', request), began);
    expect(positions).toEqual([began, began, began]);
    expect(notes).toEqual([
      'Records did not come in ascending order, so the cursor moves at the end only; write `order: none`.',
    ]);
    expect(next).toEqual(at('2026-11-05T10:00:00Z'));
  });

  it.each([
    ['unix', (iso: string) => Date.parse(iso) / 1000, '1793527200'],
    ['unixms', (iso: string) => Date.parse(iso), '1793527200000'],
    ['DD.MM.YYYY HH:mm:ss', (iso: string) => `0${iso.slice(9, 10)}.11.2026 13:00:00`, '01.11.2026 13:00:00'],
  ])('is read and written in the form %s', async (format, written, since) => {
    for (const person of api.people) person.changed = written(person.changed) as string;
    api.people.length = 1;
    const document = byTime(`{ field: changed, format: '${format}' }`, 'query: { at: =$since }');
    const { next } = await read(document.replace('next: { while: $offset < total }', ''));
    expect(next).toEqual(at('2026-11-01T10:00:00Z'));
    await read(document, next);
    expect(new URLSearchParams(api.received.at(-1)?.split('?')[1]).get('at')).toBe(since);
  });

  it('that no moment can be read from fails the run, as nobody could say where to read on', async () => {
    Object.assign(api.people[1] ?? {}, { changed: 'yesterday' });
    const document = byTime('{ field: changed }', 'query: { since: =$since, offset: =$offset }');
    await expect(read(document)).rejects.toMatchObject({
      code: 'CURSOR_UNREADABLE',
      class: 'fatal',
    });
  });

  it('stays where it was when not all came that the API counts', async () => {
    api.before = (_path, query) => void (query.get('offset') === '4' && api.people.splice(0, 5));
    const document = byTime('{ field: changed }').replace('cursor:', 'total: total\ncursor:'.replace('\n', '\n    '));
    const { next, notes } = await read(document.replace('$offset < total', '$offset < 6'));
    expect(next).toBeUndefined();
    expect(notes.at(-1)).toBe('The cursor stays where it was: 4 records came, the API counts 0.');
  });
});

describe('a token of the last page', () => {
  it('is given back as $since by the next read', async () => {
    const first = await read(byToken);
    expect(first).toMatchObject({ codes: ['a', 'b', 'c', 'd', 'e'], next: { token: '5' } });
    expect(first.positions).toEqual([undefined, undefined, undefined]);
    expect(api.received[0]).toBe('/sync');
    api.people.push({ code: 'f', name: 'F', changed: '' });
    const second = await read(byToken, first.next);
    expect(second).toMatchObject({ codes: ['f'], next: { token: '6' } });
    expect(api.received.at(-1)).toBe('/sync?mark=5');
  });

  it('that the API has forgotten has everything read anew', async () => {
    api.oldest = 4;
    const { codes, next, notes } = await read(byToken, { token: '3' });
    expect(codes).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(next).toEqual({ token: '5' });
    expect(api.received.slice(0, 2)).toEqual(['/sync?mark=3', '/sync']);
    expect(notes).toEqual(['The API no longer knows where the last read ended, so everything is read anew.']);
  });

  it('that is missing in the last page leaves the cursor where it was', async () => {
    const { next, notes } = await read(byToken.replace('token: syncToken', 'token: syncTokn'), { token: '3' });
    expect(next).toBeUndefined();
    expect(notes).toEqual([
      'The last page has nothing at `cursor.token`, so the next read begins where this one began.',
    ]);
  });

  it('is not remembered of a read that was cut', async () => {
    expect((await read(byToken, undefined, { batches: 1 })).next).toBeUndefined();
  });
});

describe('a link in the last page', () => {
  it('is where the next read begins', async () => {
    const first = await read(byLink);
    expect(first.codes).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(first.next).toEqual({ url: `${api.url}/delta?mark=5` });
    api.people.push({ code: 'f', name: 'F', changed: '' });
    expect(await read(byLink, first.next)).toMatchObject({ codes: ['f'], next: { url: `${api.url}/delta?mark=6` } });
    expect(api.received.at(-1)).toBe('/delta?mark=5');
  });

  it('that has expired has everything read anew; without `expired` the run fails', async () => {
    api.oldest = 4;
    const old = { url: `${api.url}/delta?mark=3` };
    expect((await read(byLink, old)).codes).toEqual(['a', 'b', 'c', 'd', 'e']);
    await expect(read(byLink.replace(', expired: $status = 410', ''), old)).rejects.toMatchObject({
      code: 'HTTP_STATUS',
    });
  });

  it('to a host that nobody named is refused', async () => {
    await expect(read(byLink, { url: 'http://elsewhere.example/delta' })).rejects.toMatchObject({
      code: 'HTTP_HOST_REFUSED',
    });
  });
});
