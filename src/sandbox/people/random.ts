/** Numbers that a seed decides: the same seed gives the same people on every machine. */
export interface Random {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  /** One of the items. */
  pick<T>(items: readonly T[]): T;
}

/** Mixes two whole numbers into 32 bits (the finalizer of MurmurHash3). */
export function mix(seed: number, value: number): number {
  let hash = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A generator of random numbers (mulberry32). */
export function newRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return (bits ^ (bits >>> 14)) >>> 0;
  };
  const below = (limit: number): number => Math.floor((next() / 2 ** 32) * limit);
  return { below, pick: (items) => items[below(items.length)] as (typeof items)[number] };
}

/** The items in an order that the seed decides. */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = newRandom(seed);
  const result = [...items];
  for (let index = result.length - 1; index > 0; index -= 1) {
    const other = random.below(index + 1);
    [result[index], result[other]] = [result[other] as T, result[index] as T];
  }
  return result;
}

/**
 * The place of `index` in a random order of 0…count-1, computed without holding the order: invertible steps on the next
 * power of two, walked until the result is in range.
 */
export function placeInRandomOrder(index: number, count: number, seed: number): number {
  const bits = Math.max(2, Math.ceil(Math.log2(Math.max(count, 2))));
  const mask = 2 ** bits - 1;
  const shift = Math.ceil(bits / 2);
  const odd = (mix(seed, 1) | 1) >>> 0;
  let place = index;
  do {
    for (let round = 0; round < 3; round += 1) {
      place = (Math.imul(place, odd) + mix(seed, 2 + round)) & mask;
      place ^= place >>> shift;
    }
  } while (place >= count);
  return place;
}
