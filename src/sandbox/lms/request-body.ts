import { ApiFailure, invalid } from './failure.ts';
import type { Answer, Call } from './route.ts';

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
