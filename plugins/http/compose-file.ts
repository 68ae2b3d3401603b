import type { Environment, Scope } from '#sdk';
import { contentTypeOf, fileOf, notAttached } from './attached.ts';
import type { Body } from './compose-body.ts';
import type { RequestRule } from './schema/request.ts';

/** The part of a file that a request carries: `$fragment`. Without `from` the request asks how far the server is. */
export interface Fragment {
  from?: number;
  /** Behind its last byte. */
  to?: number;
  /** Of the whole file, in bytes. */
  size: number;
}

/** The record's file as a body, whole or the fragment that `$fragment` says. Throws FILE_NOT_ATTACHED. */
export async function composeFile(rule: RequestRule, input: unknown, scope: Scope, env: Environment): Promise<Body> {
  const file = fileOf(await rule.file?.evaluate(input, scope, env), scope);
  if (!file) throw notAttached();
  const { name, size, hash } = file.facts;
  const fragment = scope.fragment as Fragment | undefined;
  if (!fragment) {
    return { contentType: contentTypeOf(name), body: { sizeBytes: size, sha256: hash, open: () => file.read() } };
  }
  const { from, to = size } = fragment;
  if (from === undefined) return { headers: { 'content-range': `bytes */${size}` }, body: '' };
  // RFC 9110 has no range of nothing.
  const range: Record<string, string> = size === 0 ? {} : { 'content-range': `bytes ${from}-${to - 1}/${size}` };
  return {
    contentType: contentTypeOf(name),
    headers: range,
    body: { sizeBytes: to - from, open: () => file.read(from, to) },
  };
}
