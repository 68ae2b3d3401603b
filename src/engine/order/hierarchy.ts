import type { Vault } from '../../store/ports.ts';
import type { RunBudget } from '../diff/budget.ts';
import { KeyTable } from '../diff/key-table.ts';
import { IntColumn } from './int-column.ts';

/** What a `sort` read of a record: by what others name it, and whom it names as its parent. */
export interface TreePlace {
  key?: string;
  parent?: string;
}

const NONE = -1;
const UNKNOWN = -2;

/**
 * Who stands above whom, as keyed hashes and numbers only: some 30 bytes for each record. Records are numbered by the
 * caller. A parent that is not among them makes its children begin the tree, and so does one that names itself.
 */
export class Hierarchy {
  private readonly vault: Vault;
  private readonly table: KeyTable;
  private readonly highs: IntColumn;
  private readonly nodeOf: IntColumn;
  private readonly parentOf: IntColumn;
  /** Of nodes, once it was asked for. */
  private readonly levels: IntColumn;
  private readonly cyclic = new Set<number>();
  private deepest = 0;
  private isJudged = false;

  constructor(budget: RunBudget, vault: Vault) {
    this.vault = vault;
    this.highs = new IntColumn(budget, 0);
    this.nodeOf = new IntColumn(budget, NONE);
    this.parentOf = new IntColumn(budget, UNKNOWN);
    this.levels = new IntColumn(budget, UNKNOWN);
    this.table = new KeyTable(budget, (node) => this.highs.get(node) >>> 0);
  }

  /** Throws MEMORY_OVER_BUDGET. A key that comes again takes the later parent. */
  add(record: number, { key, parent }: TreePlace): void {
    if (key === undefined) return;
    const node = this.node(key);
    this.nodeOf.set(record, node);
    this.parentOf.set(node, parent === undefined || parent === key ? NONE : this.node(parent));
  }

  private node(key: string): number {
    const hash = Buffer.from(this.vault.keyHash(key));
    const high = hash.readUInt32BE(0);
    const low = hash.readUInt32BE(4);
    const found = this.table.find(high, low);
    if (found >= 0) return found;
    this.table.reserve();
    this.highs.set(this.table.size, high | 0);
    return this.table.add(high, low);
  }

  /** How far below the top, from 0; 0 for a record without a key. */
  level(record: number): number {
    this.judge();
    const node = this.nodeOf.get(record);
    return node === NONE ? 0 : this.levels.get(node);
  }
  get depth(): number {
    this.judge();
    return this.deepest;
  }

  /** Is the record its own ancestor? */
  isCyclic(record: number): boolean {
    this.judge();
    return this.cyclic.size > 0 && this.cyclic.has(this.nodeOf.get(record));
  }
  get hasCycles(): boolean {
    this.judge();
    return this.cyclic.size > 0;
  }

  /** Names the cycle that a record is of: the same for all its members, and for nobody else. */
  cycleOf(record: number): number {
    let name = this.nodeOf.get(record);
    for (let at = this.parentOf.get(name), end = name; at !== end; at = this.parentOf.get(at))
      name = Math.min(name, at);
    return name;
  }

  /** Walks up from each node to what is known, and writes the levels down on the way back. */
  private judge(): void {
    if (this.isJudged) return;
    this.isJudged = true;
    const onTheWay = new Set<number>();
    for (let node = 0; node < this.table.size; node++) {
      const way: number[] = [];
      let at = node;
      while (at !== NONE && this.isThere(at) && this.levels.get(at) === UNKNOWN && !onTheWay.has(at)) {
        onTheWay.add(at);
        way.push(at);
        at = this.parentOf.get(at);
      }
      // Who closes a cycle is on this way; below it the tree begins anew.
      if (onTheWay.has(at)) for (const each of way.slice(way.indexOf(at))) this.cyclic.add(each);
      let above = at === NONE || !this.isThere(at) || onTheWay.has(at) ? NONE : this.levels.get(at);
      for (const each of way.toReversed()) {
        above = this.cyclic.has(each) ? 0 : above + 1;
        this.levels.set(each, above);
        this.deepest = Math.max(this.deepest, above);
      }
      onTheWay.clear();
    }
  }

  /** Is it a record's, and not only somebody's parent? */
  private isThere = (node: number): boolean => this.parentOf.get(node) !== UNKNOWN;
}
