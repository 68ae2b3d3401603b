/** Hands items to one reader; `push` waits until the item before was taken and asked beyond, so that memory stays flat. */
export interface Channel<T> {
  /** Rejects with the reason once the reader has failed. */
  push(item: T): Promise<void>;
  /** No more items. */
  finish(): void;
  /** The reader has ended: pushes reject with this. */
  fail(error: unknown): void;
  items: AsyncIterable<T>;
}

export function newChannel<T>(): Channel<T> {
  interface Pushed {
    item: T;
    taken(): void;
    refused(error: unknown): void;
  }
  let waiting: Pushed | undefined;
  let inFlight: Pushed | undefined;
  let wake: (() => void) | undefined;
  let isFinished = false;
  let failure: { error: unknown } | undefined;

  const wakeReader = () => {
    wake?.();
    wake = undefined;
  };
  async function* items(): AsyncGenerator<T> {
    for (;;) {
      if (waiting) {
        const { item, taken } = waiting;
        waiting = undefined;
        yield item;
        // The reader came back for more, so the item is encoded and its bytes are written.
        taken();
      } else if (isFinished) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  return {
    push: (item) =>
      new Promise((resolve, reject) => {
        if (failure) return reject(failure.error);
        waiting = { item, taken: resolve, refused: reject };
        inFlight = waiting;
        wakeReader();
      }),
    finish() {
      isFinished = true;
      wakeReader();
    },
    fail(error) {
      failure = { error };
      inFlight?.refused(error);
    },
    items: items(),
  };
}
