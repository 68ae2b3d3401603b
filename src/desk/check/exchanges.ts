import type { MadeRequest } from '../../connect/net/index.ts';
import { canonicalText } from '../../engine/diff/canonical.ts';
import { problem } from '../../model/problem.ts';
import type { Fields } from '../../model/record.ts';
import { readFixture } from './check-document.ts';

/** A request as it is expected, and what is answered to it. Of a body one form is written. */
export interface Exchange {
  request: Body & { method: string; url: string; headers?: Record<string, string> };
  answer: { status?: number; headers?: Record<string, string | string[]>; json?: unknown; body?: string };
}

interface Body {
  json?: unknown;
  /** A field may come several times: then its value is a list. */
  form?: Record<string, string | string[]>;
  body?: string;
}

/** Reads a fixture of exchanges. Throws FIXTURE_UNREADABLE. */
export function readExchanges(path: string): Exchange[] {
  const list = readFixture(path);
  if (Array.isArray(list) && list.every(isExchange)) return list;
  throw problem('FIXTURE_UNREADABLE', `The fixture ${path} is not a list of exchanges.`, {
    class: 'config',
    fix: 'Write a list of { "request": { "method": "GET", "url": "https://…" }, "answer": { "status": 200, "json": … } }.',
  });
}

function isExchange(item: unknown): item is Exchange {
  const { request, answer } = (item ?? {}) as Partial<Exchange>;
  const isRequest = typeof request?.method === 'string' && typeof request.url === 'string' && URL.canParse(request.url);
  return isRequest && typeof answer === 'object' && answer !== null;
}

/** How a request differs from the one expected, by meaning: one line each, none where they are the same. */
export function requestDifferences({ request }: Exchange, made: MadeRequest): string[] {
  const url = new URL(request.url);
  const headers = Object.entries(request.headers ?? {}).flatMap(([name, value]) =>
    differ(`header ${name}`, value, made.headers[name.toLowerCase()]),
  );
  return [
    ...differ('method', request.method.toUpperCase(), made.method),
    ...differ('address', `${url.origin}${url.pathname}`, `${made.url.origin}${made.url.pathname}`),
    ...differ('query', pairsOf(url.searchParams), pairsOf(made.url.searchParams)),
    ...headers,
    ...bodyDifferences(request, made),
  ];
}

function bodyDifferences(expected: Body, { body, headers }: MadeRequest): string[] {
  if (expected.json !== undefined) return differ('body', expected.json, parsed(body));
  if (expected.form !== undefined) {
    const pairs = Object.entries(expected.form).flatMap(([name, value]) => [value].flat().map((each) => [name, each]));
    return differ(
      'body',
      pairsOf(new URLSearchParams(pairs as [string, string][])),
      pairsOf(new URLSearchParams(body)),
    );
  }
  return differ('body', expected.body ?? '', plainBody(headers['content-type'] ?? '', body));
}

/** A body of parts has a boundary of its own each time. */
export function plainBody(contentType: string, body: string): string {
  const boundary = /boundary="?([^";]+)/.exec(contentType)?.[1];
  return boundary === undefined ? body : body.replaceAll(boundary, 'boundary');
}

/** In no order, but those of one name. */
const pairsOf = (params: URLSearchParams): string[] =>
  [...new Set(params.keys())].sort().flatMap((name) => params.getAll(name).map((value) => `${name}=${value}`));

/** A JSON text as its value; any other text as it is. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Maps in any order, lists in theirs. The first place that differs is told. */
function differ(what: string, expected: unknown, was: unknown): string[] {
  if (same(expected, was)) return [];
  if (Array.isArray(expected) && Array.isArray(was) && expected.length === was.length) {
    const at = expected.findIndex((item, index) => !same(item, was[index]));
    return differ(`${what}[${at}]`, expected[at], was[at]);
  }
  if (isMap(expected) && isMap(was)) {
    const name = [...Object.keys(expected), ...Object.keys(was)].find((key) => !same(expected[key], was[key])) ?? '';
    return differ(`${what}.${name}`, expected[name], was[name]);
  }
  return [`${what}: expected ${shown(expected)}, was ${shown(was)}`];
}

const isMap = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const same = (a: unknown, b: unknown): boolean => canonicalText([a ?? null]) === canonicalText([b ?? null]);
const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));
