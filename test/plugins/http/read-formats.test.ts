import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startHttpServer, type RunningHttpServer } from '../../../src/sandbox/http/start-http-server.ts';
import { openRead, readAll } from './workbench.ts';

interface Answer {
  type: string;
  body: string | Uint8Array;
  status?: number;
  headers?: Record<string, string>;
  /** Announces more bytes than it sends, and closes. */
  breaksOff?: boolean;
}

let server: RunningHttpServer;
let answers: (path: string) => Answer;
const received: string[] = [];
const accepted: unknown[] = [];

beforeAll(async () => {
  server = await startHttpServer(async (request, response) => {
    received.push(request.url ?? '');
    accepted.push(request.headers.accept);
    const { type, body, status = 200, headers = {}, breaksOff } = answers(request.url ?? '');
    const bytes = Buffer.from(body);
    const length = bytes.length + (breaksOff ? 10 : 0);
    response.writeHead(status, { 'content-type': type, 'content-length': length, ...headers });
    if (!breaksOff) return void response.end(bytes);
    response.write(bytes, () => response.destroy());
  });
});
beforeEach(() => void (received.length = accepted.length = 0));
afterAll(() => server.close());

const connector = (read: string): string => `
connector: exports
connection: { properties: { url: { type: string } } }
http: { baseUrl: '{{$connection.url}}', retry: { attempts: 1 } }
read:
  people:
    request: { get: /people }
${read.trim().replace(/^/gm, '    ')}
`;

async function read(document: string, answer: Answer | ((path: string) => Answer)) {
  answers = typeof answer === 'function' ? answer : () => answer;
  const notes: string[] = [];
  const source = await openRead(connector(document), 'people', { url: server.url }, { notes });
  const { records, batches } = await readAll(source);
  return { records, batches, end: source.end(), notes };
}

const csv = 'code;name\n1;Анна\n2;Boris\n';
const people = [
  { code: '1', name: 'Анна' },
  { code: '2', name: 'Boris' },
];

describe('answers in a format', () => {
  it('are read in the one that the read declares, with its options', async () => {
    const windows = Buffer.from([0x63, 0x3b, 0x6e, 0x0a, 0x31, 0x3b, 0xc0, 0x0a]);
    const format = "format: { csv: { delimiter: ';', encoding: windows-1251 } }";
    expect((await read(format, { type: 'application/octet-stream', body: windows })).records).toEqual([
      { c: '1', n: 'А' },
    ]);
    const xml = '<list><person id="1"><name>Anna</name></person><person id="2"><name>Boris</name></person></list>';
    expect((await read('format: { xml: { records: /list/person } }', { type: 'text/xml', body: xml })).records).toEqual(
      [
        { '@id': '1', name: 'Anna' },
        { '@id': '2', name: 'Boris' },
      ],
    );
  });

  it('without a declared one are read by their content type: csv and ndjson', async () => {
    const { records, batches, end } = await read('key: code', {
      type: 'text/csv; charset=utf-8',
      body: 'code,name\n1,A\n',
    });
    expect(records).toEqual([{ code: '1', name: 'A' }]);
    expect(batches[0]?.columns).toEqual(['code', 'name']);
    expect(end.complete).toBe(true);
    const lines = await read('key: code', { type: 'application/x-ndjson', body: '{"code":1}\n{"code":2}\n' });
    expect(lines.records).toEqual([{ code: 1 }, { code: 2 }]);
  });

  it('are asked for as what they are, not as JSON, unless the request says what it takes', async () => {
    const answer = { type: 'text/csv', body: 'code\n1\n' };
    await read('key: code', answer);
    await read('format: csv', answer);
    answers = () => answer;
    const text = connector('format: csv').replace(
      '{ get: /people }',
      '{ get: /people, headers: { Accept: text/csv } }',
    );
    await readAll(await openRead(text, 'people', { url: server.url }));
    expect(accepted).toEqual(['application/json', '*/*', 'text/csv']);
  });

  it('packed by gzip are unpacked', async () => {
    const packed = { type: 'text/csv', body: gzipSync(csv), headers: { 'content-encoding': 'gzip' } };
    expect((await read("format: { csv: { delimiter: ';' } }", packed)).records).toEqual(people);
  });

  it('come in pages as others do, and take the names of `item`', async () => {
    const { records, batches, end } = await read(
      `
format: { csv: { delimiter: ';' } }
key: id
item: { id: =code }
total: $number($headers.\`x-total\`)
next: { url: =$links.next }`,
      (path) => ({
        type: 'text/csv',
        body: path.endsWith('2') ? 'code;name\n3;C\n' : csv,
        headers: { 'x-total': '3', ...(path.endsWith('2') ? {} : { link: '</people?p=2>; rel="next"' }) },
      }),
    );
    expect(records).toEqual([{ id: '1' }, { id: '2' }, { id: '3' }]);
    expect(batches.flatMap(({ lines }) => [...lines])).toEqual([1, 2, 3]);
    expect(end.complete).toBe(true);
    expect(received).toEqual(['/people', '/people?p=2']);
  });

  it('that come twice, or fewer than the API counts, are not complete', async () => {
    const same = await read("format: { csv: { delimiter: ';' } }\nnext: { while: $page < 3 }", {
      type: 'text/csv',
      body: csv,
    });
    expect(same.end).toMatchObject({ complete: false });
    const short = await read("format: { csv: { delimiter: ';' } }\ntotal: '3'", { type: 'text/csv', body: csv });
    expect(short.end).toMatchObject({ complete: false, reason: '2 records came, the API counts 3' });
  });

  it('with a row that can not be decoded give it for a reject, and the rest', async () => {
    const { records, batches } = await read('format: ndjson', {
      type: 'text/plain',
      body: '{"a":1}\n{"a":\n{"a":3}\n',
    });
    expect(records).toEqual([{ a: 1 }, { a: 3 }]);
    expect(batches.flatMap(({ unreadable }) => unreadable)).toMatchObject([{ raw: '{"a":' }]);
  });

  it('that break off fail the run, as does half a gzip', async () => {
    const document = "format: { csv: { delimiter: ';' } }";
    const broken = { type: 'text/csv', body: csv, breaksOff: true };
    await expect(read(document, broken)).rejects.toMatchObject({ code: 'HTTP_UNREACHABLE', class: 'transient' });
    const half = gzipSync(csv.repeat(100)).subarray(0, 40);
    await expect(read(document, { type: 'text/csv', body: half })).rejects.toMatchObject({ code: 'HTTP_UNREACHABLE' });
  });

  it('of another kind than declared are judged by the rules, or fail the run', async () => {
    const document =
      "format: csv\nerrors: [{ when: error = 'LATER', is: empty }, { when: $exists(error), is: fail, reason: error }]";
    const json = (error: string): Answer => ({ type: 'application/json', body: JSON.stringify({ error }) });
    expect((await read(document, json('LATER'))).records).toEqual([]);
    await expect(read(document, json('NO_RIGHT'))).rejects.toMatchObject({ code: 'HTTP_REFUSED' });
    await expect(read('format: csv', json('NO_RIGHT'))).rejects.toMatchObject({ code: 'READ_OTHER_FORMAT' });
    const page: Answer = { type: 'text/html', body: '<!doctype html><html>Log in</html>' };
    await expect(read('format: csv', page)).rejects.toMatchObject({ code: 'HTTP_NOT_JSON' });
    const refused: Answer = { type: 'text/csv', body: csv, status: 403 };
    await expect(read('format: csv', refused)).rejects.toMatchObject({ code: 'HTTP_STATUS' });
  });

  it('in JSON are read by `records` whatever their content type says', async () => {
    const answer = { type: 'text/csv', body: '{"items":[{"a":1}]}' };
    expect((await read('format: json\nrecords: items', answer)).records).toEqual([{ a: 1 }]);
    expect((await read('records: items', answer)).records).toEqual([{ a: 1 }]);
  });

  it('that a reader gives up are closed, and another session goes on', async () => {
    answers = () => ({ type: 'text/csv', body: `code\n${'1234567\n'.repeat(300_000)}` });
    const source = await openRead(connector('feed: changes'), 'people', { url: server.url });
    for await (const _batch of source.read()) break;
    await source.close();
    expect(source.end()).toMatchObject({ complete: false, reason: 'the read was ended early' });
  });

  it('larger than an answer may be that is read whole are streamed', async () => {
    answers = () => ({ type: 'text/csv', body: Buffer.alloc(70 * 1024 * 1024, `${'x'.repeat(1023)}\n`) });
    const source = await openRead(connector('feed: changes'), 'people', { url: server.url });
    let count = 0;
    for await (const batch of source.read()) count += batch.records.length;
    await source.close();
    expect(count).toBe(70 * 1024 - 1);
  });
});
