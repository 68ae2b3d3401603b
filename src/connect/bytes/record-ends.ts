/** Where lines end in bytes. */
export interface RecordEnds {
  lengthBytes: number;
  /** The first end at or behind `from`, -1 for none; `from` stands at a unit. */
  first(bytes: Uint8Array, from: number): number;
  /** The last one, ends being counted from the left; `offset`: bytes of a unit that came before. */
  last(bytes: Uint8Array, offset: number): number;
}

/** Finds the bytes of an end at whole units: in UTF-16, 0A 00 may stand across two characters as well. */
export function recordEnds(end: Uint8Array, unitBytes: number): RecordEnds {
  const needle = Buffer.from(end);
  const lengthBytes = needle.length;
  const isByte = lengthBytes === 1;

  function next(bytes: Uint8Array, from: number, offset: number): number {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = buffer.indexOf(needle, from);
    while (at >= 0 && (at + offset) % unitBytes !== 0) at = buffer.indexOf(needle, at + 1);
    return at;
  }

  return {
    lengthBytes,
    first: (bytes, from) => (isByte ? bytes.indexOf(end[0]!, from) : next(bytes, from, 0)),
    last(bytes, offset) {
      if (isByte) return bytes.lastIndexOf(end[0]!);
      // From the left, since ends such as `||` may overlap: a|||b is `a` and `|b` wherever chunks end.
      let found = -1;
      for (let at = next(bytes, 0, offset); at >= 0; at = next(bytes, at + lengthBytes, offset)) found = at;
      return found;
    },
  };
}
