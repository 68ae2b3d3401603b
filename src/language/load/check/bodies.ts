import type { Path } from '../../compile/schema-walk.ts';
import { isMap } from '../load-workspace.ts';
import { quoted } from '../../catalogue/words.ts';
import type { DocumentCheck } from './context.ts';

const methods = ['get', 'post', 'put', 'patch', 'delete'];
const bodies = ['json', 'form', 'multipart', 'xml', 'text', 'encode', 'file'];

/** Requests of a connector: each has one body. */
export function checkBodies(check: DocumentCheck): void {
  for (const { request, path } of requestsIn(check.document.value, [])) {
    const [first, ...more] = Object.keys(request).filter((word) => bodies.includes(word));
    for (const second of more) {
      const message = `${quoted(second)} beside ${quoted(first)}: a request has one body.`;
      check.tell('TWO_BODIES', [...path, second], message, `Remove one of them.`, { at: 'key' });
    }
  }
}

/** Every map with a method, wherever it stands; what is sent is no place for requests. */
function* requestsIn(value: unknown, path: Path): Generator<{ request: Record<string, unknown>; path: Path }> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* requestsIn(item, [...path, index]);
    return;
  }
  if (!isMap(value)) return;
  if (methods.some((method) => Object.hasOwn(value, method))) {
    yield { request: value, path };
    return;
  }
  for (const [key, item] of Object.entries(value)) {
    // Parameters, items and schemas are values, whatever their keys are called.
    if (!['with', 'item', 'query', 'headers', 'connection', 'types'].includes(key))
      yield* requestsIn(item, [...path, key]);
  }
}
