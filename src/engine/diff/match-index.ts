import type { RunBudget } from './budget.ts';
import { KeyTable } from './key-table.ts';

/** What one value takes: its hash, and a link to the new key. */
const LINK_BYTES = 40;

/** A new key that carries a value, and by which of the fields; `rank` 0 is the preferred field. */
export interface Link {
  claimant: number;
  rank: number;
}

/** Values by which new keys may be known people: keyed 64-bit hashes alone, never the values. */
export class MatchIndex {
  private readonly budget: RunBudget;
  private readonly table: KeyTable;
  private readonly highs: number[] = [];
  private readonly heads: number[] = [];
  private readonly links: { claimants: number[]; ranks: number[]; nexts: number[] } = {
    claimants: [],
    ranks: [],
    nexts: [],
  };

  constructor(budget: RunBudget) {
    this.budget = budget;
    this.table = new KeyTable(budget, (index) => this.highs[index] as number);
  }

  get size(): number {
    return this.links.claimants.length;
  }

  /** `hash`: 8 bytes. Throws MEMORY_OVER_BUDGET. */
  add(hash: Uint8Array, { claimant, rank }: Link): void {
    this.budget.takeMemory(LINK_BYTES);
    const { high, low } = halves(hash);
    let at = this.table.find(high, low);
    if (at < 0) {
      this.table.reserve();
      at = this.table.add(high, low);
      this.highs.push(high);
      this.heads.push(-1);
    }
    const { claimants, ranks, nexts } = this.links;
    nexts.push(this.heads[at] as number);
    ranks.push(rank);
    this.heads[at] = claimants.push(claimant) - 1;
  }

  /** New keys that carry the value, in no order. */
  find(hash: Uint8Array): Link[] {
    const { high, low } = halves(hash);
    const found: Link[] = [];
    const at = this.table.find(high, low);
    const { claimants, ranks, nexts } = this.links;
    for (let link = at < 0 ? -1 : (this.heads[at] as number); link >= 0; link = nexts[link] as number)
      found.push({ claimant: claimants[link] as number, rank: ranks[link] as number });
    return found;
  }
}

function halves(hash: Uint8Array): { high: number; low: number } {
  const view = new DataView(hash.buffer, hash.byteOffset, hash.length);
  return { high: view.getUint32(0), low: view.getUint32(4) };
}
