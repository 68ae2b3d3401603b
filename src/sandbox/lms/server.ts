import { startHttpServer } from '../http/start-http-server.ts';
import { readBody, serve } from './exchange.ts';
import { newFaults, type LmsFaults } from './faults.ts';
import { learningRoutes } from './learning-routes.ts';
import type { LmsLedger, LedgerRequest } from './ledger.ts';
import { materialRoutes } from './material-routes.ts';
import { newRateLimit, type RateLimit } from './rate-limit.ts';
import type { Route } from './route.ts';
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
const me = { id: 'svc_1', name: 'Portolan integration', company: 'Sandbox' };

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
