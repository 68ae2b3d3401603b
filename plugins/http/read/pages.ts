import type { Fields, Scope } from '#sdk';
import { compose, type Overlay } from '../compose.ts';
import { answerNames } from '../verdict.ts';
import { askPatiently, type Asked } from './ask.ts';
import { nextPage } from './next-page.ts';
import type { Reading } from './reading.ts';
import { recordsOf } from './records.ts';

/** Records of one page, as the API gave them; `scope` holds what `item` may see. */
export interface Page {
  records: Fields[];
  scope: Scope;
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
    const request = await compose(session, rule.request, {}, asking, overlay);
    if (!series.admits(request)) return;
    const isFirst = page === 1 && cursor?.isReadingOn() === true;
    const expired = isFirst ? rule.cursor?.expired : undefined;
    const tools = {
      session,
      rules,
      scope: asking,
      signal: context.signal,
      maySkip: rule.for !== undefined,
      ...(expired ? { expired } : {}),
    };
    const { answer, isEmpty, instead }: Asked = await askPatiently(tools, request, (message) => context.note(message));
    if (instead === 'expired') throw new Expired();
    if (instead === 'skipped') throw new Skipped();
    const names: Scope = { ...asking, ...answerNames(answer) };
    const records = isEmpty ? [] : await recordsOf(session, rule.records, answer, names);
    series.page(records);
    if (rule.total && !isEmpty) series.total(await rule.total.evaluate(answer.body, names, session.env));
    yield { records, scope };
    offset += records.length;
    last = records.at(-1) ?? last;
    const after: Scope = { ...names, offset, ...(last === undefined ? {} : { last }) };
    overlay = isEmpty ? undefined : await nextPage(session, rule.next, answer, after, records.length);
    if (!overlay && !isEmpty) await cursor?.lastPage(answer, after);
  }
  series.finish();
}
