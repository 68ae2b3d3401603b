import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { parseExactJson } from './exact-json.ts';
import { readLinkHeader } from './link-header.ts';
import type { BodyStream } from './streamed-body.ts';

/** An answer whose body was read whole, or is given as a stream. */
export interface HttpAnswer {
  /** Where it came from, after redirects. */
  url: URL;
  status: number;
  /** Names in lower case; several values are joined by `, `. */
  headers: Record<string, string>;
  /** Each `Set-Cookie` header, where there are any. */
  setCookies?: readonly string[];
  /** Addresses of the `Link` header by relation. */
  links: Record<string, string>;
  /** JSON without nulls, numbers that can't be held exactly as text; an empty body is `{}`; plain text a text. */
  body: unknown;
  /** `broken`: it was announced as JSON and is none. */
  kind: 'json' | 'text' | 'html' | 'empty' | 'broken';
  /** The body as it comes, where the request takes it so: `kind` is `empty` then. It must be read or discarded. */
  stream?: BodyStream;
}

const decompressors: Record<string, (bytes: Uint8Array, limit: { maxOutputLength: number }) => Buffer> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
};

/** Undoes the content coding. Throws RangeError above the limit and what zlib throws for broken bytes. */
export function decompressed(bytes: Uint8Array, encoding: string | undefined, maxOutputLength: number): Uint8Array {
  const decompress = decompressors[encoding?.trim().toLowerCase() ?? ''];
  return decompress ? decompress(bytes, { maxOutputLength }) : bytes;
}

/** Makes an answer of status, headers and bytes. */
export function readAnswer(
  url: URL,
  status: number,
  rawHeaders: Record<string, string | string[] | undefined>,
  bytes: Uint8Array,
): HttpAnswer {
  const headers = Object.fromEntries(
    Object.entries(rawHeaders).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
    ),
  ) as Record<string, string>;
  const links = readLinkHeader(headers.link);
  const cookies = [rawHeaders['set-cookie'] ?? []].flat();
  const setCookies = cookies.length > 0 ? { setCookies: cookies } : {};
  return { url, status, headers, ...setCookies, links, ...readBody(headers['content-type'] ?? '', bytes) };
}

function readBody(contentType: string, bytes: Uint8Array): Pick<HttpAnswer, 'body' | 'kind'> {
  const type = contentType.toLowerCase();
  const text = new TextDecoder(charsetOf(type)).decode(bytes);
  if (text.trim() === '') return { kind: 'empty', body: {} };
  if (/^\s*<(!doctype html|html)\b/i.test(text) || type.startsWith('text/html')) return { kind: 'html', body: text };
  const isJson = /[/+]json\b/.test(type);
  if (!isJson && !/^\s*[[{]/.test(text)) return { kind: 'text', body: text };
  try {
    return { kind: 'json', body: parseExactJson(text) };
  } catch {
    return { kind: isJson ? 'broken' : 'text', body: text };
  }
}

function charsetOf(type: string): string {
  const named = /charset="?([\w-]+)/.exec(type)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(named).encoding;
  } catch {
    return 'utf-8';
  }
}
