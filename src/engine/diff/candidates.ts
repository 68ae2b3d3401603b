import { entryState } from '../../store/entry.ts';
import type { ReadEnd } from '../../model/record.ts';
import type { SnapshotFacts } from '../../store/ports.ts';
import { countFiltered } from '../run/account.ts';
import { hold, isDateAhead, note, type RunContext } from '../run/context.ts';
import { isFull } from '../run/sources.ts';
import type { Collected } from './collect.ts';
import type { Tally } from './guard.ts';
import { flag, type Ledger } from './ledger.ts';

/** What the judgement knows beside the ledger. */
export interface Circumstances {
  end: ReadEnd;
  facts: SnapshotFacts | undefined;
  firstOverFull: boolean;
  /** Does the pipeline own the snapshot (S19)? */
  isOwner: boolean;
  /** Left of the workspace's limit. */
  missingLeft?: number;
}

/** Who may be missing, and what the guards are judged by. Numbers are places in the ledger. */
export interface Candidates {
  tally: Tally;
  absent: number[];
  leaves: number[];
  /** What another pipeline delivered, and the owner's feed carries now. */
  claimed: number[];
}

/** Counts what phase one found, and finds who may be missing. */
export function scan(
  run: RunContext,
  collected: Collected,
  { end, facts, firstOverFull, isOwner, missingLeft }: Circumstances,
): Candidates {
  const { ledger, rule, passed } = collected;
  const absenceCounts = doesAbsenceCount(run, end, rule.missing !== 'ignore');
  const absent: number[] = [];
  const leaves: number[] = [];
  const claimed: number[] = [];
  let another = 0;
  let acceptedGone = 0;
  let seen = 0;
  const fates = { unchanged: 0, none: 0, create: 0, update: 0, returned: 0, gone: 0, resume: 0, lost: 0 };
  for (let entry = 0; entry < ledger.size; entry++) {
    const isActive = ledger.state(entry) === entryState.active;
    if (ledger.has(entry, flag.seen | flag.lost)) seen++;
    if (ledger.has(entry, flag.passed)) {
      if (!ledger.has(entry, flag.conflict)) fates[ledger.fate(entry)]++;
    } else if (absenceCounts && isActive && isLeaving(collected, entry)) {
      if (!ledger.isForeign(entry)) leaves.push(entry);
    } else if (
      isActive &&
      !ledger.has(entry, flag.seen | flag.wanted) &&
      (absenceCounts || ledger.has(entry, flag.lost))
    ) {
      // By its own word, whoever delivered it first.
      if (ledger.isForeign(entry) && !ledger.has(entry, flag.lost)) another++;
      else absent.push(entry);
    }
    if (isOwner && ledger.isForeign(entry) && ledger.has(entry, flag.passed)) claimed.push(entry);
    if (isGoneByItsWord(ledger, entry) && ledger.isAccepted(entry)) acceptedGone++;
  }
  run.counts.unchanged += fates.unchanged;
  if (fates.none > 0) countFiltered(run.counts, 'gone', fates.none);
  run.counts.absent += absent.length + another;
  if (another > 0) sayAnothers(run, another);
  const accepted = facts?.rule;
  const rules = run.pipeline.rule;
  const fresh = (entries: number[]): number => entries.filter((entry) => !ledger.isAccepted(entry)).length;
  const freshAbsent = fresh(absent);
  return {
    absent,
    leaves,
    claimed,
    tally: {
      active: ledger.active,
      seen,
      passed,
      create: fates.create,
      update: fates.update + fates.lost,
      lost: fates.lost,
      returned: fates.returned,
      missing: freshAbsent + fates.gone - acceptedGone,
      leaves: fresh(leaves),
      absent: freshAbsent,
      gone: fates.gone - acceptedGone,
      filterChanged: !!accepted && accepted.filter !== rules.filter,
      goneChanged: !!accepted && accepted.gone !== null && accepted.gone !== rules.gone,
      keyChanged: !!accepted && accepted.key !== rules.key,
      absenceCounts,
      firstOverFull,
      ...(missingLeft === undefined ? {} : { missingLeft }),
    },
  };
}

/** Is this key gone by the word of its own row? */
export const isGoneByItsWord = (ledger: Ledger, entry: number): boolean =>
  ledger.has(entry, flag.passed) && !ledger.has(entry, flag.conflict) && ledger.fate(entry) === 'gone';

/** In the feed, and taken out by the filter of a pipeline for which that means missing. */
const isLeaving = ({ ledger, rule }: Collected, entry: number): boolean =>
  rule.leaves === 'missing' &&
  ledger.has(entry, flag.excluded) &&
  !ledger.has(entry, flag.passed) &&
  !ledger.has(entry, flag.rejected);

/** Who is in the feed again after an absence that began or was accepted. */
export function peopleBack(collected: Collected): number[] {
  const { ledger } = collected;
  const back: number[] = [];
  for (let entry = 0; entry < ledger.size; entry++) {
    if (!ledger.has(entry, flag.seen) || isGoneByItsWord(ledger, entry) || isLeaving(collected, entry)) continue;
    if (ledger.absentFeeds(entry) > 0 || ledger.isAccepted(entry)) back.push(entry);
  }
  return back;
}

/** Whom another pipeline delivered into the snapshot, and this one's feed never carried, is never missing (S19). */
function sayAnothers(run: RunContext, count: number): void {
  hold(run, "another pipeline's", count);
  note(
    run,
    `People whom another pipeline delivered into this snapshot are not in the feed: ${count}. They are never missing here.`,
  );
}

/** Absence means something only in a whole run over a complete full feed (S6). */
function doesAbsenceCount(run: RunContext, end: ReadEnd, isManaged: boolean): boolean {
  if (!isManaged || !isFull(run.pipeline)) return false;
  if (!end.complete) {
    note(
      run,
      `The read is not complete, so nobody is missing in this run: ${end.reason ?? 'the source did not say why'}`,
    );
    return false;
  }
  if (isDateAhead(run)) {
    note(
      run,
      'The date that this run was given lies ahead, so nobody is missing in it: no grace goes on, and who says that they are gone waits for the day.',
    );
    return false;
  }
  if (run.request.limit !== undefined || Object.keys(run.request.params ?? {}).length > 0) {
    note(run, 'A run with a limit or with parameters of its own makes nobody missing.');
    return false;
  }
  return true;
}
