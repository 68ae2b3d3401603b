import type { IncomingHttpHeaders } from 'node:http';
import { ApiFailure, invalid } from './failure.ts';

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

/** True for a map, not a list. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The JSON map in the body. Throws 415, `bad_json`, `invalid`. */
export function readMap(call: Call, whenEmpty?: Record<string, unknown>): Record<string, unknown> {
  if (!call.body.length && whenEmpty) return whenEmpty;
  const type = call.headers['content-type'] ?? '';
  if (!/^application\/([\w.-]+\+)?json\b/i.test(type))
    throw new ApiFailure(415, 'unsupported_media_type', 'The body must be application/json.');
  const body = parseJson(call.body);
  if (!isMap(body)) throw invalid('', 'The body must be a map.');
  return body;
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new ApiFailure(400, 'bad_json', 'The body is not JSON.');
  }
}

const MAX_ITEMS = 500;

/** The list `name` in the body, 1 to 500 items. Throws `invalid` and 413 `too_many_items`. */
export function readItems(call: Call, name: string): unknown[] {
  const items = readMap(call)[name];
  if (!Array.isArray(items) || !items.length) throw invalid(name, `${name} must be a list of 1 to ${MAX_ITEMS} items.`);
  if (items.length > MAX_ITEMS)
    throw new ApiFailure(413, 'too_many_items', `At most ${MAX_ITEMS} items, here are ${items.length}.`);
  return items;
}

/** Judges each item alone: what `run` answers, or the refusal that it throws, with the item's `row`. */
export function perItem(items: unknown[], run: (item: unknown) => Record<string, unknown>): Answer {
  const results = items.map((item, row) => {
    try {
      return { row, ...run(item) };
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      const { field, existingId } = error.details;
      const id =
        isMap(item) && typeof item['id'] === 'string' ? item['id'] : typeof item === 'string' ? item : undefined;
      return { row, status: 'error', id, code: error.code, field, existingId, message: error.message };
    }
  });
  return { json: { results } };
}

/** The version that `If-Match` names; undefined without the header or for `*`. Throws `bad_query`. */
export function readIfMatch(call: Call): number | undefined {
  const header = call.headers['if-match'];
  if (header === undefined || header === '*') return undefined;
  const version = /^(?:W\/)?"(\d+)"$/.exec(header)?.[1];
  // An ETag that we never gave names no current version.
  return version === undefined ? -1 : Number(version);
}

/** The entity tag of a version. */
export function etag(version: number): Record<string, string> {
  return { ETag: `"${version}"` };
}
