/** Levels that together have no more than so many are read in one pass, and wait in memory. */
const TOGETHER = 20_000;
const A_CHUNK = 500;

/**
 * What can be read again and again, level by level, in chunks of which each is of one level only. Within a level the order
 * stays. Reads it once more than there are groups of levels, whatever their number.
 */
export async function* byLevel<T>(read: () => AsyncIterable<T[]>, levelOf: (item: T) => number): AsyncIterable<T[]> {
  const sizes: number[] = [];
  for await (const chunk of read()) for (const item of chunk) sizes[levelOf(item)] = (sizes[levelOf(item)] ?? 0) + 1;
  for (const [from, to] of groupsOf(sizes)) yield* levelsOf(read, levelOf, from, to);
}

/** Neighbouring levels that are read together, `from` up to and without `to`. */
function* groupsOf(sizes: readonly (number | undefined)[]): Generator<[number, number]> {
  let from = 0;
  let together = 0;
  for (let level = 0; level < sizes.length; level++) {
    const size = sizes[level] ?? 0;
    if (together > 0 && together + size > TOGETHER) {
      yield [from, level];
      from = level;
      together = 0;
    }
    if (together === 0) from = level;
    together += size;
  }
  if (together > 0) yield [from, sizes.length];
}

/** A level alone goes through as it is read; several wait for each other. */
async function* levelsOf<T>(
  read: () => AsyncIterable<T[]>,
  levelOf: (item: T) => number,
  from: number,
  to: number,
): AsyncIterable<T[]> {
  const waiting: T[][] = [];
  for await (const chunk of read()) {
    for (const item of chunk) {
      const level = levelOf(item);
      if (level < from || level >= to) continue;
      (waiting[level - from] ??= []).push(item);
    }
    const alone = to - from === 1 ? waiting[0] : undefined;
    if (alone && alone.length >= A_CHUNK) {
      yield alone;
      waiting[0] = [];
    }
  }
  for (const level of waiting)
    for (let at = 0; at < (level?.length ?? 0); at += A_CHUNK) yield level!.slice(at, at + A_CHUNK);
}
