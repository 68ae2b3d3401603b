/**
 * The same items for several readers, in step: the next one is taken when all have asked for it, so that none is kept. A
 * reader that leaves ends it for the others.
 */
export function forAll<T>(items: AsyncIterable<T>, readers: number): AsyncIterable<T>[] {
  const source = items[Symbol.asyncIterator]();
  let waiting: ((result: Promise<IteratorResult<T>>) => void)[] = [];
  let over: Promise<IteratorResult<T>> | undefined;

  const answer = (result: Promise<IteratorResult<T>>): void => {
    const asked = waiting;
    waiting = [];
    for (const give of asked) give(result);
  };
  const ask = (): Promise<IteratorResult<T>> =>
    over ??
    new Promise((give) => {
      waiting.push(give);
      if (waiting.length === readers) answer(source.next());
    });
  const leave = async (): Promise<IteratorResult<T>> => {
    if (!over) {
      over = Promise.resolve({ done: true, value: undefined });
      answer(over);
      await source.return?.();
    }
    return over;
  };
  return Array.from({ length: readers }, () => ({ [Symbol.asyncIterator]: () => ({ next: ask, return: leave }) }));
}
