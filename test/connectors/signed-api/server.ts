import type { IncomingMessage } from 'node:http';
import { startHttpServer } from '../../../src/sandbox/http/start-http-server.ts';
import { refusalOf, type KnownKeys } from './verify-aws4.ts';

/**
 * A store of objects after the public description of S3's REST API: PUT and DELETE of an object under its key, each
 * request signed. `ledger` has what was done and what was refused.
 */
export async function startObjectStore(known: KnownKeys) {
  const ledger = { objects: new Map<string, string>(), writes: 0, refused: [] as string[], headers: [] as string[] };
  let faults: number[] = [];
  const server = await startHttpServer(async (request, response) => {
    const body = await bytesOf(request);
    ledger.headers.push(JSON.stringify(request.headers));
    const refusal = await refusalOf(request, body, known);
    if (refusal !== undefined) {
      ledger.refused.push(refusal);
      response.writeHead(403, { 'content-type': 'application/xml' });
      response.end(`<Error><Code>SignatureDoesNotMatch</Code><Got>${request.headers.authorization}</Got></Error>`);
      return;
    }
    const fault = faults.shift();
    if (fault !== undefined) {
      response.writeHead(fault, { 'retry-after': '2' });
      response.end();
      return;
    }
    const key = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname);
    if (request.method === 'PUT') ledger.objects.set(key, body.toString('utf8'));
    if (request.method === 'DELETE') ledger.objects.delete(key);
    ledger.writes += 1;
    response.writeHead(request.method === 'DELETE' ? 204 : 200);
    response.end();
  });
  return {
    url: server.url,
    ledger,
    /** Statuses of the next answers. */
    failNext: (...statuses: number[]) => void (faults = statuses),
    close: () => server.close(),
  };
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
