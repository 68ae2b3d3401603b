import type { Fields } from '../../model/record.ts';
import type { Vault } from '../../store/ports.ts';
import type { RunBudget } from './budget.ts';
import { canonicalText } from './canonical.ts';
import { KeyTable } from './key-table.ts';
import { comparable, hasValue } from './target-values.ts';

/** What one key takes: halves of its hash, its place in the ledger, the hash of what is compared. */
const SLOT_BYTES = 40;

/** How often a key stood in the target's list. */
export const sighting = { none: 0, once: 1, twice: 2 } as const;

/** People of the feed by the fields under which the target knows them, with the hash of what is compared there. */
export class TargetIndex {
  readonly fields: readonly string[];
  private readonly key: readonly string[];
  private readonly vault: Pick<Vault, 'keyHash' | 'valueHash'>;
  private readonly budget: RunBudget;
  private readonly table: KeyTable;
  private readonly highs: number[] = [];
  private readonly entries: number[] = [];
  private readonly hashes: bigint[] = [];
  private readonly sightings: number[] = [];

  /** `fields`: those that are compared. `key`: those by which the target knows a record. */
  constructor(
    budget: RunBudget,
    vault: Pick<Vault, 'keyHash' | 'valueHash'>,
    { fields, key }: { fields: readonly string[]; key: readonly string[] },
  ) {
    this.budget = budget;
    this.vault = vault;
    this.fields = fields;
    this.key = key;
    this.table = new KeyTable(budget, (index) => this.highs[index] as number);
  }

  get size(): number {
    return this.entries.length;
  }
  entryAt(slot: number): number {
    return this.entries[slot] as number;
  }
  sightingsAt(slot: number): number {
    return this.sightings[slot] as number;
  }

  /** A record of the feed. Of two with the same key at the target the first stands; the target will say so. */
  add(entry: number, record: Fields): void {
    const hash = this.keyOf(record);
    if (!hash) return;
    const high = hash.readUInt32BE(0);
    const low = hash.readUInt32BE(4);
    if (this.table.find(high, low) >= 0) return;
    this.budget.takeMemory(SLOT_BYTES);
    this.table.reserve();
    this.table.add(high, low);
    this.highs.push(high);
    this.entries.push(entry);
    this.hashes.push(this.valueOf(record));
    this.sightings.push(sighting.none);
  }

  /** A record of the target's list: who it is in the feed, and whether it holds what the feed says. */
  see(record: Fields): { entry: number; isSame: boolean } | undefined {
    const hash = this.keyOf(record);
    const slot = hash ? this.table.find(hash.readUInt32BE(0), hash.readUInt32BE(4)) : -1;
    if (slot < 0) return undefined;
    this.sightings[slot] = this.sightings[slot] === sighting.none ? sighting.once : sighting.twice;
    return { entry: this.entries[slot] as number, isSame: this.hashes[slot] === this.valueOf(record) };
  }

  private keyOf(record: Fields): Buffer | undefined {
    const values = this.key.map((field) => record[field]);
    if (values.length === 0 || !values.every(hasValue)) return undefined;
    return Buffer.from(this.vault.keyHash(`target ${canonicalText(values.map(String))}`));
  }

  private valueOf(record: Fields): bigint {
    return Buffer.from(this.vault.valueHash(canonicalText(comparable(record, this.fields)))).readBigUInt64BE(0);
  }
}
