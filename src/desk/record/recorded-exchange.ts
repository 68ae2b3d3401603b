import { decompressed, readAnswer, type MadeRequest, type ObservedExchange } from '../../connect/net/index.ts';
import { problem } from '../../model/problem.ts';
import { parsed, plainBody, type Exchange } from '../check/exchanges.ts';
import type { Blanker, Kept } from './blank.ts';

/** More would be read by nobody, and belongs in no repository. */
const MAX_EXCHANGES = 200;
const MAX_BYTES = 2 * 1024 * 1024;

/** An exchange that took place, blanked. */
export interface Taken {
  /** What it was asked by, to know it again. */
  request: Exchange['request'];
  answer: Exchange['answer'];
}

/** Headers that an answer is understood by, whatever the connector. */
const understood = new Set(['content-type', 'retry-after', 'link', 'location', 'etag', 'set-cookie']);

/** Headers that say how the bytes came, which a replay does in its own way. */
const ofTheLine = new Set([
  'connection',
  'keep-alive',
  'date',
  'server',
  'transfer-encoding',
  'content-length',
  'content-encoding',
]);

/** Blanks an exchange. Throws RECORD_NOT_TEXT and RECORD_TOO_LARGE. */
export function taken(
  { request, status, headers, bytes: came }: ObservedExchange,
  blank: Blanker,
  { words, names }: Kept,
): Taken {
  const bytes = unpacked(came, request.url);
  const { json, form, body, method, url } = writtenRequest({ ...request, body: bodyText(request.body) });
  const asked = {
    method,
    url: blank.text(url),
    ...(json === undefined ? {} : { json: blank.value(json) }),
    ...(form === undefined ? {} : { form: blank.value(form) as Record<string, string | string[]> }),
    ...(body === undefined ? {} : { body: blank.text(body) }),
  };
  const kept = Object.entries(headers).flatMap(([name, value]) =>
    value !== undefined && !ofTheLine.has(name) && (understood.has(name) || words.has(name))
      ? [[name, names.has(name) ? value : blankHeader(name, value, blank)]]
      : [],
  );
  return {
    request: asked,
    answer: {
      status,
      ...(kept.length > 0 ? { headers: Object.fromEntries(kept) as Record<string, string | string[]> } : {}),
      ...blankBody(readAnswer(request.url, status, headers, bytes), bytes, request.url, blank),
    },
  };
}

/** A request in the words of an exchange. Of its headers those are written that say what is meant. */
export function writtenRequest({ method, url, headers, body }: MadeRequest): Exchange['request'] {
  const type = headers['content-type'] ?? '';
  const said = Object.entries(headers).filter(([name]) => ['if-match', 'prefer', 'soapaction'].includes(name));
  const asked = { method, url: url.href, ...(said.length > 0 ? { headers: Object.fromEntries(said) } : {}) };
  if (body === '') return asked;
  if (/[/+]json\b/.test(type)) return { ...asked, json: parsed(body) };
  if (type.includes('x-www-form-urlencoded')) return { ...asked, form: formOf(new URLSearchParams(body)) };
  return { ...asked, body: plainBody(type, body) };
}

/** A packed file is written as what is in it, which reads the same. */
function unpacked(bytes: Uint8Array, { host }: URL): Uint8Array {
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  try {
    return decompressed(bytes, isPacked ? 'gzip' : undefined, 16 * 1024 * 1024);
  } catch (error) {
    throw error instanceof RangeError ? tooLarge() : notText(host);
  }
}

function formOf(pairs: URLSearchParams): Record<string, string | string[]> {
  return Object.fromEntries(
    [...new Set(pairs.keys())].map((name) => {
      const values = pairs.getAll(name);
      return [name, values.length === 1 ? (values[0] as string) : values];
    }),
  );
}

const bodyText = (body: ObservedExchange['request']['body']): string =>
  typeof body === 'string' ? body : body instanceof Uint8Array ? Buffer.from(body).toString('utf8') : '';

function blankHeader(name: string, value: string | string[], blank: Blanker): string | string[] {
  if (Array.isArray(value)) return value.map((item) => blankHeader(name, item, blank) as string);
  // A body is written as UTF-8, whatever it came in.
  if (name === 'content-type') return value.replace(/charset="?[\w-]+"?/i, 'charset=utf-8');
  if (name === 'set-cookie')
    return value.replace(/^([^=]+=)([^;]*)/, (_, own: string, text: string) => own + blank.text(text));
  return name === 'retry-after' ? value : blank.text(value);
}

function blankBody(
  { kind, body }: ReturnType<typeof readAnswer>,
  bytes: Uint8Array,
  url: URL,
  blank: Blanker,
): Pick<Exchange['answer'], 'json' | 'body'> {
  if (kind === 'empty') return {};
  if (kind === 'json') return { json: blank.value(body) };
  const text = String(body);
  if (bytes.includes(0)) throw notText(url.host);
  return { body: /^\s*</.test(text) ? blank.xml(text) : blank.text(text) };
}

/** Throws RECORD_TOO_LARGE for more exchanges, or a larger last one, than anybody reads. */
export function refuseTooLarge(heard: readonly Taken[]): void {
  if (heard.length > MAX_EXCHANGES || JSON.stringify(heard.at(-1)).length > MAX_BYTES) throw tooLarge();
}

const tooLarge = (): Error =>
  problem(
    'RECORD_TOO_LARGE',
    `The recording has more than ${MAX_EXCHANGES} exchanges, or an answer of more than 2 MB.`,
    {
      fix: 'Ask for less: a parameter of the read by --with, a shorter --source.',
    },
  );

const notText = (host: string): Error =>
  problem('RECORD_NOT_TEXT', `An answer of ${host} is no text, which a list of exchanges can't hold.`, {
    fix: 'Record another part of the connector; this one is tried against a server.',
  });
