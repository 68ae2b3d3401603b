import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import fileStore from '../../../plugins/file/store.ts';
import files from '../../../plugins/files/format.ts';
import { fileSource } from '../../../src/connect/files/index.ts';
import type { AttachedFile, BatchJournal, WriteAnswer } from '../../../src/connect/sdk/index.ts';
import { openContext, pathOf } from '../../connect/contexts.ts';
import { startUploadServer, type UploadServer } from '../../servers/upload-sessions.ts';
import { item, jumpingClock, never, openTarget } from './workbench.ts';

let server: UploadServer;
let folder: string;
beforeAll(async () => {
  server = await startUploadServer();
  folder = mkdtempSync(join(tmpdir(), 'portolan-bodies-'));
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  for (const list of [server.received, server.whole, server.faults, server.broken]) list.length = 0;
  server.forget();
});

const longAgo = 1_000_000_000;
const MiB = 1024 * 1024;
const content = (bytes: number): Buffer => {
  const made = Buffer.alloc(bytes);
  for (let at = 0; at < bytes; at += 1) made[at] = (at * 31 + (at >> 8)) & 0xff;
  return made;
};
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A file as its source reads it. */
async function attached(name: string, bytes: Uint8Array): Promise<{ file: AttachedFile; close(): Promise<void> }> {
  writeFileSync(join(folder, name), bytes);
  utimesSync(join(folder, name), longAgo, longAgo);
  const source = await fileSource(fileStore).open({
    ...openContext(undefined, { folder }),
    options: { path: pathOf(name), empty: 'allow' },
    format: files.open({}),
    wanted: [],
    dryRun: false,
    consumed: async () => false,
  });
  if ('nothing' in source) throw new Error(source.nothing);
  let file: AttachedFile | undefined;
  for await (const { records, origin } of source.read()) file = source.attached?.(records[0] ?? {}, origin);
  if (!file) throw new Error('no file');
  return { file, close: () => source.close() };
}

const document = (create: string, http = '') => `
connector: docs
connection: { properties: { url: { type: string } } }
http: { baseUrl: '{{$connection.url}}', retry: { attempts: 4, backoff: { from: 1s, to: 8s } }${http} }
write:
  files:
    create:
${create.replace(/^/gm, '      ')}
`;

async function send(
  create: string,
  name: string,
  bytes: Uint8Array,
  meanwhile: () => void = () => {},
  { http = '', journal }: { http?: string; journal?: BatchJournal } = {},
): Promise<WriteAnswer> {
  const { file, close } = await attached(name, bytes);
  const sink = await openTarget(document(create, http), 'files', { url: server.url }, { clock: jumpingClock() });
  try {
    meanwhile();
    return await sink.write(
      { once: 'once-1', operation: 'create', items: [item({ title: 'T' }, { file })], ...(journal ? { journal } : {}) },
      never,
    );
  } finally {
    await sink.close();
    await close();
  }
}
const delivered: WriteAnswer = { is: 'answered', outcomes: [{ is: 'delivered' }] };
const asked = () =>
  server.received.map(({ method, headers }) => `${method} ${String(headers['content-range'] ?? '')}`.trim());

describe('`file: =$file`', () => {
  const whole = "request: { put: '/plain', file: =$file }";

  it('streams the file with its length and the content type of its name', async () => {
    const bytes = content(3 * MiB + 7);
    expect(await send(whole, 'Report.PDF', bytes)).toEqual(delivered);
    const [put] = server.received;
    expect(put).toMatchObject({ bytes: bytes.length, sha256: sha256(bytes) });
    expect(put?.headers).toMatchObject({ 'content-type': 'application/pdf', 'content-length': String(bytes.length) });
    expect(put?.headers['transfer-encoding']).toBeUndefined();
  });

  it('sends an empty file as an empty body, and a type that headers say', async () => {
    const own = "request: { put: '/plain', file: =$file, headers: { Content-Type: text/x-own } }";
    expect(await send(own, 'empty.bin', new Uint8Array())).toEqual(delivered);
    expect(server.received[0]).toMatchObject({ bytes: 0, headers: { 'content-type': 'text/x-own' } });
    expect(server.received[0]?.headers['content-length']).toBe('0');
  });

  it('sees the facts of the file in every other part of the request', async () => {
    const chain = `do:
  - { post: /plain, json: { name: '=$file.name', size: =$file.size, hash: =$file.hash }, as: open }
  - { put: '/plain?id={{$open.id}}', file: =$file }
repeat: safe`;
    expect(await send(chain, 'a.txt', content(10))).toEqual(delivered);
    expect(JSON.parse(String(server.received[0]?.body))).toEqual({
      name: 'a.txt',
      size: 10,
      hash: sha256(content(10)),
    });
  });

  it('rejects a record without a file, and one whose value is another', async () => {
    for (const file of ['=$file', '=title']) {
      const sink = await openTarget(document(`request: { put: '/plain', file: ${file} }`), 'files', {
        url: server.url,
      });
      const answer = await sink.write({ once: 'o', operation: 'create', items: [item({ title: 'T' })] }, never);
      await sink.close();
      expect(answer).toMatchObject({ is: 'answered', outcomes: [{ is: 'rejected', code: 'FILE_NOT_ATTACHED' }] });
    }
    expect(server.received).toEqual([]);
  });

  it('rejects a file that is another by now, before anything is asked, whatever tells it apart', async () => {
    const path = join(folder, 'a.bin');
    const changes: (() => void)[] = [
      () => writeFileSync(path, 'longer than before'),
      () => utimesSync(path, 1, 1),
      () => rmSync(path),
    ];
    for (const change of changes) {
      const chain = 'do: [{ post: /plain, json: {} }, { put: /plain, file: =$file }]';
      const answer = await send(chain, 'a.bin', content(9), change);
      expect(answer).toMatchObject({ is: 'answered', outcomes: [{ is: 'rejected', code: 'ATTACHED_FILE_CHANGED' }] });
    }
    expect(server.received).toEqual([]);
  });

  it('never sends the last byte of a file whose content is another under the old size and time', async () => {
    const path = join(folder, 'b.bin');
    const bytes = content(MiB);
    const answer = await send(whole, 'b.bin', bytes, () => {
      writeFileSync(
        path,
        bytes.map((byte) => byte ^ 1),
      );
      utimesSync(path, longAgo, longAgo);
    });
    expect(answer).toMatchObject({ is: 'answered', outcomes: [{ is: 'rejected', code: 'ATTACHED_FILE_CHANGED' }] });
    await expect.poll(() => server.broken).toEqual(['/plain']);
    expect(server.received).toEqual([]);
  });
});

describe('multipart with the file of the record', () => {
  it('streams it among the other parts, with a length that is known', async () => {
    const bytes = content(300_000);
    const parts =
      "multipart: { title: =title, meta: { a: 1 }, file: =$file, copy: { content: =$file, name: 'x y\"z.bin', type: a/b } }";
    expect(await send(`request: { post: '/plain', ${parts} }\nrepeat: safe`, 'scan.png', bytes)).toEqual(delivered);
    const [post] = server.received;
    expect(post?.headers['content-length']).toBe(String(post?.bytes));
    const response = new Response(new Uint8Array(post?.body ?? []), {
      headers: { 'content-type': String(post?.headers['content-type']) },
    });
    const form = await response.formData();
    expect([...form.keys()]).toEqual(['title', 'meta', 'file', 'copy']);
    const [file, copy] = [form.get('file') as File, form.get('copy') as File];
    expect([file.name, file.type, sha256(new Uint8Array(await file.arrayBuffer()))]).toEqual([
      'scan.png',
      'image/png',
      sha256(bytes),
    ]);
    expect([copy.type, sha256(new Uint8Array(await copy.arrayBuffer()))]).toEqual(['a/b', sha256(bytes)]);
  });
});

const google = `do:
  - { post: /google, json: { size: =$file.size }, as: open }
  - put: '{{{$open.uploadUrl}}}'
    file: =$file
    fragments: { size: 512KiB, more: $status = 308, from: "$headers.range ? $number($substringAfter($headers.range, '-')) + 1" }
    as: done
  - { post: /plain, json: { id: =$done.id } }
`;
const graph = `do:
  - { post: /graph, json: { size: =$file.size }, as: open }
  - put: '{{{$open.uploadUrl}}}'
    auth: none
    file: =$file
    fragments:
      size: 320KiB
      more: $exists(nextExpectedRanges)
      from: nextExpectedRanges[0]
      ask: { get: '{{{$open.uploadUrl}}}', auth: none }
    as: done
`;

describe('`fragments`', () => {
  const bytes = content(MiB + 100_000);
  const isWhole = () => expect(server.whole.map(({ sha256: hash }) => hash)).toEqual([sha256(bytes)]);

  it.each([
    ['resumable uploads of Google', google, 3, 'bytes 1048576-1148575/1148576'],
    ['upload sessions of Graph', graph, 4, 'bytes 983040-1148575/1148576'],
  ])('sends ranges one after another: %s', async (_name, chain, ranges, last) => {
    expect(await send(chain, 'a.pdf', bytes)).toEqual(delivered);
    isWhole();
    const puts = server.received.filter(({ method }) => method === 'PUT');
    expect(puts).toHaveLength(ranges);
    expect(puts.at(-1)?.headers).toMatchObject({ 'content-range': last, 'content-type': 'application/pdf' });
  });

  it('goes on after a lost answer where the server says that it is, in the middle of a fragment', async () => {
    server.faults.push(undefined, { take: 300_000 });
    expect(await send(google, 'a.pdf', bytes)).toEqual(delivered);
    isWhole();
    expect(asked().slice(1, -1)).toEqual([
      'PUT bytes 0-524287/1148576',
      'PUT bytes 524288-1048575/1148576',
      'PUT bytes */1148576',
      'PUT bytes 786432-1148575/1148576',
    ]);
  });

  it('asks in the declared way, and sends again what did not come', async () => {
    server.faults.push(undefined, { take: 100_000 }, { take: 400_000, answer: 503 });
    expect(await send(graph, 'a.pdf', bytes)).toEqual(delivered);
    isWhole();
    expect(asked().slice(1, 7)).toEqual([
      'PUT bytes 0-327679/1148576',
      'PUT bytes 327680-655359/1148576',
      'GET',
      'PUT bytes 327680-655359/1148576',
      'GET',
      'PUT bytes 655360-983039/1148576',
    ]);
  });

  it('takes the answer to its question for that of a last fragment that was lost', async () => {
    server.faults.push(undefined, undefined, { take: MiB });
    expect(await send(google, 'a.pdf', bytes)).toEqual(delivered);
    isWhole();
    expect(JSON.parse(String(server.received.at(-1)?.body))).toEqual({ id: 'f1' });
  });

  it('leaves it unknown where the server knows the upload no more, and where it takes nothing any more', async () => {
    server.faults.push(undefined, undefined, undefined, { take: MiB });
    expect(await send(graph, 'a.pdf', bytes)).toMatchObject({
      is: 'unanswered',
      reason: 'asked how far it is, the server knows the upload no more',
    });
    server.faults.push(...Array.from({ length: 9 }, () => ({ take: 10 })));
    expect(await send(google, 'a.pdf', bytes)).toMatchObject({ is: 'unanswered' });
    expect(server.faults.length).toBe(5);
    server.faults.length = 0;
    const senseless = google.replace(/from: ".*" \}/, 'from: "\'later\'" }');
    expect(await send(senseless, 'a.pdf', bytes)).toMatchObject({
      is: 'unanswered',
      reason: '`fragments.from` names no place in the file',
    });
    const beyond = google.replace(/from: ".*" \}/, `from: '${bytes.length + 1}' }`);
    expect(await send(beyond, 'a.pdf', bytes)).toMatchObject({
      is: 'unanswered',
      reason: '`fragments.from` names no place in the file',
    });
  });

  it.each([408, 429, 503])('asks how far it is behind a %i, as a part of the fragment may be there', async (status) => {
    server.faults.push(undefined, { take: 300_000, answer: status });
    // Not even a `more` that takes it for a wish says otherwise.
    expect(await send(google.replace('$status = 308', '$status != 200'), 'a.pdf', bytes)).toEqual(delivered);
    isWhole();
    expect(asked().slice(2, 5)).toEqual([
      'PUT bytes 524288-1048575/1148576',
      'PUT bytes */1148576',
      'PUT bytes 786432-1148575/1148576',
    ]);
  });

  it('without `from` sends a fragment again that was refused for now', async () => {
    server.faults.push(undefined, { take: 0, answer: 429 });
    expect(await send(google.replace(/, from: ".*" \}/, ' }'), 'a.pdf', bytes)).toEqual(delivered);
    isWhole();
  });

  it('counts attempts anew with each fragment that was taken', async () => {
    const three = Array.from({ length: 3 }, () => ({ take: 0, answer: 429 }));
    server.faults.push(...three, undefined, ...three, undefined, ...three);
    expect(await send(google.replace(/, from: ".*" \}/, ' }'), 'a.pdf', bytes)).toEqual(delivered);
    isWhole();
  });

  it('gives up on a server that goes on asking for what was sent', async () => {
    server.faults.push(...Array.from({ length: 9 }, () => ({ take: 0, answer: 308 })));
    expect(await send(google, 'a.pdf', bytes)).toMatchObject({
      is: 'unanswered',
      reason: 'the server goes on asking for what was sent',
    });
    expect(server.faults.length).toBe(5);
  });

  it('rejects a record whose file is none', async () => {
    expect(await send(google.replace('file: =$file', 'file: =title'), 'a.pdf', bytes)).toMatchObject({
      is: 'unanswered',
      reason: expect.stringContaining('this record has none') as string,
    });
    expect(asked()).toEqual(['POST']);
  });

  it('a part that the server holds leaves the record in doubt, though the rest was refused', async () => {
    const { uploadUrl } = (await (
      await fetch(`${server.url}/google`, { method: 'POST', body: JSON.stringify({ size: bytes.length }) })
    ).json()) as { uploadUrl: string };
    const alone = `do:\n  - ${google.split('  - ')[2]?.replace('{{{$open.uploadUrl}}}', uploadUrl)}`;
    server.faults.push(undefined, ...Array.from({ length: 9 }, () => ({ take: 0, answer: 429 })));
    const answer = await send(alone, 'a.pdf', bytes);
    expect(answer).toMatchObject({ is: 'unanswered' });
  });

  it('goes on where an earlier run was ended, at the place that the server names', async () => {
    const kept = new Map<number, Record<string, unknown>>();
    const journal: BatchJournal = {
      steps: async () => structuredClone([...kept].map(([place, answer]) => ({ place, answer }))),
      write: async ({ place, answer }) => void kept.set(place, structuredClone(answer)),
      forget: async () => kept.clear(),
    };
    server.faults.push(undefined, { take: 300_000 }, ...Array.from({ length: 9 }, () => ({ take: 10 })));
    expect(await send(google, 'a.pdf', bytes, undefined, { journal })).toMatchObject({ is: 'unanswered' });
    server.faults.length = 0;
    server.received.length = 0;
    expect(await send(google, 'a.pdf', bytes, undefined, { journal })).toEqual(delivered);
    isWhole();
    expect(asked()[0]).toBe('PUT bytes */1148576');
  });

  it('without `from` an answer takes the fragment whole; an empty file is one request without a range', async () => {
    expect(await send(google.replace(/, from: ".*" \}/, ' }'), 'a.pdf', bytes)).toEqual(delivered);
    isWhole();
    server.received.length = 0;
    expect(await send(google, 'empty.pdf', new Uint8Array())).toEqual(delivered);
    expect(asked()).toEqual(['POST', 'PUT', 'POST']);
  });

  it('requests name `$fragment`, and a file that changes half-way is never whole at the server', async () => {
    const named = google.replace(
      '    as: done',
      '    headers: { Upload-Offset: =$fragment.from, X-To: =$fragment.to }\n    as: done',
    );
    expect(await send(named, 'a.pdf', bytes)).toEqual(delivered);
    const offsets = server.received
      .filter(({ method }) => method === 'PUT')
      .map(({ headers }) => headers['upload-offset']);
    expect(offsets).toEqual(['0', '524288', '1048576']);
    server.whole.length = 0;
    const path = join(folder, 'c.pdf');
    const answer = await send(google, 'c.pdf', bytes, () => {
      writeFileSync(
        path,
        bytes.map((byte) => byte ^ 1),
      );
      utimesSync(path, longAgo, longAgo);
    });
    expect(answer).toMatchObject({ is: 'unanswered' });
    expect(server.whole).toEqual([]);
  });
});
