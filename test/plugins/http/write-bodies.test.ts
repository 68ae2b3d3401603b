import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { WriteItem } from '../../../src/connect/sdk/index.ts';
import { startHttpServer } from '../../../src/sandbox/http/start-http-server.ts';
import { startOtherApi, type OtherApi } from './other-api.ts';
import { item, never, openTarget, type Bench } from './workbench.ts';

let api: OtherApi;
beforeAll(async () => {
  api = await startOtherApi();
});
beforeEach(() => {
  api.received.length = 0;
  api.intercept = () => ({ body: {} });
});
afterEach(() => {
  api.intercept = undefined;
});
afterAll(() => api.close());

const document = (operation: string, http = '') => `
connector: other
connection: { properties: { url: { type: string }, other: { type: string }, token: { type: string, secret: true } } }
http: { baseUrl: '{{$connection.url}}', auth: { bearer: '{{$connection.token}}' }, query: { v: 2 }${http} }
write:
  people:
    key: code
    create: ${operation}
`;

const connection = () => ({ url: api.url, other: 'x', token: 's3cret' });

async function send(operation: string, items: WriteItem[], bench: Bench & { http?: string; other?: string } = {}) {
  const sink = await openTarget(document(operation, bench.http), 'people', { ...connection(), ...bench }, bench);
  try {
    return await sink.write({ once: 'once-1', operation: 'create', items }, never);
  } finally {
    await sink.close();
  }
}

const last = () => api.received.at(-1) as OtherApi['received'][number];
const people = [item({ code: 'a', name: 'Анна' }), item({ code: 'b', name: 'O"Neil <b>', team: 'x' })];

describe('a body', () => {
  it('is a text with holes', async () => {
    await send("{ request: { post: /x, text: 'name={{name}}' } }", [item({ name: 'A&B' })]);
    expect(last()).toMatchObject({ body: 'name=A&B', headers: { 'content-type': 'text/plain; charset=utf-8' } });
  });

  it('is XML out of a file, with every value escaped and a section for each record', async () => {
    const files = {
      'soap/people.xml':
        '<people key="{{$once}}">\n{{#$items}}\n  <p code="{{code}}">{{name}}{{#team}}<team>{{team}}</team>{{/team}}</p>\n{{/$items}}\n</people>',
    };
    await send('{ batch: 10, request: { post: /x, xml: soap/people.xml } }', people, { files });
    expect(last().body).toBe(
      '<people key="once-1">\n  <p code="a">Анна</p>\n  <p code="b">O&quot;Neil &lt;b&gt;<team>x</team></p>\n</people>',
    );
    expect(last().headers['content-type']).toBe('text/xml; charset=utf-8');
  });

  it('a value that XML has no escape for rejects its record', async () => {
    const answer = await send('{ request: { post: /x, xml: a.xml } }', [item({ name: 'a\u0000b' })], {
      files: { 'a.xml': '<n>{{name}}</n>' },
    });
    expect(answer).toMatchObject({ outcomes: [{ is: 'rejected', code: 'TEMPLATE_VALUE' }] });
    expect(api.received).toHaveLength(0);
  });

  it('is the records in a format, with the fields of all of them', async () => {
    await send('{ batch: 10, request: { post: /x, encode: csv } }', people);
    expect(last().body.replaceAll('\r', '')).toBe('code,name,team\na,Анна,\nb,"O""Neil <b>",x\n');
    expect(last().headers['content-type']).toBe('text/csv');
  });

  it('is the records in a format with options, under a type that the headers name', async () => {
    const request =
      "{ put: /x, headers: { Content-Type: text/plain }, encode: { csv: { delimiter: ';', lineEnding: lf } } }";
    await send(`{ batch: 10, item: { c: =code }, request: ${request} }`, people);
    expect(last()).toMatchObject({ body: 'c\na\nb\n', headers: { 'content-type': 'text/plain' } });
  });

  it('in lines of JSON holds lists and maps', async () => {
    await send('{ batch: 10, item: { c: =code, t: [=team] }, request: { post: /x, encode: ndjson } }', people);
    expect(
      last()
        .body.trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { c: 'a', t: [] },
      { c: 'b', t: ['x'] },
    ]);
    expect(last().headers['content-type']).toBe('application/x-ndjson');
  });

  it('a record that is no row is rejected alone, and the others are sent', async () => {
    const answer = await send('{ batch: 10, request: { post: /x, encode: csv } }', [
      item({ code: 'a' }),
      item({ code: 'b', tags: ['x'] }),
      item({ code: 'c' }),
    ]);
    expect(answer).toMatchObject({
      outcomes: [{ is: 'delivered' }, { is: 'rejected', code: 'CSV_VALUE' }, { is: 'delivered' }],
    });
    expect(last().body.replaceAll('\r', '')).toBe('code\na\nc\n');
  });

  it('of several parts has fields, files and JSON, and the same records make the same bytes', async () => {
    const parts =
      '{ code: =code, tags: =tags, meta: { n: =n }, file: { name: \'=code & ".txt"\', type: text/plain, content: =name } }';
    const one = [item({ code: 'a"b', tags: ['x', 'y'], n: 1, name: 'Анна' })];
    await send(`{ request: { post: /x, multipart: ${parts} } }`, one);
    const first = last();
    await send(`{ request: { post: /x, multipart: ${parts} } }`, one);
    expect(last().body).toBe(first.body);
    const type = String(first.headers['content-type']);
    const form = await new Response(first.body, { headers: { 'content-type': type } }).formData();
    expect(form.get('code')).toBe('a"b');
    expect(form.getAll('tags')).toEqual(['x', 'y']);
    const file = form.get('file') as File;
    expect([file.name, file.type, await file.text()]).toEqual(['a"b.txt', 'text/plain', 'Анна']);
    expect(JSON.parse(form.get('meta') as string)).toEqual({ n: 1 });
  });
});

describe('bytes of a batch', () => {
  const bounded = '{ batch: { size: 10, bytes: 100B }, item: { c: =code }, request: { post: /x, json: =$items } }';
  const open = () => openTarget(document(bounded), 'people', connection());
  const coded = (length: number, count: number) =>
    Array.from({ length: count }, (_, index) => item({ code: `${index}`.padEnd(length, '-') }));

  it('divide it until each body is within them, as it is sent', async () => {
    const sink = await open();
    const items = coded(20, 7);
    const sizes = await sink.rules.create?.divide?.(items);
    expect(sizes).toEqual([2, 2, 3]);
    let at = 0;
    for (const size of sizes ?? []) {
      const some = items.slice(at, (at += size));
      await sink.write({ once: 'o', operation: 'create', items: some }, never);
    }
    await sink.close();
    expect(api.received.map(({ body }) => Buffer.byteLength(body) <= 100)).toEqual([true, true, true]);
    expect(api.received.flatMap(({ body }) => JSON.parse(body) as unknown[])).toHaveLength(7);
  });

  it('leave a batch whole that fits', async () => {
    const sink = await open();
    expect(await sink.rules.create?.divide?.(coded(3, 5))).toEqual([5]);
    await sink.close();
  });

  it('reject a record that is over them alone, in a sentence, and nothing is sent', async () => {
    const answer = await send(bounded, coded(95, 1));
    expect(answer).toEqual({
      is: 'answered',
      outcomes: [
        {
          is: 'rejected',
          code: 'HTTP_BODY_TOO_LARGE',
          reason: 'The record alone makes a body of 105 bytes, and the target takes 100 in one body.',
        },
      ],
    });
    expect(api.received).toHaveLength(0);
  });

  it('an operation without them divides nothing, and one that is ordered says so', async () => {
    const sink = await openTarget(
      document('{ batch: { size: 10, ordered: true }, request: { post: /x, json: =$items } }'),
      'people',
      connection(),
    );
    await sink.close();
    expect(sink.rules.create).toEqual({ size: 10, atomic: false, ordered: true, repeat: 'never' });
  });
});

describe('where a request goes', () => {
  const headers = "{ X-Plain: '1', X-Own: =$connection.token, Content-Type: application/vnd.x+json }";

  it('without the login there is nothing of the connection in it', async () => {
    await send(`{ request: { post: /x, auth: none, headers: { X-Plain: '1' }, json: =$item } }`, [item({ code: 'a' })]);
    expect(last().headers.authorization).toBeUndefined();
    expect([...last().query]).toEqual([]);
    expect(last().headers['x-plain']).toBe('1');
  });

  it('another host gets the headers of the request, and nothing that holds a secret', async () => {
    const seen: Record<string, unknown>[] = [];
    const other = await startHttpServer(async (request, response) => {
      seen.push({ ...request.headers, url: request.url });
      response.end('{}');
    });
    const { host } = new URL(other.url);
    const operation = `{ request: { post: '{{{$connection.other}}}', headers: ${headers}, json: =$item } }`;
    const answer = await send(operation, [item({ code: 'a' })], {
      http: `, hosts: ['${host}']`,
      other: `${other.url}/up`,
    });
    await other.close();
    expect(answer).toMatchObject({ outcomes: [{ is: 'delivered' }] });
    expect(seen).toMatchObject([{ url: '/up', 'x-plain': '1', 'content-type': 'application/vnd.x+json' }]);
    expect(seen[0]).not.toHaveProperty('authorization');
    expect(seen[0]).not.toHaveProperty('x-own');
  });

  it('a host that nobody named gets nothing', async () => {
    const operation = "{ request: { post: '{{{$connection.other}}}', json: =$item } }";
    await expect(send(operation, [item({ code: 'a' })], { other: 'http://127.0.0.1:9/up' })).rejects.toMatchObject({
      code: 'HTTP_HOST_REFUSED',
    });
  });
});
