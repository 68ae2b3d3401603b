import { operations, type Operation } from '../../model/record.ts';
import { absenceMark, ENTRY_BYTES, entryOffset, entryState } from '../../store/entry.ts';
import { RunBudget } from './budget.ts';
import { KeyTable } from './key-table.ts';
import { Pages } from './pages.ts';

/** Behind the packed entry: hash seen in this run (16) · line (4) · origin (2) · flags (2) · fate (1) · held by (1) · part of the feed (2). */
const seenOffset = {
  hash: ENTRY_BYTES,
  line: ENTRY_BYTES + 16,
  origin: ENTRY_BYTES + 20,
  flags: ENTRY_BYTES + 22,
  fate: ENTRY_BYTES + 24,
  heldBy: ENTRY_BYTES + 25,
  part: ENTRY_BYTES + 26,
} as const;
const KEPT_BYTES = ENTRY_BYTES + 28;

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
  /** Not in the feed, and wanted by a new key that `match` takes for the same person: not missing. */
  wanted: 256,
  /** The target holds the person otherwise than the feed says. */
  otherwise: 512,
  /** Not in the feed, and made of a record that is gone by its own word: missing without grace. */
  lost: 1024,
} as const;

/** What phase one makes of a key that passed. `lost`: known, and no longer at the target. */
export const fates = ['none', 'unchanged', 'create', 'update', 'returned', 'gone', 'resume', 'lost'] as const;
export type Fate = (typeof fates)[number];

/** What makes a key wait; '' for nothing. */
export const holders = [
  '',
  'guard',
  'grace',
  'unreadable key',
  'protected',
  'date ahead',
  'incomplete read',
  'correction',
] as const;
export type HeldBy = (typeof holders)[number];

/**
 * All keys of a snapshot and of a feed, as packed numbers: 76 bytes for each, in pages that go to disk above the run's
 * budget, and a place in a table. Keys are 64-bit keyed hashes, values 128-bit ones (S4, S5). Hashes and entries that are
 * given out are copies.
 */
export class Ledger {
  /** Entries that were active before this run. */
  active = 0;
  private readonly pages: Pages;
  private readonly table: KeyTable;

  /** `path` names a file below the folder of runs, which is made when pages go to disk; `drop` gives it back. */
  constructor(budget = new RunBudget(), path = '') {
    this.pages = new Pages(KEPT_BYTES, path, budget);
    this.table = new KeyTable(budget, (index) => this.highOf(index));
  }

  private highOf(index: number): number {
    const at = this.pages.read(index);
    return this.pages.view.getUint32(at);
  }

  get size(): number {
    return this.table.size;
  }

  /** Takes packed entries of the stored snapshot. */
  load(packed: Uint8Array): void {
    for (let offset = 0; offset < packed.length; offset += ENTRY_BYTES) {
      const entry = packed.subarray(offset, offset + ENTRY_BYTES);
      const index = this.append(entry);
      const at = this.pages.write(index);
      this.pages.bytes.set(entry, at);
      if (this.state(index) === entryState.active) this.active++;
    }
  }

  /** Index of a key hash (8 bytes), or -1. */
  find(keyHash: Uint8Array): number {
    return this.table.find(uint32At(keyHash, 0), uint32At(keyHash, 4));
  }

  /** Index of a key hash, made where there is none. Throws MEMORY_OVER_BUDGET, DISK_OVER_BUDGET, STAGING_DISK_FULL. */
  findOrAdd(keyHash: Uint8Array): number {
    const found = this.find(keyHash);
    return found >= 0 ? found : this.append(keyHash);
  }

  private append(keyHash: Uint8Array): number {
    this.table.reserve();
    this.pages.append();
    const index = this.table.add(uint32At(keyHash, 0), uint32At(keyHash, 4));
    const at = this.pages.write(index);
    for (let byte = 0; byte < 8; byte++) this.pages.bytes[at + byte] = keyHash[byte] as number;
    return index;
  }

  private copy(index: number, offset: number, length: number): Uint8Array {
    const at = this.pages.read(index) + offset;
    return this.pages.bytes.slice(at, at + length);
  }
  keyHash(index: number): Uint8Array {
    return this.copy(index, entryOffset.keyHash, 8);
  }
  /** The packed entry. */
  entry(index: number): Uint8Array {
    return this.copy(index, 0, ENTRY_BYTES);
  }
  private byte(index: number, offset: number): number {
    const at = this.pages.read(index);
    return this.pages.bytes[at + offset] as number;
  }
  private setByte(index: number, offset: number, value: number): void {
    const at = this.pages.write(index);
    this.pages.bytes[at + offset] = value;
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
  /** Did a person accept that the key is out? Then no guard counts it again while its grace goes on. */
  isAccepted(index: number): boolean {
    return this.hasAbsenceMark(index, absenceMark.accepted);
  }
  setAccepted(index: number, accepted: boolean): void {
    this.setAbsenceMark(index, absenceMark.accepted, accepted);
  }
  /** Has the last complete feed been counted in the absent feeds? */
  isCounted(index: number): boolean {
    return this.hasAbsenceMark(index, absenceMark.counted);
  }
  setCounted(index: number, counted: boolean): void {
    this.setAbsenceMark(index, absenceMark.counted, counted);
  }
  private hasAbsenceMark(index: number, mark: number): boolean {
    return (this.byte(index, entryOffset.absence) & mark) !== 0;
  }
  private setAbsenceMark(index: number, mark: number, isSet: boolean): void {
    const marks = this.byte(index, entryOffset.absence);
    this.setByte(index, entryOffset.absence, isSet ? marks | mark : marks & ~mark);
  }
  /** Did another pipeline than the snapshot's owner deliver the key, and the owner's feed never carry it (S19)? */
  isForeign(index: number): boolean {
    return this.byte(index, entryOffset.foreign) === 1;
  }
  setForeign(index: number, foreign: boolean): void {
    this.setByte(index, entryOffset.foreign, foreign ? 1 : 0);
  }
  /** Was the key there at the target already when it was to be created (S10)? */
  isAdopted(index: number): boolean {
    return this.byte(index, entryOffset.adopted) === 1;
  }
  setAdopted(index: number, adopted: boolean): void {
    this.setByte(index, entryOffset.adopted, adopted ? 1 : 0);
  }
  /** What is known of one key becomes what is known of another; an absence is over. */
  takeOver(index: number, from: number): void {
    const known = this.copy(from, entryOffset.valueHash, ENTRY_BYTES - entryOffset.valueHash);
    const at = this.pages.write(index);
    this.pages.bytes.set(known, at + entryOffset.valueHash);
    this.setAbsence(index, 0, 0);
    this.setByte(index, entryOffset.absence, 0);
  }
  /** The key is known no more: to be committed, which forgets it. */
  forget(index: number): void {
    this.setState(index, 0);
    this.setRecordId(index, 0);
  }
  recordId(index: number): number {
    const at = this.pages.read(index);
    return this.pages.view.getFloat64(at + entryOffset.recordId);
  }
  setRecordId(index: number, id: number): void {
    const at = this.pages.write(index);
    this.pages.view.setFloat64(at + entryOffset.recordId, id);
  }
  firstAbsent(index: number): number {
    const at = this.pages.read(index);
    return this.pages.view.getFloat64(at + entryOffset.firstAbsent);
  }
  absentFeeds(index: number): number {
    const at = this.pages.read(index);
    return this.pages.view.getUint16(at + entryOffset.absentFeeds);
  }
  setAbsence(index: number, firstAbsent: number, feeds: number): void {
    const at = this.pages.write(index);
    this.pages.view.setFloat64(at + entryOffset.firstAbsent, firstAbsent);
    this.pages.view.setUint16(at + entryOffset.absentFeeds, Math.min(feeds, 0xffff));
  }

  valueHash(index: number): Uint8Array {
    return this.copy(index, entryOffset.valueHash, 16);
  }
  setValueHash(index: number, hash: Uint8Array): void {
    const at = this.pages.write(index);
    this.pages.bytes.set(hash, at + entryOffset.valueHash);
  }
  /** Hash of the record as this run's feed has it. */
  seenHash(index: number): Uint8Array {
    return this.copy(index, seenOffset.hash, 16);
  }
  setSeen(index: number, hash: Uint8Array, line: number, origin: number): void {
    const at = this.pages.write(index);
    this.pages.bytes.set(hash, at + seenOffset.hash);
    this.pages.view.setUint32(at + seenOffset.line, line);
    this.pages.view.setUint16(at + seenOffset.origin, origin);
  }
  line(index: number): number {
    const at = this.pages.read(index);
    return this.pages.view.getUint32(at + seenOffset.line);
  }
  origin(index: number): number {
    const at = this.pages.read(index);
    return this.pages.view.getUint16(at + seenOffset.origin);
  }
  /** Part of the feed that carried the key first, as it was read. */
  part(index: number): number {
    const at = this.pages.read(index);
    return this.pages.view.getUint16(at + seenOffset.part);
  }
  setPart(index: number, part: number): void {
    const at = this.pages.write(index);
    this.pages.view.setUint16(at + seenOffset.part, part);
  }
  has(index: number, bit: number): boolean {
    const at = this.pages.read(index);
    return (this.pages.view.getUint16(at + seenOffset.flags) & bit) !== 0;
  }
  mark(index: number, bit: number): void {
    const at = this.pages.write(index) + seenOffset.flags;
    this.pages.view.setUint16(at, this.pages.view.getUint16(at) | bit);
  }
  fate(index: number): Fate {
    return fates[this.byte(index, seenOffset.fate)] as Fate;
  }
  setFate(index: number, fate: Fate): void {
    this.setByte(index, seenOffset.fate, fates.indexOf(fate));
  }
  /** What the judgement lets the key wait for. */
  heldBy(index: number): HeldBy {
    return holders[this.byte(index, seenOffset.heldBy)] as HeldBy;
  }
  setHeldBy(index: number, by: HeldBy): void {
    this.setByte(index, seenOffset.heldBy, holders.indexOf(by));
  }

  /** Gives back what is on disk; the ledger is of no use then. */
  drop(): void {
    this.pages.drop();
  }
}

/** Big endian, without a view to be made for it. */
const uint32At = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)) >>>
  0;

/** Are two hashes the same bytes? */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
