import { ENTRY_BYTES, entryOffset } from './entry.ts';

/** Packed entries split by the first byte of their key hashes, so that a change rewrites little. */
export const PART_COUNT = 256;

/** Told the id of each record that no entry points to any more. */
export type Release = (recordId: number) => void;
const keepAll: Release = () => undefined;

/** Splits entries into parts; inside a part the order stays. Parts that nothing falls into are undefined. */
export function splitIntoParts(blobs: readonly Uint8Array[]): (Uint8Array | undefined)[] {
  const sizes = new Int32Array(PART_COUNT);
  for (const blob of blobs) {
    for (let at = 0; at < blob.length; at += ENTRY_BYTES) (sizes[blob[at] as number] as number) += ENTRY_BYTES;
  }
  const parts = Array.from(sizes, (size) => (size > 0 ? new Uint8Array(size) : undefined));
  const filled = new Int32Array(PART_COUNT);
  for (const blob of blobs) {
    for (let at = 0; at < blob.length; at += ENTRY_BYTES) {
      const part = blob[at] as number;
      copyEntry(blob, at, parts[part] as Uint8Array, filled[part] as number);
      (filled[part] as number) += ENTRY_BYTES;
    }
  }
  return parts;
}

/** Entries in key order; of several with one key the last stays. */
export function sortEntries(entries: Uint8Array, release = keepAll): Uint8Array {
  const count = entries.length / ENTRY_BYTES;
  const view = viewOf(entries);
  const high = new Uint32Array(count);
  const low = new Uint32Array(count);
  const order = new Uint32Array(count);
  for (let index = 0; index < count; index++) {
    high[index] = view.getUint32(index * ENTRY_BYTES);
    low[index] = view.getUint32(index * ENTRY_BYTES + 4);
    order[index] = index;
  }
  const compareKeys = (a: number, b: number): number =>
    (high[a] as number) - (high[b] as number) || (low[a] as number) - (low[b] as number);
  order.sort((a, b) => compareKeys(a, b) || a - b);
  const sorted = new Uint8Array(entries.length);
  let filled = 0;
  for (let place = 0; place < count; place++) {
    const index = order[place] as number;
    const next = order[place + 1];
    if (next !== undefined && compareKeys(index, next) === 0) {
      releaseReplaced(view, index * ENTRY_BYTES, view, next * ENTRY_BYTES, release);
      continue;
    }
    copyEntry(entries, index * ENTRY_BYTES, sorted, filled);
    filled += ENTRY_BYTES;
  }
  return sorted.subarray(0, filled);
}

/** Two sorted lists as one; where both have a key the newer entry stays. Forgotten entries (state 0) stay too. */
export function mergeEntries(older: Uint8Array, newer: Uint8Array, release = keepAll): Uint8Array {
  if (older.length === 0) return newer;
  const merged = new Uint8Array(older.length + newer.length);
  const olderView = viewOf(older);
  const newerView = viewOf(newer);
  let filled = 0;
  let olderAt = 0;
  for (let newerAt = 0; newerAt < newer.length; newerAt += ENTRY_BYTES) {
    const start = olderAt;
    let order = -1;
    while (olderAt < older.length && (order = compareAt(olderView, olderAt, newerView, newerAt)) < 0) {
      olderAt += ENTRY_BYTES;
    }
    merged.set(older.subarray(start, olderAt), filled);
    filled += olderAt - start;
    if (olderAt < older.length && order === 0) {
      releaseReplaced(olderView, olderAt, newerView, newerAt, release);
      olderAt += ENTRY_BYTES;
    }
    copyEntry(newer, newerAt, merged, filled);
    filled += ENTRY_BYTES;
  }
  merged.set(older.subarray(olderAt), filled);
  return merged.subarray(0, filled + older.length - olderAt);
}

/** Entries without the forgotten ones. The same array where there are none. */
export function withoutForgotten(entries: Uint8Array, release = keepAll): Uint8Array {
  const view = viewOf(entries);
  let kept: Uint8Array | undefined;
  let filled = 0;
  for (let at = 0; at < entries.length; at += ENTRY_BYTES) {
    if (entries[at + entryOffset.state] === 0) {
      kept ??= entries.slice(0);
      const id = view.getFloat64(at + entryOffset.recordId);
      if (id > 0) release(id);
      continue;
    }
    if (kept) copyEntry(entries, at, kept, filled);
    filled += ENTRY_BYTES;
  }
  return kept ? kept.subarray(0, filled) : entries;
}

/** The entry of a key hash in a sorted list; undefined where there is none. Not a copy. */
export function findEntry(entries: Uint8Array, keyHash: Uint8Array): Uint8Array | undefined {
  const view = viewOf(entries);
  const wanted = viewOf(keyHash);
  let from = 0;
  let to = entries.length / ENTRY_BYTES;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const order = compareAt(view, middle * ENTRY_BYTES, wanted, 0);
    if (order === 0) return entries.subarray(middle * ENTRY_BYTES, (middle + 1) * ENTRY_BYTES);
    if (order < 0) from = middle + 1;
    else to = middle;
  }
  return undefined;
}

/** Id of an entry's record, 0 for none. */
export const recordIdOf = (entry: Uint8Array): number => viewOf(entry).getFloat64(entryOffset.recordId);

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

function compareAt(a: DataView, aAt: number, b: DataView, bAt: number): number {
  return a.getUint32(aAt) - b.getUint32(bAt) || a.getUint32(aAt + 4) - b.getUint32(bAt + 4);
}

function releaseReplaced(older: DataView, olderAt: number, newer: DataView, newerAt: number, release: Release): void {
  const was = older.getFloat64(olderAt + entryOffset.recordId);
  if (was > 0 && was !== newer.getFloat64(newerAt + entryOffset.recordId)) release(was);
}

/** Byte by byte: for 48 bytes that is quicker than `set` with a `subarray`, which makes an object. */
function copyEntry(from: Uint8Array, fromAt: number, to: Uint8Array, toAt: number): void {
  for (let byte = 0; byte < ENTRY_BYTES; byte++) to[toAt + byte] = from[fromAt + byte] as number;
}
