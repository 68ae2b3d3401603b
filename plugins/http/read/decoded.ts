import { createHash } from 'node:crypto';
import type { HttpAnswer, OpenFormat, Scope } from '#sdk';
import type { ApiRequest } from '../compose.ts';
import type { Session } from '../session.ts';
import type { Page } from './pages.ts';
import type { Reading } from './reading.ts';

/** Formats that a content type names by itself. */
const byContentType: readonly (readonly [RegExp, string])[] = [
  [/^text\/csv\b/i, 'csv'],
  [/^application\/(x-ndjson|ndjson|jsonl|x-jsonlines)\b/i, 'ndjson'],
];

/** JSON is read by `records`; so is what `format: json` says is JSON. */
const readsJson = ({ rule }: Reading): boolean => rule.format === 'json' || rule.records !== undefined;

/** The format of an answer: what the read declares, else what its content type names. */
function formatOf({ rule }: Reading, contentType: string): unknown {
  if (rule.format !== undefined) return rule.format;
  return byContentType.find(([type]) => type.test(contentType))?.[1];
}

/** The same request, whose answer comes as a stream where a format reads it. A page that is HTML or JSON says something else. */
export function takingStreams(reading: Reading, request: ApiRequest): ApiRequest {
  if (readsJson(reading)) return request;
  const streams = (contentType: string): boolean =>
    formatOf(reading, contentType) !== undefined && !/\bhtml\b|[/+]json\b/i.test(contentType);
  const taking = (made: ApiRequest): ApiRequest => {
    const { again, headers } = made;
    // What was written for the API as a whole; a declared format is asked for by other means than JSON's.
    const isForJson = reading.rule.format !== undefined && headers.accept === 'application/json';
    const accept = isForJson ? { headers: { ...headers, accept: '*/*' } } : {};
    return { ...made, ...accept, streams, ...(again ? { again: async () => taking(await again()) } : {}) };
  };
  return taking(request);
}

/** What became of a streamed answer. */
export interface Decoded {
  count: number;
  /** Of all its records. */
  hash: string;
  last: unknown;
  /** Why it is not whole. */
  cut?: string;
}

/** Reads a streamed answer in its format, part by part; gives at its end what became of it. */
export async function* decodedPages(
  reading: Reading,
  { answer, stream }: { answer: HttpAnswer; stream: AsyncIterable<Uint8Array> },
  scope: Scope,
): AsyncGenerator<Page, Decoded> {
  const { context } = reading;
  const format = openFormat(reading.session, formatOf(reading, answer.headers['content-type'] ?? ''));
  const decoding = format.decode(stream, context.wanted);
  const content = createHash('sha1');
  let count = 0;
  let last: unknown;
  for await (const { records, unreadable, columns } of decoding.batches) {
    for (const record of records) content.update(JSON.stringify(record));
    count += records.length;
    last = records.at(-1) ?? last;
    yield { records, scope, unreadable, ...(columns ? { columns } : {}) };
  }
  const { cut, notes = [] } = decoding.end();
  for (const note of notes) context.note(note);
  return { count, hash: content.digest('base64'), last, ...(cut === undefined ? {} : { cut }) };
}

function openFormat(session: Session, written: unknown): OpenFormat {
  if (!session.openFormat) throw new TypeError('formats are opened by the workspace');
  return session.openFormat(written);
}
