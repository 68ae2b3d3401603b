import type { Fields } from '../../../model/record.ts';
import type { Vault } from '../../../store/ports.ts';
import { canonicalText } from '../../diff/canonical.ts';
import { flag, sameBytes, type Ledger } from '../../diff/ledger.ts';
import type { SealedFacts } from '../../diff/sealed-facts.ts';

/** What is known of a key: not asked yet, nobody has it, perhaps somebody in a row that could not be read, one record, several that differ. */
export type Known = 'not asked' | 'nobody' | 'unsure' | 'several' | { record: Fields };

/** Records by their key, for a whole run: keyed hashes in memory, the records sealed on disk. */
export class Found {
  private readonly vault: Vault;
  private readonly keys: Ledger;
  private readonly records: SealedFacts<Fields>;

  constructor(vault: Vault, keys: Ledger, records: SealedFacts<Fields>) {
    this.vault = vault;
    this.keys = keys;
    this.records = records;
  }

  get(key: string): Known {
    const entry = this.keys.find(this.vault.keyHash(key));
    if (entry < 0) return 'not asked';
    if (this.keys.has(entry, flag.conflict)) return 'several';
    const record = this.records.get(entry);
    if (record) return { record };
    return this.keys.has(entry, flag.excluded) ? 'unsure' : 'nobody';
  }

  /** Whoever has the key is known by now, but for who stands in a row that could not be read. */
  asked(key: string, isUnsure: boolean): void {
    const entry = this.keys.findOrAdd(this.vault.keyHash(key));
    if (isUnsure) this.keys.mark(entry, flag.excluded);
  }

  /** The same record twice is one. Throws MEMORY_OVER_BUDGET, DISK_OVER_BUDGET. */
  add(key: string, record: Fields): void {
    const entry = this.keys.findOrAdd(this.vault.keyHash(key));
    const hash = this.vault.valueHash(canonicalText(record));
    if (!this.records.has(entry)) {
      this.keys.setSeen(entry, hash, 0, 0);
      this.records.add(entry, record);
    } else if (!sameBytes(this.keys.seenHash(entry), hash)) this.keys.mark(entry, flag.conflict);
  }
}
