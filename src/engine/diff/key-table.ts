import type { RunBudget } from './budget.ts';

const FIRST_SLOTS = 16;
const CHUNK_SHIFT = 12;

/**
 * Where a 64-bit key hash stands: an open table of entry numbers, and of each entry the lower half of its hash, so that
 * neither a look-up that finds nothing nor growing touches an entry. It stays in memory: 9 to 15 bytes a key.
 */
export class KeyTable {
  size = 0;
  private slots: Int32Array;
  private readonly lows: Uint32Array[] = [];
  private readonly budget: RunBudget;
  private readonly highOf: (index: number) => number;

  /** `highOf` gives the upper half of an entry's hash. */
  constructor(budget: RunBudget, highOf: (index: number) => number) {
    this.budget = budget;
    this.highOf = highOf;
    this.slots = new Int32Array(FIRST_SLOTS).fill(-1);
  }

  /** Number of the entry with this hash, or -1. */
  find(high: number, low: number): number {
    return this.slots[this.slotOf(high, low)] as number;
  }

  /** Makes room for one more. Throws MEMORY_OVER_BUDGET before anything has changed. */
  reserve(): void {
    if ((this.size & ((1 << CHUNK_SHIFT) - 1)) === 0 && this.lows.length === this.size >> CHUNK_SHIFT) {
      this.budget.takeMemory(4 << CHUNK_SHIFT);
      this.lows.push(new Uint32Array(1 << CHUNK_SHIFT));
    }
    if ((this.size + 1) * 4 > this.slots.length * 3) this.grow();
  }

  /** Adds a hash that is not there, under the next number; {@link reserve} comes first. */
  add(high: number, low: number): number {
    const slot = this.slotOf(high, low);
    const index = this.size++;
    (this.lows[index >> CHUNK_SHIFT] as Uint32Array)[index & ((1 << CHUNK_SHIFT) - 1)] = low;
    this.slots[slot] = index;
    return index;
  }

  private lowOf(index: number): number {
    return (this.lows[index >> CHUNK_SHIFT] as Uint32Array)[index & ((1 << CHUNK_SHIFT) - 1)] as number;
  }

  private slotOf(high: number, low: number): number {
    const mask = this.slots.length - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const index = this.slots[slot] as number;
      if (index < 0 || (this.lowOf(index) === low && this.highOf(index) === high)) return slot;
    }
  }

  private grow(): void {
    const length = this.slots.length * 2;
    this.budget.takeMemory(this.slots.byteLength);
    // The old table goes before the new one comes; it is made again of the halves.
    this.slots = new Int32Array(0);
    this.slots = new Int32Array(length).fill(-1);
    for (let index = 0; index < this.size; index++) {
      let slot = this.lowOf(index) & (length - 1);
      while ((this.slots[slot] as number) >= 0) slot = (slot + 1) & (length - 1);
      this.slots[slot] = index;
    }
  }
}
