import { problem, type Fields, type HttpAnswer, type Scope, type Unreadable } from '#sdk';
import { compose, type Overlay } from '../compose.ts';
import { answerNames } from '../verdict.ts';
import { askPatiently } from './ask.ts';
import type { Series } from './completeness.ts';
import { decodedPages, takingStreams } from './decoded.ts';
import { nextPage } from './next-page.ts';
import type { Reading } from './reading.ts';
import { recordsOf } from './records.ts';

/** Records of one page or of a part of it, as the API gave them; `scope` holds what `item` may see. */
export interface Page {
  records: Fields[];
  scope: Scope;
  /** Rows that the format could not decode. */
  unreadable?: readonly Unreadable[];
  /** Columns that the format knows. */
  columns?: string[];
}

/** The API does not know any more where the last read ended. */
export class Expired extends Error {}

/** The records of this parent can't be had, as a rule under `errors` says. */
export class Skipped extends Error {}

/**
 * One series of pages: from the declared request to the page after which there is no other. Throws Expired and Skipped,
 * and what fails the run.
 */
export async function* pagesOf(reading: Reading, scope: Scope): AsyncGenerator<Page> {
  const { session, rule, context, completeness, cursor } = reading;
  const series = completeness.series();
  const rules = [...(rule.errors ?? []), ...(session.connector.http.errors ?? [])];
  const from = cursor?.url();
  let overlay: Overlay | undefined = from === undefined ? {} : { url: new URL(from) };
  let offset = 0;
  let last: unknown;
  for (let page = 1; overlay; page += 1) {
    const asking: Scope = { ...scope, page, offset, ...(last === undefined ? {} : { last }) };
    const request = takingStreams(reading, await compose(session, rule.request, {}, asking, overlay));
    if (!series.admits(request)) return;
    const isFirst = page === 1 && cursor?.isReadingOn() === true;
    const expired = isFirst ? rule.cursor?.expired : undefined;
    const tools = { session, rules, scope: asking, signal: context.signal, maySkip: rule.for !== undefined };
    const patient = { ...tools, ...(expired ? { expired } : {}) };
    const { answer, isEmpty, instead } = await askPatiently(patient, request, (message) => context.note(message));
    if (instead === 'expired') throw new Expired();
    if (instead === 'skipped') throw new Skipped();
    const names: Scope = { ...asking, ...answerNames(answer) };
    const came = yield* partsOf(reading, isEmpty ? undefined : answer, names, scope, series);
    if (rule.total && !isEmpty) series.total(await rule.total.evaluate(answer.body, names, session.env));
    offset += came.count;
    last = came.last ?? last;
    const after: Scope = { ...names, offset, ...(last === undefined ? {} : { last }) };
    overlay = isEmpty ? undefined : await nextPage(session, rule.next, answer, after, came.count);
    if (!overlay && !isEmpty) await cursor?.lastPage(answer, after);
  }
  series.finish();
}

/** The records of one answer; at the end how many they were, and the last. */
async function* partsOf(
  reading: Reading,
  answer: HttpAnswer | undefined,
  names: Scope,
  scope: Scope,
  series: Series,
): AsyncGenerator<Page, { count: number; last: unknown }> {
  const { session, rule, completeness } = reading;
  if (answer?.stream) {
    const decoded = yield* decodedPages(reading, { answer, stream: answer.stream }, scope);
    series.streamed(decoded);
    if (decoded.cut !== undefined) completeness.doubt(decoded.cut);
    return decoded;
  }
  if (answer && rule.format !== undefined && rule.format !== 'json' && answer.kind !== 'empty') {
    throw otherFormat(answer);
  }
  const records = answer ? await recordsOf(session, rule.records, answer, names) : [];
  series.page(records);
  yield { records, scope };
  return { count: records.length, last: records.at(-1) };
}

const otherFormat = ({ url, headers }: HttpAnswer) =>
  problem(
    'READ_OTHER_FORMAT',
    `${url.host} answered ${headers['content-type'] ?? 'without a content type'} where a read declares another format.`,
    { fix: 'Correct `format` in the connector. Where this answer says what went wrong, name it under `errors`.' },
  );
