import type { RunBudget } from '../diff/budget.ts';

const FIRST = 1024;

/** A column of 32-bit numbers that grows as it is written to. What was never written is `empty`. */
export class IntColumn {
  private values = new Int32Array(0);
  private readonly budget: RunBudget;
  private readonly empty: number;

  constructor(budget: RunBudget, empty: number) {
    this.budget = budget;
    this.empty = empty;
  }

  get(index: number): number {
    return index < this.values.length ? (this.values[index] as number) : this.empty;
  }

  /** Throws MEMORY_OVER_BUDGET. */
  set(index: number, value: number): void {
    if (index >= this.values.length) this.grow(Math.max(FIRST, index + 1, this.values.length * 2));
    this.values[index] = value;
  }

  private grow(length: number): void {
    this.budget.takeMemory((length - this.values.length) * 4);
    const grown = new Int32Array(length).fill(this.empty);
    grown.set(this.values);
    this.values = grown;
  }
}
