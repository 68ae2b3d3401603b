import { countFiltered } from '../run/account.ts';
import type { RunContext } from '../run/context.ts';
import type { Candidates } from './candidates.ts';
import type { Collected } from './collect.ts';
import { flag } from './ledger.ts';

/**
 * Whose outcome the target still owes is neither compared nor missing: counted as pending, in the feed or not, and no
 * grace goes on for them.
 */
export function takeOutPending(run: RunContext, { ledger }: Collected, candidates: Candidates): Candidates {
  if (run.pendingKeys.size === 0) return candidates;
  const pending = new Set([...run.pendingKeys].map((key) => ledger.find(run.world.vault.keyHash(key))));
  for (const entry of pending) {
    if (entry < 0 || !ledger.has(entry, flag.passed) || ledger.has(entry, flag.conflict)) continue;
    run.counts.pending++;
    countFiltered(run.counts, 'gone', -1);
  }
  if (run.counts.filtered.gone === 0) delete run.counts.filtered.gone;
  const { tally } = candidates;
  const absent = candidates.absent.filter((entry) => !pending.has(entry));
  const leaves = candidates.leaves.filter((entry) => !pending.has(entry));
  const fresh = (all: number[]): number =>
    all.filter((entry) => pending.has(entry) && !ledger.isAccepted(entry)).length;
  const freshAbsent = fresh(candidates.absent);
  run.counts.pending += candidates.absent.length - absent.length;
  return {
    ...candidates,
    absent,
    leaves,
    tally: {
      ...tally,
      absent: tally.absent - freshAbsent,
      missing: tally.missing - freshAbsent,
      leaves: tally.leaves - fresh(candidates.leaves),
    },
  };
}
