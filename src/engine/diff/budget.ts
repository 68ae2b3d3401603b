import { problem } from '../../model/problem.ts';

/** What one run may take; undefined is without bound. */
export interface RunLimits {
  /** Of the comparison in memory, bytes. */
  memoryBytes?: number;
  /** Of what is set aside on disk, bytes. */
  diskBytes?: number;
  /** Where a test makes a few people fill several pages: entries of a page, and pages that may stay in memory. */
  pages?: { entries: number; inMemory: number };
}

/** Makes room in memory: true when something went to disk, false when there is nothing left to go. */
export type Spill = () => boolean;

/**
 * What a run takes of memory and disk (S4). A budget that is used up fails the run, but only until it delivers: from then
 * on nothing may stop it half way, and what little comes is taken beyond the budget.
 */
export class RunBudget {
  readonly limits: RunLimits;
  private readonly spills: Spill[] = [];
  /** Bytes taken of memory, and of disk. */
  memoryTaken = 0;
  diskTaken = 0;
  isDelivering = false;

  private readonly isCompared: boolean;

  /** `isCompared`: nothing is delivered before `beginDelivery`. */
  constructor(limits: RunLimits = {}, isCompared = true) {
    this.limits = limits;
    this.isCompared = isCompared;
  }

  /** Can't "nothing was delivered" be said any more? */
  get mayHaveDelivered(): boolean {
    return this.isDelivering || !this.isCompared;
  }

  /** Phase one is over: nothing is refused any more. */
  beginDelivery(): void {
    this.isDelivering = true;
  }

  /** Somebody who holds memory that may go to disk. */
  register(spill: Spill): void {
    this.spills.push(spill);
  }

  /** Takes memory, for which others go to disk. Throws MEMORY_OVER_BUDGET when nothing is left to go. */
  takeMemory(bytes: number): void {
    const limit = this.limits.memoryBytes ?? Infinity;
    while (this.memoryTaken + bytes > limit) {
      if (this.spillOne()) continue;
      if (this.isDelivering) break;
      throw memoryOverBudget(limit, this.mayHaveDelivered);
    }
    this.memoryTaken += bytes;
  }
  giveMemory(bytes: number): void {
    this.memoryTaken -= bytes;
  }

  private spillOne(): boolean {
    try {
      return this.spills.some((spill) => spill());
    } catch (error) {
      if (this.isDelivering) return false;
      throw error;
    }
  }

  /** Takes disk space before it is written to. Throws DISK_OVER_BUDGET. */
  takeDisk(bytes: number): void {
    const limit = this.limits.diskBytes ?? Infinity;
    if (this.diskTaken + bytes > limit) throw diskOverBudget(limit, this.mayHaveDelivered);
    this.diskTaken += bytes;
  }
  giveDisk(bytes: number): void {
    this.diskTaken -= bytes;
  }
}

const memoryOverBudget = (limit: number, mayHaveDelivered: boolean): Error =>
  problem(
    'MEMORY_OVER_BUDGET',
    `What this run compares does not fit in the ${inMegabytes(limit)} of memory that it may take, even with all else on disk; ${deliveredText(mayHaveDelivered)}`,
    {
      fix: 'Give it more with `limits: { memory: … }` in portolan.yaml, and run again: the run reads its source anew.',
    },
  );

const diskOverBudget = (limit: number, mayHaveDelivered: boolean): Error =>
  problem(
    'DISK_OVER_BUDGET',
    `What this run sets aside does not fit in the ${inMegabytes(limit)} of disk that it may take; ${deliveredText(mayHaveDelivered)}`,
    { fix: 'Give it more with `limits: { disk: … }` in portolan.yaml, and run again: the run reads its source anew.' },
  );

const deliveredText = (mayHaveDelivered: boolean): string =>
  mayHaveDelivered ? 'what was delivered before stays delivered' : 'nothing was delivered';

const inMegabytes = (bytes: number): string =>
  bytes >= 1024 ** 2 ? `${Math.round(bytes / 1024 ** 2)} MB` : `${bytes} bytes`;
