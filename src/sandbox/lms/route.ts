import type { IncomingHttpHeaders } from 'node:http';
import { ApiFailure } from './failure.ts';

/** A request that passed token and limits. */
export interface Call {
  method: string;
  /** Path below /api/v1. */
  path: string;
  params: Record<string, string>;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
  now(): Date;
  /** How many items of the page before are repeated: the overlap fault. */
  overlapItems: number;
}

/** `json` or `bytes` is the body. */
export interface Answer {
  status?: number;
  json?: unknown;
  bytes?: Buffer;
  headers?: Record<string, string>;
}

/** An endpoint; `commits` when it changes the state. */
export interface Route {
  method: string;
  /** e.g. `/users/{id}`. */
  path: string;
  commits?: boolean;
  run(call: Call): Answer;
}

/** The route of a request and its path parameters. Throws 404 or 405. */
export function matchRoute(routes: readonly Route[], method: string, path: string) {
  const parts = path.split('/');
  const matches = routes.flatMap((route) => {
    const params = matchPath(route.path.split('/'), parts);
    return params ? [{ route, params }] : [];
  });
  // `/users/search` is also `/users/{id}`: the path with fewer parameters is meant.
  matches.sort((a, b) => Object.keys(a.params).length - Object.keys(b.params).length);
  const fewest = Object.keys(matches[0]?.params ?? {}).length;
  const candidates = matches.filter(({ params }) => Object.keys(params).length === fewest);
  const match = candidates.find(({ route }) => route.method === method);
  if (match) return match;
  if (!matches.length) throw new ApiFailure(404, 'not_found', 'There is no such path.');
  const allowed = candidates.map(({ route }) => route.method).join(', ');
  throw new ApiFailure(405, 'method_not_allowed', `Here only ${allowed} is possible.`, { headers: { Allow: allowed } });
}

function matchPath(pattern: string[], parts: string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, wanted] of pattern.entries()) {
    const part = parts[index] as string;
    if (wanted.startsWith('{') && part) params[wanted.slice(1, -1)] = safeDecode(part);
    else if (wanted !== part) return undefined;
  }
  return params;
}

function safeDecode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
