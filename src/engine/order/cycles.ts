import type { Collected } from '../diff/collect.ts';
import { flag } from '../diff/ledger.ts';

/** Lines of everybody in a cycle, by a member's place in the ledger. */
export type CycleLines = (entry: number) => readonly number[] | undefined;

/** Nobody can say who of a cycle comes first: all of it is in conflict. */
export function markCycles({ ledger, trees }: Collected): CycleLines {
  const lines = new Map<number, number[]>();
  if (!trees?.here.hasCycles) return () => undefined;
  const { here } = trees;
  for (let entry = 0; entry < ledger.size; entry++) {
    if (!ledger.has(entry, flag.passed) || ledger.has(entry, flag.conflict | flag.gone) || !here.isCyclic(entry))
      continue;
    const cycle = here.cycleOf(entry);
    lines.set(cycle, [...(lines.get(cycle) ?? []), ledger.line(entry)]);
    ledger.mark(entry, flag.conflict);
  }
  return (entry) => (here.isCyclic(entry) ? lines.get(here.cycleOf(entry)) : undefined);
}
