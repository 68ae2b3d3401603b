import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { startHttpServer } from '../../src/sandbox/http/start-http-server.ts';

/** One upload as the server sees it. */
interface Upload {
  size: number;
  received: number;
  hash: ReturnType<typeof createHash>;
  isDone: boolean;
}

interface Received {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  /** Bytes of the body that came, and their SHA-256. */
  bytes: number;
  sha256: string;
  /** The body, where it is small. */
  body: Buffer;
}

export interface UploadServer {
  url: string;
  received: Received[];
  /** Of each upload that is whole. */
  whole: { path: string; size: number; sha256: string }[];
  /** Paths of requests whose body broke off. */
  broken: string[];
  /** For the next requests with a body, one after another: what happens instead of an answer. */
  faults: ({ take: number; answer?: number } | undefined)[];
  /** The open sessions are forgotten. */
  forget(): void;
  close(): Promise<void>;
}

const smallBytes = 1024 * 1024;
const stepBytes = 256 * 1024;

/**
 * Takes files as two public APIs say that they do: `/google` by resumable uploads of Google Drive (308 with `Range`,
 * status by `bytes *\/SIZE`, whole pieces of 256 KiB, of a broken request too what came of it) and `/graph` by upload
 * sessions of Microsoft Graph (202 with `nextExpectedRanges`, status by GET, 416 for what it holds, a broken request is
 * nothing). `/plain` takes any body whole.
 */
export async function startUploadServer(): Promise<UploadServer> {
  const received: Received[] = [];
  const whole: UploadServer['whole'] = [];
  const faults: UploadServer['faults'] = [];
  const broken: string[] = [];
  const uploads = new Map<string, Upload>();

  const server = await startHttpServer(async (request, response) => {
    const { method = '', url: path = '', socket } = request;
    const answer = (status: number, body: unknown = {}, headers: Record<string, string> = {}): void =>
      void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    const length = Number(request.headers['content-length'] ?? 0);
    const upload = uploads.get(path);
    const fault = length > 0 && method === 'PUT' ? faults.shift() : undefined;
    const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(request.headers['content-range'] ?? '');
    const isNext = upload !== undefined && range !== null && Number(range[1]) === upload.received;
    const isGoogle = path.startsWith('/google');

    const hash = createHash('sha256');
    const pieces: Buffer[] = [];
    let bytes = 0;
    const kept = upload && isNext ? { hash: upload.hash.copy(), bytes: 0 } : undefined;
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        hash.update(chunk);
        if (bytes <= smallBytes) pieces.push(chunk);
        if (kept) {
          const most = fault && fault.take < length ? Math.floor(fault.take / stepBytes) * stepBytes : Infinity;
          const part = chunk.subarray(0, Math.max(0, most - kept.bytes));
          kept.hash.update(part);
          kept.bytes += part.length;
        }
      }
    } catch {
      broken.push(path);
      return;
    }
    const entry = {
      method,
      path,
      headers: request.headers,
      bytes,
      sha256: hash.digest('hex'),
      body: Buffer.concat(pieces),
    };
    received.push(entry);

    if (fault) {
      const keeps = isGoogle || fault.take >= length;
      if (upload && kept && keeps) take(path, upload, kept);
      if (fault.answer === undefined) return void socket.destroy();
      return answer(fault.answer);
    }
    if (path === '/plain' || !/^\/(google|graph)/.test(path)) return answer(201, { id: 'f1' });
    if (method === 'POST') return begin(entry, answer, response);
    if (!upload) return answer(404, { error: { message: 'no such session' } });
    if (isGoogle) return asGoogle(path, upload, entry, kept, answer);
    return asGraph(path, upload, entry, kept, answer);
  });

  type Answer = (status: number, body?: unknown, headers?: Record<string, string>) => void;

  function begin({ path, body }: Received, answer: Answer, _response: ServerResponse): void {
    const { size } = JSON.parse(body.toString()) as { size: number };
    const place = `${path}/${uploads.size + 1}`;
    uploads.set(place, { size, received: 0, hash: createHash('sha256'), isDone: false });
    answer(200, { uploadUrl: `${server.url}${place}` });
  }

  function take(path: string, upload: Upload, kept: { hash: Upload['hash']; bytes: number }): void {
    upload.hash = kept.hash;
    upload.received += kept.bytes;
    if (upload.received < upload.size || upload.isDone) return;
    upload.isDone = true;
    whole.push({ path, size: upload.received, sha256: upload.hash.copy().digest('hex') });
  }

  type Kept = { hash: Upload['hash']; bytes: number } | undefined;

  function asGoogle(path: string, upload: Upload, { headers, bytes }: Received, kept: Kept, answer: Answer): void {
    const isAsking = headers['content-range'] === `bytes */${upload.size}` && bytes === 0;
    if (!isAsking && !kept && upload.size > 0) return answer(400, { error: { message: 'not the next byte' } });
    const isLast = kept !== undefined && upload.received + kept.bytes === upload.size;
    if (kept && !isLast && kept.bytes % stepBytes !== 0) return answer(400, { error: { message: 'not of 256 KiB' } });
    if (kept) take(path, upload, kept);
    if (upload.size === 0) take(path, upload, { hash: upload.hash, bytes: 0 });
    if (upload.isDone) return answer(200, { id: 'f1' });
    return answer(308, {}, upload.received > 0 ? { range: `bytes=0-${upload.received - 1}` } : {});
  }

  function asGraph(path: string, upload: Upload, { method }: Received, kept: Kept, answer: Answer): void {
    const next = (): unknown => ({ nextExpectedRanges: [`${upload.received}-${upload.size - 1}`] });
    if (method === 'GET') return upload.isDone ? answer(404) : answer(200, next());
    if (!kept) return answer(416, { error: { code: 'invalidRange' } });
    take(path, upload, kept);
    return upload.isDone ? answer(201, { id: 'f1' }) : answer(202, next());
  }

  return {
    url: server.url,
    received,
    whole,
    faults,
    broken,
    forget: () => uploads.clear(),
    close: () => server.close(),
  };
}
