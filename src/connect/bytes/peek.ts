/**
 * The first bytes, or fewer of a shorter content, and all of them again, once, from a place among those first ones on.
 * Who stops early closes the source.
 */
export async function peek(bytes: AsyncIterable<Uint8Array>, lengthBytes: number) {
  const iterator = bytes[Symbol.asyncIterator]();
  let held: Uint8Array = new Uint8Array();
  let isDone = false;
  while (held.length < lengthBytes && !isDone) {
    const next = await iterator.next();
    if (next.done) isDone = true;
    else held = held.length === 0 ? next.value : Buffer.concat([held, next.value]);
  }
  async function* all(from = 0): AsyncGenerator<Uint8Array> {
    try {
      if (held.length > from) yield held.subarray(from);
      while (!isDone) {
        const next = await iterator.next();
        if (next.done) isDone = true;
        else yield next.value;
      }
    } finally {
      if (!isDone) await iterator.return?.();
    }
  }
  return { first: held.subarray(0, lengthBytes), all };
}
