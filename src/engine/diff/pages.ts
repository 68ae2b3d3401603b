import type { RunBudget } from './budget.ts';
import { ScratchFile } from './scratch-file.ts';

const PAGE_SHIFT = 14;
const BLOCK_ENTRIES = 1 << 4;
/** A page takes at most such a part of the memory, so that a small budget spills finely. */
const PAGES_A_BUDGET = 64;

const nothing = new DataView(new ArrayBuffer(0));

/**
 * Entries of one size by number, in pages, so that growing copies nothing. When the budget asks, full pages go to disk,
 * the oldest first, and never come back: from then on their entries are reached in blocks, through a cache of the size
 * of one page that is written back where it was changed.
 *
 * `read` and `write` place the entry: it begins at the returned offset of `view` and `bytes`, and stays there only until
 * the next call.
 */
export class Pages {
  view: DataView = nothing;
  bytes: Uint8Array = new Uint8Array(0);
  private count = 0;
  private readonly entryBytes: number;
  private readonly pageShift: number;
  private readonly budget: RunBudget;
  private readonly scratch: ScratchFile;
  private readonly pages: (Uint8Array | undefined)[] = [];
  private readonly views: (DataView | undefined)[] = [];
  /** Memory of the last page that went to disk, for the next one: the collector would give it back late. */
  private spare: Uint8Array | undefined;
  private spilledPages = 0;
  /** Entries below this number are on disk. */
  private spilled = 0;
  private cache: Uint8Array | undefined;
  private cacheView = nothing;
  private readonly blockShift: number;
  /** Block that a line of the cache holds, or -1. */
  private readonly blocks: Int32Array;
  private readonly changed: Uint8Array;

  constructor(entryBytes: number, path: string, budget: RunBudget) {
    this.entryBytes = entryBytes;
    this.budget = budget;
    this.scratch = new ScratchFile(path, budget);
    this.pageShift = Math.log2(entriesOfPage(entryBytes, budget));
    this.blockShift = Math.min(Math.log2(BLOCK_ENTRIES), this.pageShift);
    const lines = 1 << (this.pageShift - this.blockShift);
    this.blocks = new Int32Array(lines).fill(-1);
    this.changed = new Uint8Array(lines);
    budget.register(() => this.spill());
  }

  private get pageBytes(): number {
    return this.entryBytes << this.pageShift;
  }
  private get blockBytes(): number {
    return this.entryBytes << this.blockShift;
  }

  /** Makes one more entry, all zero. */
  append(): void {
    if ((this.count & ((1 << this.pageShift) - 1)) === 0) this.addPage();
    this.count++;
  }

  private addPage(): void {
    const inMemory = this.budget.limits.pages?.inMemory ?? Infinity;
    while (this.pages.length - this.spilledPages >= inMemory && this.spill());
    // With the first page the cache is taken as well, so that spilling needs no memory.
    this.budget.takeMemory(this.count === 0 ? 2 * this.pageBytes : this.pageBytes);
    const page = this.spare?.fill(0) ?? new Uint8Array(this.pageBytes);
    this.spare = undefined;
    this.pages.push(page);
    this.views.push(new DataView(page.buffer));
  }

  /** Writes the oldest page in memory to disk. False where no full one is left. */
  private spill(): boolean {
    if (this.spilledPages >= this.count >> this.pageShift) return false;
    this.scratch.extend(this.pages[this.spilledPages] as Uint8Array, this.spilledPages * this.pageBytes);
    this.spare = this.pages[this.spilledPages];
    this.pages[this.spilledPages] = undefined;
    this.views[this.spilledPages] = undefined;
    this.spilledPages++;
    this.spilled = this.spilledPages << this.pageShift;
    this.budget.giveMemory(this.pageBytes);
    return true;
  }

  /** Places an entry to be read. */
  read(index: number): number {
    if (index < this.spilled) return this.placeSpilled(index, 0);
    const page = index >> this.pageShift;
    this.bytes = this.pages[page] as Uint8Array;
    this.view = this.views[page] as DataView;
    return (index & ((1 << this.pageShift) - 1)) * this.entryBytes;
  }

  /** Places an entry to be changed. */
  write(index: number): number {
    return index < this.spilled ? this.placeSpilled(index, 1) : this.read(index);
  }

  private placeSpilled(index: number, isChanged: 0 | 1): number {
    const block = index >> this.blockShift;
    const line = block & (this.blocks.length - 1);
    const cache = (this.cache ??= this.newCache());
    if (this.blocks[line] !== block) this.load(cache, block, line);
    (this.changed[line] as number) |= isChanged;
    this.bytes = cache;
    this.view = this.cacheView;
    return line * this.blockBytes + (index & ((1 << this.blockShift) - 1)) * this.entryBytes;
  }

  private newCache(): Uint8Array {
    const cache = new Uint8Array(this.pageBytes);
    this.cacheView = new DataView(cache.buffer);
    return cache;
  }

  private load(cache: Uint8Array, block: number, line: number): void {
    const bytes = cache.subarray(line * this.blockBytes, (line + 1) * this.blockBytes);
    if (this.changed[line]) this.scratch.write(bytes, (this.blocks[line] as number) * this.blockBytes);
    this.changed[line] = 0;
    this.blocks[line] = -1;
    this.scratch.read(bytes, block * this.blockBytes);
    this.blocks[line] = block;
  }

  /** Gives memory and disk back; nothing may be asked any more. */
  drop(): void {
    this.scratch.drop();
    this.pages.length = 0;
    this.views.length = 0;
    [this.cache, this.spare] = [undefined, undefined];
    [this.view, this.bytes, this.cacheView] = [nothing, new Uint8Array(nothing.buffer), nothing];
  }
}

function entriesOfPage(entryBytes: number, { limits }: RunBudget): number {
  if (limits.pages) return limits.pages.entries;
  const fitting = Math.floor(Math.log2((limits.memoryBytes ?? Infinity) / PAGES_A_BUDGET / entryBytes));
  return 1 << Math.max(1, Math.min(PAGE_SHIFT, fitting));
}
