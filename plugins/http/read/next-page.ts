import { problem, type Fields, type HttpAnswer, type Scope, type Shape } from '#sdk';
import type { Overlay } from '../compose.ts';
import type { ReadRule } from '../schema/read.ts';
import type { Session } from '../session.ts';

/** What the next page lays over the request; undefined when this was the last one. */
export async function nextPage(
  session: Session,
  next: ReadRule['next'],
  answer: HttpAnswer,
  scope: Scope,
  received: number,
): Promise<Overlay | undefined> {
  if (!next) return undefined;
  const { env } = session;
  if (next.while && (received === 0 || !(await next.while.evaluate(answer.body, scope, env)))) return undefined;
  const overlay: Overlay = {};
  if (next.url) {
    const address = await next.url.evaluate(answer.body, scope, env);
    if (address === undefined || address === '') return undefined;
    overlay.url = nextUrl(String(address), answer);
  }
  for (const part of ['query', 'json'] as const) {
    const shape = next[part];
    if (!shape) continue;
    if (!(await hasAllValues(session, shape, answer, scope))) return undefined;
    overlay[part] = (await shape.make(answer.body, scope, env)) as Fields;
  }
  return overlay;
}

async function hasAllValues({ env }: Session, shape: Shape, answer: HttpAnswer, scope: Scope): Promise<boolean> {
  for (const { expression } of shape.expressions) {
    const value = await expression.evaluate(answer.body, scope, env);
    if (value === undefined || value === '') return false;
  }
  return true;
}

function nextUrl(address: string, { url }: HttpAnswer): URL {
  if (URL.canParse(address, url.href)) return new URL(address, url);
  throw problem('HTTP_URL_INVALID', `An answer of ${url.host} names a next page that is no address.`, {
    fix: 'Correct `next.url` in the connector.',
  });
}
