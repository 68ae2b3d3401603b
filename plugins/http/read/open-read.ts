import type { Fields, OpenSource, ReadBatch, Scope, Shape, SourceContext } from '#sdk';
import type { Connector } from '../document.ts';
import type { ReadRule } from '../schema/read.ts';
import { openSession, type Session } from '../session.ts';
import { newCompleteness } from './completeness.ts';
import { newCursor } from './cursor.ts';
import { Expired, type Page } from './pages.ts';
import { newBatches } from './read-batches.ts';
import type { Reading } from './reading.ts';
import { pagesForParents, parentsOf, spansOf } from './sub-reads.ts';

/** Opens a declared read as a source; the names of connector and read name it in reports. */
export async function openRead(
  connector: Connector,
  rule: ReadRule,
  names: { connector: string; part: string },
  context: SourceContext<unknown, unknown>,
): Promise<OpenSource> {
  const session = await openSession(connector, context, names.part);
  const reading = newReading(session, rule, `${names.connector}.${names.part}`, context);
  const { completeness, cursor } = reading;
  return {
    read: () => readAll(reading),
    end: () => completeness.end(),
    consumptions: () => [],
    cursors() {
      const position = cursor?.position(completeness.isWhole());
      return position && context.cursor ? [{ source: context.cursor.source, position }] : [];
    },
    settled: () => Promise.resolve(),
    close: () => session.close(),
  };
}

function newReading(
  session: Session,
  rule: ReadRule,
  origin: string,
  context: SourceContext<unknown, unknown>,
): Reading {
  const given = context.cursor?.position;
  const cursor = rule.cursor
    ? newCursor(rule.cursor, {
        session,
        given,
        isUnordered: rule.for !== undefined,
        note: (message) => context.note(message),
      })
    : undefined;
  const isPartOnly = (): string | undefined =>
    cursor?.isReadingOn() || rule.cursor?.start !== undefined
      ? 'it holds only what changed since the last read'
      : undefined;
  const completeness = newCompleteness({
    promisesTotal: rule.total !== undefined,
    mayOverlap: cursor !== undefined,
    isPartOnly,
  });
  return { session, rule, origin, context, completeness, scope: session.scope, ...(cursor ? { cursor } : {}) };
}

async function* readAll(opened: Reading): AsyncGenerator<ReadBatch> {
  const { session, rule, context, completeness, cursor } = opened;
  const scope: Scope = { ...session.scope, with: await parametersOf(opened) };
  const reading: Reading = { ...opened, scope };
  const batches = newBatches(reading);
  try {
    for await (const page of pages(reading)) yield* batches(page);
  } catch (error) {
    if (!(error instanceof Expired) || !cursor) throw error;
    cursor.forget();
    context.note('The API no longer knows where the last read ended, so everything is read anew.');
    for await (const page of pages(reading)) yield* batches(page);
  }
  completeness.finish();
  if (rule.cursor && !completeness.isWhole()) {
    context.note(`The cursor stays where it was: ${completeness.end().reason}.`);
  }
}

const pages = (reading: Reading): AsyncGenerator<Page> =>
  reading.rule.for ? pagesForParents(reading, parentsOf(reading)) : spansOf(reading);

/** What the pipeline passes: a compiled shape, as any of it may be an expression. */
async function parametersOf({ context: { options }, session }: Reading): Promise<Fields> {
  const isShape = typeof (options as Partial<Shape> | undefined)?.make === 'function';
  const made = isShape ? await (options as Shape).make({}, session.scope, session.env) : options;
  return (made ?? {}) as Fields;
}
