import type { Fields } from '#sdk';
import { newCompleteness } from './completeness.ts';
import { pagesOf, Skipped, type Page } from './pages.ts';
import type { Reading } from './reading.ts';

/** Requests of so many parents at once, where neither the read nor a limit says. */
const defaultConcurrency = 4;

/** What one parent gave: its pages, and then perhaps that the rest can't be had. */
type Part = Page | 'skipped';

/** The pages of a read `for` each record of another, in the order of those. */
export async function* pagesForParents(reading: Reading, parents: AsyncIterable<Fields>): AsyncGenerator<Page> {
  const { rule, session, completeness } = reading;
  const limit = Math.min(rule.for?.concurrency ?? defaultConcurrency, session.concurrency ?? Infinity);
  const scopes = mapped(parents, (parent) => partsOf({ ...reading, scope: { ...reading.scope, parent } }));
  for await (const part of inOrder(scopes, limit)) {
    if (part === 'skipped') completeness.skipped();
    else yield part;
  }
}

async function* partsOf(reading: Reading): AsyncGenerator<Part> {
  try {
    yield* spansOf(reading);
  } catch (error) {
    if (!(error instanceof Skipped)) throw error;
    yield 'skipped';
  }
}

/** Span after span of a cursor's time, or the one series of pages. */
export async function* spansOf(reading: Reading): AsyncGenerator<Page> {
  for (const span of reading.cursor?.spans() ?? [{}]) {
    yield* pagesOf(reading, { ...reading.scope, ...span });
  }
}

/** The records of the read that `for` names, as the API gives them: all of them, whatever its cursor says. */
export async function* parentsOf(reading: Reading): AsyncGenerator<Fields> {
  const { session, rule, completeness } = reading;
  const parentRule = session.connector.read?.[rule.for?.read ?? ''];
  if (!parentRule) throw new TypeError('the read of parents is there by validation');
  const { cursor: _own, ...whole } = parentRule;
  const own = newCompleteness({ promisesTotal: whole.total !== undefined });
  const { cursor: _mine, ...bare } = reading;
  const parents: Reading = { ...bare, rule: whole, completeness: own };
  for await (const page of whole.for ? pagesForParents(parents, parentsOf(parents)) : spansOf(parents)) {
    yield* page.records;
  }
  own.finish();
  const end = own.end();
  if (!end.complete) completeness.doubt(`of the parents: ${end.reason}`);
}

async function* mapped<A, B>(items: AsyncIterable<A>, make: (item: A) => B): AsyncGenerator<B> {
  for await (const item of items) yield make(item);
}

/** Runs generators side by side, each one item ahead, and gives their items one generator after another. */
async function* inOrder<T>(sources: AsyncGenerator<AsyncGenerator<T>>, limit: number): AsyncGenerator<T> {
  const running: { source: AsyncGenerator<T>; next: Promise<IteratorResult<T>> }[] = [];
  let isMore = true;
  const fill = async (): Promise<void> => {
    while (isMore && running.length < limit) {
      const { done, value } = await sources.next();
      if (done) isMore = false;
      else running.push({ source: value, next: quietly(value.next()) });
    }
  };
  try {
    await fill();
    for (let head = running[0]; head; head = running[0]) {
      const { done, value } = await head.next;
      if (done) {
        running.shift();
        await fill();
        continue;
      }
      head.next = quietly(head.source.next());
      yield value;
    }
  } finally {
    await Promise.allSettled([...running.map(({ source }) => source.return(undefined)), sources.return(undefined)]);
  }
}

/** A failure is told when its turn comes, and not before. */
function quietly<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
