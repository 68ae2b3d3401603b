import type { User } from './user.ts';

/** What happened to one user. `id` of a conflict is the user that already has the value. */
export interface LedgerEvent {
  /** ISO moment. */
  at: string;
  kind: 'created' | 'updated' | 'blocked' | 'unblocked' | 'conflict';
  id: string;
  externalId: string | null;
}

/** One request; `status` is null where no answer left the server. */
export interface LedgerRequest {
  at: string;
  method: string;
  path: string;
  status: number | null;
}

/** What the LMS really did. The counts are of users, `requests` of requests, `noop` of changes that changed nothing. */
export interface LmsLedger {
  counts: {
    created: number;
    updated: number;
    blocked: number;
    unblocked: number;
    conflicts: number;
    noop: number;
    invalid: number;
    requests: number;
  };
  /** Requests by endpoint, e.g. `POST /users/{id}/block`; `unknown` for paths that do not exist. */
  byEndpoint: Record<string, number>;
  events: LedgerEvent[];
  requests: LedgerRequest[];
  /** The most requests that were in work at one time. */
  peakInFlight: number;
  /** A copy of all users. */
  users(): User[];
}

/** An empty ledger over the given users. */
export function newLedger(users: () => User[]): LmsLedger {
  const counts = { created: 0, updated: 0, blocked: 0, unblocked: 0, conflicts: 0, noop: 0, invalid: 0, requests: 0 };
  return { counts, byEndpoint: {}, events: [], requests: [], peakInFlight: 0, users };
}

const countOf = {
  created: 'created',
  updated: 'updated',
  blocked: 'blocked',
  unblocked: 'unblocked',
  conflict: 'conflicts',
} as const;

/** Writes an event and counts it. */
export function note(ledger: LmsLedger, event: LedgerEvent): void {
  ledger.events.push(event);
  ledger.counts[countOf[event.kind]] += 1;
}
