import type { Call } from './route.ts';

/** The version that `If-Match` names; undefined without the header or for `*`. */
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
