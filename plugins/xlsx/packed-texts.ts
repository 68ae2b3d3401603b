import { readSync, writeSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { diskFull, namelessFile } from '#sdk';

/** Texts by number, packed. */
export interface PackedTexts {
  add(text: string): void;
  readonly count: number;
  /** Undefined where there is no text of that number. */
  at(index: number): string | undefined;
  close(): Promise<void>;
}

const pageBytes = 64 * 1024;

/**
 * Keeps texts as UTF-8 in pages: as many in memory as `memoryBytes` has room for, the others in a file without a name. A
 * text stands in one page; one that is larger than a page has a page of its own.
 */
export async function newPackedTexts(memoryBytes: number): Promise<PackedTexts> {
  const file: FileHandle = await namelessFile();
  const maxPages = Math.max(2, Math.floor(memoryBytes / pageBytes));
  /** In the order of their last use. */
  const held = new Map<number, Buffer>();
  const offsets: number[] = [];
  const sizes: number[] = [];
  let fileBytes = 0;
  let open = Buffer.allocUnsafe(pageBytes);
  let used = 0;
  // Of each text: its page, and where it begins and ends in it.
  let places = new Uint32Array(3 * 4096);
  let count = 0;

  function closePage(): void {
    if (used === 0) return;
    const page = open.subarray(0, used);
    try {
      for (let done = 0; done < used;) done += writeSync(file.fd, page, done, used - done, fileBytes + done);
    } catch (error) {
      throw diskFull(error);
    }
    offsets.push(fileBytes);
    sizes.push(used);
    fileBytes += used;
    hold(offsets.length - 1, page);
    open = Buffer.allocUnsafe(pageBytes);
    used = 0;
  }

  function hold(number: number, page: Buffer): void {
    held.set(number, page);
    if (held.size > maxPages) held.delete(held.keys().next().value as number);
  }

  function pageOf(number: number): Buffer {
    if (number === offsets.length) return open;
    const found = held.get(number);
    if (found) {
      if (held.size === maxPages) {
        held.delete(number);
        held.set(number, found);
      }
      return found;
    }
    const page = Buffer.allocUnsafe(sizes[number]!);
    for (let done = 0; done < page.length;) {
      const read = readSync(file.fd, page, done, page.length - done, offsets[number]! + done);
      if (read === 0) throw new Error('the file of shared texts ends too early');
      done += read;
    }
    hold(number, page);
    return page;
  }

  return {
    add(text) {
      const size = Buffer.byteLength(text);
      if (used + size > open.length) closePage();
      if (size > open.length) open = Buffer.allocUnsafe(size);
      const start = used;
      used += open.write(text, used);
      if (3 * count + 3 > places.length) {
        const more = new Uint32Array(places.length * 2);
        more.set(places);
        places = more;
      }
      places.set([offsets.length, start, used], 3 * count);
      count += 1;
    },
    get count() {
      return count;
    },
    at(index) {
      if (!(index >= 0 && index < count)) return undefined;
      const at = 3 * index;
      return pageOf(places[at]!).toString('utf8', places[at + 1]!, places[at + 2]!);
    },
    close: () => file.close(),
  };
}
