import { operations, type Operation } from '../../model/record.ts';
import { ENTRY_BYTES, entryOffset, entryState } from '../../store/entry.ts';

const PAGE_ENTRIES = 1 << 14;
/** Beside the packed entry: hash seen in this run (16) · line (4) · origin (2) · flags (2) · fate (1). */
const SEEN_BYTES = 28;
const seenOffset = { hash: 0, line: 16, origin: 20, flags: 22, fate: 24 } as const;

/** What a run learned of a key. `seen`: a row of any fate carries it (S6). */
export const flag = {
  seen: 1,
  passed: 2,
  excluded: 4,
  conflict: 8,
  doubt: 16,
  gone: 32,
  held: 64,
  rejected: 128,
} as const;

/** What phase one makes of a key that passed. */
export const fates = ['none', 'unchanged', 'create', 'update', 'returned', 'gone', 'resume'] as const;
export type Fate = (typeof fates)[number];

interface Page {
  entries: DataView;
  entryBytes: Uint8Array;
  seen: DataView;
  seenBytes: Uint8Array;
}

/**
 * All keys of a snapshot and of a feed, as packed numbers: 76 bytes and a slot for each, in pages, so that growing copies
 * nothing. Keys are 64-bit keyed hashes, values 128-bit ones (S4, S5).
 */
export class Ledger {
  size = 0;
  /** Entries that were active before this run. */
  active = 0;
  private slots = new Int32Array(1 << 12).fill(-1);
  private readonly pages: Page[] = [];

  private page(index: number): Page {
    return this.pages[index >> 14] as Page;
  }

  private at(index: number): number {
    return (index & (PAGE_ENTRIES - 1)) * ENTRY_BYTES;
  }

  private seenAt(index: number): number {
    return (index & (PAGE_ENTRIES - 1)) * SEEN_BYTES;
  }

  /** Takes packed entries of the stored snapshot. */
  load(packed: Uint8Array): void {
    for (let offset = 0; offset < packed.length; offset += ENTRY_BYTES) {
      const index = this.append(packed.subarray(offset, offset + 8));
      this.page(index).entryBytes.set(packed.subarray(offset, offset + ENTRY_BYTES), this.at(index));
      if (this.state(index) === entryState.active) this.active++;
    }
  }

  /** Index of a key hash (8 bytes), or -1. */
  find(keyHash: Uint8Array): number {
    const slot = this.slotOf(keyHash);
    return this.slots[slot] as number;
  }

  /** Index of a key hash, made where there is none. */
  findOrAdd(keyHash: Uint8Array): number {
    const found = this.find(keyHash);
    return found >= 0 ? found : this.append(keyHash);
  }

  private append(keyHash: Uint8Array): number {
    if ((this.size + 1) * 4 > this.slots.length * 3) this.grow();
    const index = this.size++;
    if ((index & (PAGE_ENTRIES - 1)) === 0) this.pages.push(newPage());
    this.page(index).entryBytes.set(keyHash, this.at(index));
    this.slots[this.slotOf(keyHash)] = index;
    return index;
  }

  private slotOf(keyHash: Uint8Array): number {
    const mask = this.slots.length - 1;
    const view = new DataView(keyHash.buffer, keyHash.byteOffset, 8);
    const high = view.getUint32(0);
    const low = view.getUint32(4);
    let slot = low & mask;
    for (;;) {
      const index = this.slots[slot] as number;
      if (index < 0) return slot;
      const { entries } = this.page(index);
      if (entries.getUint32(this.at(index)) === high && entries.getUint32(this.at(index) + 4) === low) return slot;
      slot = (slot + 1) & mask;
    }
  }

  private grow(): void {
    this.slots = new Int32Array(this.slots.length * 2).fill(-1);
    for (let index = 0; index < this.size; index++) this.slots[this.slotOf(this.keyHash(index))] = index;
  }

  keyHash(index: number): Uint8Array {
    return this.page(index).entryBytes.subarray(this.at(index), this.at(index) + 8);
  }
  /** The packed entry itself, not a copy. */
  entry(index: number): Uint8Array {
    return this.page(index).entryBytes.subarray(this.at(index), this.at(index) + ENTRY_BYTES);
  }
  private byte(index: number, offset: number): number {
    return this.page(index).entries.getUint8(this.at(index) + offset);
  }
  private setByte(index: number, offset: number, value: number): void {
    this.page(index).entries.setUint8(this.at(index) + offset, value);
  }

  /** 0 where the snapshot doesn't know the key, else one of `entryState`. */
  state(index: number): number {
    return this.byte(index, entryOffset.state);
  }
  setState(index: number, state: number): void {
    this.setByte(index, entryOffset.state, state);
  }
  /** How many sinks took the value. */
  done(index: number): number {
    return this.byte(index, entryOffset.done);
  }
  setDone(index: number, done: number): void {
    this.setByte(index, entryOffset.done, done);
  }
  /** Operation that the sinks so far were given. */
  operation(index: number): Operation {
    return operations[this.byte(index, entryOffset.operation)] as Operation;
  }
  setOperation(index: number, operation: Operation): void {
    this.setByte(index, entryOffset.operation, operations.indexOf(operation));
  }
  recordId(index: number): number {
    return this.page(index).entries.getFloat64(this.at(index) + entryOffset.recordId);
  }
  setRecordId(index: number, id: number): void {
    this.page(index).entries.setFloat64(this.at(index) + entryOffset.recordId, id);
  }
  firstAbsent(index: number): number {
    return this.page(index).entries.getFloat64(this.at(index) + entryOffset.firstAbsent);
  }
  absentFeeds(index: number): number {
    return this.page(index).entries.getUint16(this.at(index) + entryOffset.absentFeeds);
  }
  setAbsence(index: number, firstAbsent: number, feeds: number): void {
    this.page(index).entries.setFloat64(this.at(index) + entryOffset.firstAbsent, firstAbsent);
    this.page(index).entries.setUint16(this.at(index) + entryOffset.absentFeeds, Math.min(feeds, 0xffff));
  }

  valueHash(index: number): Uint8Array {
    return this.entry(index).subarray(entryOffset.valueHash, entryOffset.valueHash + 16);
  }
  setValueHash(index: number, hash: Uint8Array): void {
    this.page(index).entryBytes.set(hash, this.at(index) + entryOffset.valueHash);
  }
  /** Hash of the record as this run's feed has it. */
  seenHash(index: number): Uint8Array {
    return this.page(index).seenBytes.subarray(this.seenAt(index), this.seenAt(index) + 16);
  }
  setSeen(index: number, hash: Uint8Array, line: number, origin: number): void {
    const page = this.page(index);
    page.seenBytes.set(hash, this.seenAt(index) + seenOffset.hash);
    page.seen.setUint32(this.seenAt(index) + seenOffset.line, line);
    page.seen.setUint16(this.seenAt(index) + seenOffset.origin, origin);
  }
  line(index: number): number {
    return this.page(index).seen.getUint32(this.seenAt(index) + seenOffset.line);
  }
  origin(index: number): number {
    return this.page(index).seen.getUint16(this.seenAt(index) + seenOffset.origin);
  }
  has(index: number, bit: number): boolean {
    return (this.page(index).seen.getUint16(this.seenAt(index) + seenOffset.flags) & bit) !== 0;
  }
  mark(index: number, bit: number): void {
    const { seen } = this.page(index);
    const at = this.seenAt(index) + seenOffset.flags;
    seen.setUint16(at, seen.getUint16(at) | bit);
  }
  fate(index: number): Fate {
    return fates[this.page(index).seen.getUint8(this.seenAt(index) + seenOffset.fate)] as Fate;
  }
  setFate(index: number, fate: Fate): void {
    this.page(index).seen.setUint8(this.seenAt(index) + seenOffset.fate, fates.indexOf(fate));
  }
}

function newPage(): Page {
  const entryBytes = new Uint8Array(PAGE_ENTRIES * ENTRY_BYTES);
  const seenBytes = new Uint8Array(PAGE_ENTRIES * SEEN_BYTES);
  return { entryBytes, entries: new DataView(entryBytes.buffer), seenBytes, seen: new DataView(seenBytes.buffer) };
}

/** Are two hashes the same bytes? */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
