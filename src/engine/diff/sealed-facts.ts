import { randomBytes } from 'node:crypto';
import { openWith, sealWith } from '../../store/vault/index.ts';
import type { RunBudget } from './budget.ts';
import { ScratchFile } from './scratch-file.ts';

const PLACE_BYTES = 64;
const CONTEXT = 'facts';

/** What was read and is needed again, by a number: on disk, sealed under a key that lives in memory only (S4). */
export class SealedFacts<T> {
  private readonly key = randomBytes(32);
  private readonly file: ScratchFile;
  private readonly budget: RunBudget;
  private readonly places = new Map<number, { at: number; length: number }>();
  private end = 0;

  constructor(path: string, budget: RunBudget) {
    this.file = new ScratchFile(path, budget);
    this.budget = budget;
  }

  /** Throws DISK_OVER_BUDGET, MEMORY_OVER_BUDGET, STAGING_DISK_FULL. */
  add(entry: number, fact: T): void {
    this.budget.takeMemory(PLACE_BYTES);
    const sealed = sealWith(this.key, Buffer.from(JSON.stringify(fact)), CONTEXT);
    this.file.extend(sealed, this.end);
    this.places.set(entry, { at: this.end, length: sealed.length });
    this.end += sealed.length;
  }

  /** Forgets them: the list was not whole. */
  clear(): void {
    this.budget.giveMemory(PLACE_BYTES * this.places.size);
    this.places.clear();
  }
  has(entry: number): boolean {
    return this.places.has(entry);
  }
  get(entry: number): T | undefined {
    const place = this.places.get(entry);
    if (!place) return undefined;
    const sealed = new Uint8Array(place.length);
    this.file.read(sealed, place.at);
    return JSON.parse(Buffer.from(openWith(this.key, sealed, CONTEXT)).toString()) as T;
  }

  drop(): void {
    this.file.drop();
  }
}
