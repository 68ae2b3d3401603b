import { problem } from '../../model/problem.ts';
import type { Counts, Operation } from '../../model/record.ts';

/** Counts of nothing yet. */
export function noCounts(): Counts {
  return {
    read: 0,
    made: 0,
    absent: 0,
    filtered: {},
    unchanged: 0,
    held: 0,
    pending: 0,
    rejected: 0,
    delivered: {},
    unsettled: 0,
  };
}

const sum = (parts: Record<string, number | undefined>): number =>
  Object.values(parts).reduce<number>((total, count) => total + (count ?? 0), 0);

/** All that came in and all that is settled, by S2. */
export function balance(counts: Counts): { known: number; settled: number } {
  return {
    known: counts.read + counts.made + counts.absent,
    settled:
      sum(counts.filtered) + counts.unchanged + counts.held + counts.pending + counts.rejected + sum(counts.delivered),
  };
}

/** Fills in `unsettled`; a run that is done must have none, else the run is failed. */
export function closeAccount(counts: Counts, isDone: boolean): Counts {
  const { known, settled } = balance(counts);
  const unsettled = known - settled;
  if (unsettled < 0 || (isDone && unsettled !== 0)) {
    throw problem(
      'COUNTS_DISAGREE',
      `${known} records were read or absent and ${settled} are settled; the two must be equal`,
      {
        fix: 'Nothing of this run is trusted. Please report it with the output of `portolan runs --json`.',
      },
    );
  }
  return { ...counts, unsettled };
}

export function countFiltered(counts: Counts, reason: string, by = 1): void {
  counts.filtered[reason] = (counts.filtered[reason] ?? 0) + by;
}

export function countDelivered(counts: Counts, operation: Operation): void {
  counts.delivered[operation] = (counts.delivered[operation] ?? 0) + 1;
}
