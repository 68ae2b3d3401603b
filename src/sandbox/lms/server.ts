import type { IncomingMessage, ServerResponse } from 'node:http';
import { timingSafeEqual } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { startHttpServer } from '../http/start-http-server.ts';
import { ApiFailure } from './failure.ts';
import { newFaults, type Fault, type FaultQueue, type LmsFaults, type SeenRequest } from './faults.ts';
import { learningRoutes } from './learning-routes.ts';
import type { LmsLedger, LedgerRequest } from './ledger.ts';
import { materialRoutes } from './material-routes.ts';
import { readCursor } from './paging.ts';
import { newRateLimit, type RateLimit } from './rate-limit.ts';
import { matchRoute, type Answer, type Call, type Route } from './route.ts';
import { newState, type LmsState } from './state.ts';
import { taskRoutes } from './task-routes.ts';
import { userRoutes } from './user-routes.ts';
import { newUsers, type Users } from './users.ts';

/** Options of the LMS, all with defaults. */
export interface LmsOptions {
  /** 0 takes a free port. */
  port?: number;
  /** Bearer token; default `sandbox-token`. */
  token?: string;
  now?: () => Date;
  /** Answers 429 above it; default none. */
  rateLimit?: RateLimit;
}

/** A running LMS. */
export interface Lms {
  port: number;
  /** Base URL with /api/v1, no final slash. */
  url: string;
  token: string;
  ledger: LmsLedger;
  faults: LmsFaults;
  users: Users;
  state: LmsState;
  close(): Promise<void>;
}

const BASE = '/api/v1';
const MAX_BODY_BYTES = 20 * 1024 * 1024;

/**
 * Starts the sandbox LMS on 127.0.0.1, everything in memory. Its API, modelled on a vendor's public description
 * ("Equeo-like") and not the vendor's own, stands in the README beside this file.
 */
export async function startLms(options: LmsOptions = {}): Promise<Lms> {
  const { port = 0, token = 'sandbox-token', now = () => new Date(), rateLimit } = options;
  const users = newUsers(now);
  const state = newState(now());
  const faults = newFaults();
  const routes: Route[] = [
    { method: 'GET', path: '/me', run: () => ({ json: me }) },
    ...userRoutes(users),
    ...learningRoutes(state, users),
    ...taskRoutes(state),
    ...materialRoutes(state),
  ];
  const { ledger } = users;
  const admit = newRateLimit(rateLimit, now);
  let inFlight = 0;

  const server = await startHttpServer(async (request, response) => {
    const { method = 'GET', url = '/' } = request;
    const [pathname = '/', search = ''] = url.split('?');
    const path = pathname.startsWith(`${BASE}/`) ? pathname.slice(BASE.length) : '';
    const entry: LedgerRequest = { at: now().toISOString(), method, path: path || pathname, status: null };
    ledger.requests.push(entry);
    ledger.counts.requests += 1;
    inFlight += 1;
    ledger.peakInFlight = Math.max(ledger.peakInFlight, inFlight);
    try {
      const body = await readBody(request);
      const query = new URLSearchParams(search);
      const call = { method, path, params: {}, query, headers: request.headers, body, now, overlapItems: 0 };
      entry.status = await serve({ call, routes, token, faults, ledger, admit }, response);
    } finally {
      inFlight -= 1;
    }
  }, port);
  return { ...server, url: server.url + BASE, token, ledger, faults, users, state };
}

const me = { id: 'svc_1', name: 'Portolan integration', company: 'Sandbox' };

interface Exchange {
  call: Call;
  routes: Route[];
  token: string;
  faults: FaultQueue;
  ledger: LmsLedger;
  admit(): void;
}

/** Answers one request, with the faults that hit it. Gives the status sent, null when no whole answer was. */
async function serve(exchange: Exchange, response: ServerResponse): Promise<number | null> {
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
    const answer = route.run(call);
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
async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    if (sizeBytes > MAX_BODY_BYTES) continue;
    chunks.push(chunk);
    sizeBytes += chunk.length;
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, answer: Answer, cut: boolean): number | null {
  const { status = 200, headers = {} } = answer;
  const body = answer.bytes ?? Buffer.from(JSON.stringify(answer.json), 'utf8');
  const type = answer.bytes ? {} : { 'Content-Type': 'application/json; charset=utf-8' };
  response.writeHead(status, { ...type, 'Content-Length': body.length, ...headers });
  if (!cut) {
    response.end(body);
    return status;
  }
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.socket?.destroy());
  return null;
}
