import type { IncomingMessage, ServerResponse } from 'node:http';
import { timingSafeEqual } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiFailure } from './failure.ts';
import type { Fault, FaultQueue, SeenRequest } from './faults.ts';
import type { LmsLedger } from './ledger.ts';
import { readCursor } from './paging.ts';
import { matchRoute, type Answer, type Call, type Route } from './route.ts';

const MAX_BODY_BYTES = 20 * 1024 * 1024;

/** A request and everything that decides on its answer. */
export interface Exchange {
  call: Call;
  routes: Route[];
  token: string;
  faults: FaultQueue;
  ledger: LmsLedger;
  /** Throws 429. */
  admit(): void;
}

/** Answers one request, with the faults that hit it. Gives the status sent, null when no whole answer was. */
export async function serve(exchange: Exchange, response: ServerResponse): Promise<number | null> {
  const { call, faults } = exchange;
  const seen: SeenRequest = { method: call.method, path: call.path, page: pageNumber(call), body: call.body };
  await faults.onReceived?.(seen);
  const taken = faults.take(seen);
  const delayMs = taken.reduce((sum, fault) => sum + (fault.kind === 'slow' ? fault.delayMs : 0), 0);
  if (delayMs) await delay(delayMs);
  const fault = taken.find(({ kind }) => kind !== 'slow');
  if (fault?.kind === 'reset') {
    response.socket?.resetAndDestroy();
    return null;
  }
  if (fault?.kind === 'overlap') call.overlapItems = fault.items;
  const answer = insteadOf(fault) ?? (await judge(exchange, seen));
  if (fault?.kind === 'loseAnswer') {
    response.socket?.destroy();
    return null;
  }
  return send(response, answer, fault?.kind === 'cutAnswer');
}

/** The answer of a fault that keeps the request from being worked on. */
function insteadOf(fault: Fault | undefined): Answer | undefined {
  if (fault?.kind === 'html') {
    const page = '<!DOCTYPE html><html><body><h1>Технические работы</h1></body></html>';
    return { bytes: Buffer.from(page, 'utf8'), headers: { 'Content-Type': 'text/html; charset=utf-8' } };
  }
  if (fault?.kind !== 'status') return undefined;
  const { status, retryAfterSeconds } = fault;
  const code = { 429: 'rate_limited', 503: 'unavailable' }[status] ?? 'internal';
  const headers: Record<string, string> = {};
  if (retryAfterSeconds !== undefined) headers['Retry-After'] = String(retryAfterSeconds);
  return { status, json: { error: { code, message: 'The request was not worked on.' } }, headers };
}

async function judge(exchange: Exchange, seen: SeenRequest): Promise<Answer> {
  try {
    const { call, routes, ledger } = exchange;
    const { route, params } = findRoute(exchange, routes);
    count(ledger, `${route.method} ${route.path}`);
    call.params = params;
    // Rendered at once: another request may change the same user while the hook waits.
    const answer = rendered(route.run(call));
    if (route.commits) await exchange.faults.onCommitted?.(seen);
    return answer;
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    const { headers, ...details } = error.details;
    return {
      status: error.status,
      json: { error: { code: error.code, message: error.message, ...details } },
      ...(headers && { headers }),
    };
  }
}

function findRoute({ call, token, admit, ledger }: Exchange, routes: Route[]) {
  if (!isAuthorized(call, token)) {
    const headers = { 'WWW-Authenticate': 'Bearer' };
    throw new ApiFailure(401, 'unauthorized', 'The token is missing or wrong.', { headers });
  }
  admit();
  if (call.body.length > MAX_BODY_BYTES) throw new ApiFailure(413, 'body_too_large', 'At most 20 MB.');
  try {
    return matchRoute(routes, call.method, call.path);
  } catch (error) {
    count(ledger, 'unknown');
    throw error;
  }
}

function isAuthorized(call: Call, token: string): boolean {
  const given = Buffer.from(call.headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function count(ledger: LmsLedger, endpoint: string): void {
  ledger.byEndpoint[endpoint] = (ledger.byEndpoint[endpoint] ?? 0) + 1;
}

function pageNumber(call: Call): number {
  try {
    return readCursor(call.query.get('cursor')).page;
  } catch {
    return 1;
  }
}

/** Reads a body; of one that is too large only as much as shows it. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    if (sizeBytes > MAX_BODY_BYTES) continue;
    chunks.push(chunk);
    sizeBytes += chunk.length;
  }
  return Buffer.concat(chunks);
}

function rendered(answer: Answer): Answer {
  if (answer.bytes) return answer;
  const { json, headers, ...rest } = answer;
  const type = { 'Content-Type': 'application/json; charset=utf-8' };
  return { ...rest, bytes: Buffer.from(JSON.stringify(json), 'utf8'), headers: { ...type, ...headers } };
}

function send(response: ServerResponse, answer: Answer, cut: boolean): number | null {
  const { status = 200, headers = {}, bytes: body = Buffer.alloc(0) } = rendered(answer);
  response.writeHead(status, { 'Content-Length': body.length, ...headers });
  if (!cut) {
    response.end(body);
    return status;
  }
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.socket?.destroy());
  return null;
}
