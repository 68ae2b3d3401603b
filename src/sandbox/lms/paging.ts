import { ApiFailure } from './failure.ts';
import type { Call } from './route.ts';

/** A page of a list as the API answers it. */
export interface Page<T> {
  items: T[];
  meta: { total: number; next: string | null; limit: number };
}

interface Cursor {
  /** Place in the list, which only ever grows at its end, so a cursor stays right while people are added. */
  position: number;
  /** Number of the page that the cursor leads to, from 1. */
  page: number;
}

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 500;

/** Reads a cursor; the first page without one. Throws `bad_cursor`. */
export function readCursor(text: string | null): Cursor {
  if (text === null) return { position: 0, page: 1 };
  const [position, page, rest] = Buffer.from(text, 'base64url').toString('latin1').split(':').map(Number);
  if (position === undefined || page === undefined || rest !== undefined || !(position >= 0) || !(page >= 1))
    throw new ApiFailure(400, 'bad_cursor', 'The cursor is not one of ours.');
  return { position, page };
}

function readLimit(text: string | null): number {
  if (text === null) return DEFAULT_LIMIT;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new ApiFailure(400, 'bad_query', `limit must be a whole number from 1 to ${MAX_LIMIT}.`, { field: 'limit' });
}

/** Reads a moment from the query. Throws `bad_query`. */
export function readMoment(call: Call, name: string): number | undefined {
  const text = call.query.get(name);
  if (text === null) return undefined;
  const moment = Date.parse(text);
  if (Number.isNaN(moment)) throw new ApiFailure(400, 'bad_query', `${name} must be an ISO moment.`, { field: name });
  return moment;
}

/** The page that the call asks for, of those items that `keep` lets through; of all without it. */
export function pageOf<T>(call: Call, items: readonly T[], keep?: (item: T) => boolean): Page<T> {
  const limit = readLimit(call.query.get('limit'));
  const { position, page } = readCursor(call.query.get('cursor'));
  const found: T[] = [];
  let at = Math.max(0, position - call.overlapItems);
  for (; at < items.length && found.length < limit; at += 1) {
    const item = items[at] as T;
    if (!keep || keep(item)) found.push(item);
  }
  const isMore = keep ? items.slice(at).some(keep) : at < items.length;
  const total = keep ? items.filter(keep).length : items.length;
  const next = isMore ? Buffer.from(`${at}:${page + 1}`, 'latin1').toString('base64url') : null;
  return { items: found, meta: { total, next, limit } };
}

/** Filters of the query, each equal to the field of its name, plus `updatedFrom`; nothing when there are none. */
export function queryFilter<T extends { updatedAt: string }>(call: Call, names: readonly (keyof T & string)[]) {
  const updatedFrom = readMoment(call, 'updatedFrom');
  const wanted = names.flatMap((name) => (call.query.has(name) ? [[name, call.query.get(name)] as const] : []));
  if (!wanted.length && updatedFrom === undefined) return undefined;
  return (item: T): boolean =>
    wanted.every(([name, value]) => String(item[name]) === value) &&
    (updatedFrom === undefined || Date.parse(item.updatedAt) >= updatedFrom);
}
