import { createHash } from 'node:crypto';
import type { Expression, Fields, InboundRequest, Judgement, OpenContext, OpenReceive, Scope } from '#sdk';
import type { ReceiveRule } from '../schema/receive.ts';
import { bodyOf, readBody } from './inbound-body.ts';
import { scopeOf } from './scope-of.ts';

const defaultMaxBytes = 1024 * 1024;

/** Opens the door for one kind of events. */
export function openReceive(rule: ReceiveRule, context: OpenContext<unknown>): OpenReceive {
  const { env } = context;
  const scope = scopeOf(context);
  return {
    maxBytes: rule.size ?? defaultMaxBytes,
    async judge(request) {
      const stored = readBody(request.headers['content-type'], request.body);
      const body = stored && bodyOf(stored);
      if (!stored || body === undefined) return { is: 'unreadable' };
      const names: Scope = { ...scope, headers: request.headers, request: seen(request, stored.text) };
      const value = (expression: Expression): Promise<unknown> => valueOf(() => expression.evaluate(body, names, env));
      if (!isOpenToAll(rule) && (await value(rule.verify)) !== true) return { is: 'refused' };
      const id = rule.id && (await value(rule.id));
      return { is: 'accepted', id: idOf(id, request.body), content: { ...stored } satisfies Fields };
    },
  } satisfies { maxBytes: number; judge(request: InboundRequest): Promise<Judgement> };
}

/** `verify: none` is a word, as it is in `auth: none`. */
const isOpenToAll = ({ verify }: ReceiveRule): boolean => verify.text === 'none';

const seen = ({ method, path, query }: InboundRequest, body: string): Fields => ({ method, path, query, body });

/** What errs proves nothing, and names nothing. */
async function valueOf(evaluate: () => unknown): Promise<unknown> {
  try {
    return await evaluate();
  } catch {
    return undefined;
  }
}

/** The two kinds of ids never meet. */
function idOf(id: unknown, body: Uint8Array): string {
  if ((typeof id === 'string' && id !== '') || typeof id === 'number') return `id ${id}`;
  return `body ${createHash('sha256').update(body).digest('hex')}`;
}
