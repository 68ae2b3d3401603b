import { counted } from '../../model/counted.ts';
import { countFiltered } from '../run/account.ts';
import { hold, isDateAhead, note, type RunContext } from '../run/context.ts';
import type { GuardView } from '../run/result.ts';
import type { Candidates, Circumstances } from './candidates.ts';
import type { Collected } from './collect.ts';
import { advance, isDue } from './grace.ts';
import { flag } from './ledger.ts';
import { heldOperations } from './guard.ts';

/** Places in the ledger. */
export interface Absences {
  /** To be sent as missing: absent or leaving, and their grace is over. */
  due: number[];
  /** Whose absence began, went on or came to its end: to be remembered. */
  absences: number[];
}

/** Takes everybody who is absent or leaving through the grace: who is due now, and what is to be remembered. */
export function judgeAbsence(
  run: RunContext,
  { ledger, rule, unreadableCount, unreadableLines }: Collected,
  { end, facts }: Circumstances,
  { absent, leaves, claimed }: Candidates,
  guards: GuardView[],
): Absences {
  const held = heldOperations(guards);
  const due: number[] = [];
  const absences = [...claimed];
  for (const entry of claimed) ledger.setForeign(entry, false);
  if (leaves.length > 0) countFiltered(run.counts, 'filter', -leaves.length);
  if (unreadableCount > 0 && absent.length + leaves.length > 0) {
    hold(run, 'unreadable key', absent.length + leaves.length);
    for (const entry of [...absent, ...leaves]) ledger.setHeldBy(entry, 'unreadable key');
    note(
      run,
      `Nobody is missing in this run: the key of ${counted(unreadableCount, 'row')} could not be read (${unreadableLines.join(', ')}), and they may be anybody's.`,
    );
    return { due, absences };
  }
  // Grace begins now, whatever date the run was given: an earlier one would make it pass at once.
  const seenAt = Math.max(run.tick, run.world.clock.now(), facts?.feedAt ?? 0);
  const isNewFeed = facts?.feed !== end.contentHash;
  // A feed that is nearly empty says nothing of anybody, be they accepted or not.
  const isFeedDoubted = guards.some((guard) => guard.operation === 'feed' && !guard.accepted);
  const consider = (entries: number[], isHeld: boolean): void => {
    for (const entry of entries) {
      if (isHeld && (isFeedDoubted || !ledger.isAccepted(entry))) {
        ledger.setHeldBy(entry, 'guard');
        hold(run, 'guard');
        // This feed counts for them when a person accepts it.
        if (ledger.isCounted(entry) && isNewFeed) absences.push(entry);
        if (isNewFeed) ledger.setCounted(entry, false);
        continue;
      }
      if (ledger.has(entry, flag.lost)) {
        // By the word of the record that it was made of, as one says of itself that it is gone.
        if (isDateAhead(run)) {
          ledger.setHeldBy(entry, 'date ahead');
          hold(run, 'date ahead');
        } else due.push(entry);
        continue;
      }
      const absence = advance(
        { firstAbsent: ledger.firstAbsent(entry), feeds: ledger.absentFeeds(entry) },
        seenAt,
        isNewFeed || !ledger.isCounted(entry),
      );
      ledger.setAbsence(entry, absence.firstAbsent, absence.feeds);
      ledger.setCounted(entry, true);
      absences.push(entry);
      if (isDue(rule.missing, absence, run.tick, run.pipeline.timezone)) due.push(entry);
      else {
        ledger.setHeldBy(entry, 'grace');
        hold(run, 'grace');
      }
    }
  };
  consider(absent, held.absent);
  consider(leaves, held.leaves);
  return { due, absences };
}
