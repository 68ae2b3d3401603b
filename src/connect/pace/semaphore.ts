/** Lets so many in at once; the rest wait in the order in which they came. */
export interface Semaphore {
  /** Resolves with what leaves again; rejects with the signal's reason when it is aborted while waiting. */
  enter(signal?: AbortSignal): Promise<() => void>;
}

export function newSemaphore(places: number): Semaphore {
  let free = places;
  const waiting: (() => void)[] = [];

  const leaveOnce = (): (() => void) => {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    };
  };

  return {
    async enter(signal) {
      signal?.throwIfAborted();
      if (free > 0) {
        free -= 1;
        return leaveOnce();
      }
      return new Promise((resolve, reject) => {
        const admit = (): void => {
          signal?.removeEventListener('abort', giveUp);
          resolve(leaveOnce());
        };
        const giveUp = (): void => {
          waiting.splice(waiting.indexOf(admit), 1);
          reject(signal?.reason as Error);
        };
        waiting.push(admit);
        signal?.addEventListener('abort', giveUp, { once: true });
      });
    },
  };
}
