import type { Fields, OpenSource, ReadBatch, Scope, Shape, SourceContext } from '#sdk';
import { compose, type Overlay } from '../compose.ts';
import type { Connector } from '../document.ts';
import type { ReadRule } from '../schema/read.ts';
import { openSession, type Session } from '../session.ts';
import { answerNames } from '../verdict.ts';
import { askPatiently } from './ask.ts';
import { newCompleteness, type Completeness } from './completeness.ts';
import { nextPage } from './next-page.ts';
import { batchesOf } from './read-batches.ts';
import { recordsOf } from './records.ts';

/** Opens a declared read as a source; `origin` names it in reports. */
export async function openRead(
  connector: Connector,
  rule: ReadRule,
  origin: string,
  context: SourceContext<unknown, unknown>,
): Promise<OpenSource> {
  const session = await openSession(connector, context);
  const completeness = newCompleteness(rule.total !== undefined);
  return {
    read: () => readPages({ session, rule, origin, context, completeness }),
    end: () => completeness.end(),
    consumptions: () => [],
    settled: () => Promise.resolve(),
    close: () => session.close(),
  };
}

/** What reading pages needs. */
export interface Reading {
  session: Session;
  rule: ReadRule;
  origin: string;
  context: SourceContext<unknown, unknown>;
  completeness: Completeness;
}

async function* readPages(reading: Reading): AsyncGenerator<ReadBatch> {
  const { session, rule, context, completeness } = reading;
  const rules = [...(rule.errors ?? []), ...(session.connector.http.errors ?? [])];
  const fixed: Scope = { ...session.scope, with: await parametersOf(reading) };
  let overlay: Overlay | undefined = {};
  let offset = 0;
  let last: unknown;
  for (let page = 1; overlay; page += 1) {
    const asking: Scope = { ...fixed, page, offset, ...(last === undefined ? {} : { last }) };
    const request = await compose(session, rule.request, {}, asking, overlay);
    if (!completeness.admits(request)) return;
    const tools = { session, rules, scope: asking, signal: context.signal };
    const { answer, isEmpty } = await askPatiently(tools, request, (message) => context.note(message));
    const names: Scope = { ...asking, ...answerNames(answer) };
    const records = isEmpty ? [] : await recordsOf(session, rule.records, answer, names);
    completeness.page(records);
    if (rule.total && !isEmpty) completeness.total(await rule.total.evaluate(answer.body, names, session.env));
    yield* batchesOf(reading, records, offset, fixed);
    offset += records.length;
    last = records.at(-1) ?? last;
    const after: Scope = { ...names, offset, ...(last === undefined ? {} : { last }) };
    overlay = isEmpty ? undefined : await nextPage(session, rule.next, answer, after, records.length);
  }
  completeness.finish();
}

/** What the pipeline passes: a compiled shape, as any of it may be an expression. */
async function parametersOf({ context: { options }, session }: Reading): Promise<Fields> {
  const isShape = typeof (options as Partial<Shape> | undefined)?.make === 'function';
  const made = isShape ? await (options as Shape).make({}, session.scope, session.env) : options;
  return (made ?? {}) as Fields;
}
