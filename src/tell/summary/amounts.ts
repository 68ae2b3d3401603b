import type { Counts } from '../../model/record.ts';

/** A count by name, for a table; names with a colon are parts, such as `delivered: create`. */
export type Amount = readonly [name: string, count: number];

/** Every count of a run that says something, in the order in which records settle (S2); a plan calls `delivered` otherwise. */
export function amountsOf(counts: Counts, delivered = 'delivered'): Amount[] {
  const all: Amount[] = [
    ['read', counts.read],
    ['made by a step', counts.made],
    ['absent from the feed', counts.absent],
    ...parts('filtered', counts.filtered),
    ['unchanged', counts.unchanged],
    ['held', counts.held],
    ['pending', counts.pending],
    ['rejected', counts.rejected],
    ...parts(delivered, counts.delivered),
    ['unsettled', counts.unsettled],
  ];
  return all.filter(([name, count]) => count !== 0 || name === 'read');
}

const parts = (name: string, counts: Record<string, number | undefined>): Amount[] =>
  Object.entries(counts).map(([part, count]) => [`${name}: ${part}`, count ?? 0]);

/** One short line of what a run is at, for a progress line. */
export function progressLine(phase: 'read' | 'deliver', counts: Counts, total?: number): string {
  const of = total === undefined ? '' : ` of ${total}`;
  if (phase === 'read') return `read ${counts.read}${of}`;
  const delivered = Object.values(counts.delivered).reduce((sum, count) => sum + (count ?? 0), 0);
  return `delivered ${delivered}${of} · rejected ${counts.rejected}`;
}
