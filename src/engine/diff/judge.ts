import { counted } from '../../model/counted.ts';
import type { ReadEnd } from '../../model/record.ts';
import { entryState } from '../../store/entry.ts';
import type { SnapshotFacts } from '../../store/ports.ts';
import { countFiltered } from '../run/account.ts';
import { hold, isDateAhead, note, type RunContext } from '../run/context.ts';
import type { GuardView } from '../run/result.ts';
import { rememberAccepted } from './accepted-absence.ts';
import type { Collected } from './collect.ts';
import { advance, isDue } from './grace.ts';
import { heldOperations, judgeGuards, type Tally } from './guard.ts';
import { flag, type Ledger } from './ledger.ts';

/** What phase one decided. */
export interface Judgement {
  guards: GuardView[];
  /** Names the changes that wait; a person accepts exactly these. */
  accept?: string;
  /** A guard that stops: nothing is written. */
  stop: boolean;
  /** Entries to be sent as missing: absent or leaving, and their grace is over. */
  due: number[];
  /** Entries whose absence began, went on or ended: to be remembered. */
  absences: number[];
}

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

/** Counts what phase one found, judges the guards, and decides who is due. */
export async function judge(run: RunContext, collected: Collected, circumstances: Circumstances): Promise<Judgement> {
  const candidates = scan(run, collected, circumstances);
  const guards = judgeGuards(collected.rule, candidates.tally);
  const accept = guards.length > 0 ? changeSetHash(run, collected, candidates, guards) : undefined;
  if (
    accept &&
    run.lease &&
    (await run.world.store.useAcceptance(run.lease, run.pipeline.name, accept, run.world.clock.now()))
  ) {
    for (const guard of guards) guard.accepted = true;
    await rememberAccepted(run, collected, asked(collected, candidates, guards));
    note(run, `The set of changes ${accept} was accepted by a person and goes through.`);
  }
  const { accept: given } = run.request;
  if (given !== undefined && given !== accept)
    note(
      run,
      `The hash ${given} was given to accept, and it names no set of changes that waits in this run; nothing was accepted.`,
    );
  const isOpen = guards.some((guard) => !guard.accepted);
  const stop = guards.some((guard) => !guard.accepted && guard.then === 'stop');
  if (!stop) holdStaged(run, collected, guards);
  const absence = stop ? { due: [], absences: [] } : judgeAbsence(run, collected, circumstances, candidates, guards);
  return { guards, stop, ...(isOpen && accept ? { accept } : {}), ...absence };
}

interface Candidates {
  tally: Tally;
  absent: number[];
  leaves: number[];
  /** In the feed again, after an absence that began or was accepted. */
  back: number[];
  /** What another pipeline delivered, and the owner's feed carries now. */
  claimed: number[];
}

/** Whose absence the guards ask about: everybody whom they hold, and whom nobody accepted before. */
function asked({ ledger }: Collected, { absent, leaves }: Candidates, guards: GuardView[]): number[] {
  const names = new Set(guards.map((guard) => guard.operation));
  const missing = names.has('missing') || names.has('feed') || names.has('rule') || names.has('limit');
  const gone: number[] = [];
  if (names.has('missing') || names.has('limit')) {
    for (let entry = 0; entry < ledger.size; entry++) if (isGoneByItsWord(ledger, entry)) gone.push(entry);
  }
  const people = [...(missing ? absent : []), ...(missing || names.has('leaves') ? leaves : []), ...gone];
  return people.filter((entry) => !ledger.isAccepted(entry));
}

const isGoneByItsWord = (ledger: Ledger, entry: number): boolean =>
  ledger.has(entry, flag.passed) && !ledger.has(entry, flag.conflict) && ledger.fate(entry) === 'gone';

function scan(
  run: RunContext,
  { ledger, rule, passed }: Collected,
  { end, facts, firstOverFull, isOwner, missingLeft }: Circumstances,
): Candidates {
  const absenceCounts = doesAbsenceCount(run, end, rule.missing !== 'ignore');
  const absent: number[] = [];
  const leaves: number[] = [];
  const back: number[] = [];
  const claimed: number[] = [];
  let another = 0;
  const isLeaving = (entry: number): boolean =>
    rule.leaves === 'missing' &&
    ledger.has(entry, flag.excluded) &&
    !ledger.has(entry, flag.passed) &&
    !ledger.has(entry, flag.rejected);
  let acceptedGone = 0;
  const fates = { unchanged: 0, none: 0, create: 0, update: 0, returned: 0, gone: 0, resume: 0 };
  for (let entry = 0; entry < ledger.size; entry++) {
    const isActive = ledger.state(entry) === entryState.active;
    if (ledger.has(entry, flag.passed)) {
      if (!ledger.has(entry, flag.conflict)) fates[ledger.fate(entry)]++;
    } else if (absenceCounts && isActive && isLeaving(entry)) {
      if (!ledger.isForeign(entry)) leaves.push(entry);
    } else if (isActive && !ledger.has(entry, flag.seen) && absenceCounts) {
      if (ledger.isForeign(entry)) another++;
      else absent.push(entry);
    }
    if (isOwner && ledger.isForeign(entry) && ledger.has(entry, flag.passed)) claimed.push(entry);
    const isOut = isGoneByItsWord(ledger, entry);
    if (isOut && ledger.isAccepted(entry)) acceptedGone++;
    const isBack = ledger.has(entry, flag.seen) && !isOut && !isLeaving(entry);
    if (isBack && (ledger.absentFeeds(entry) > 0 || ledger.isAccepted(entry))) back.push(entry);
  }
  run.counts.unchanged += fates.unchanged;
  if (fates.none > 0) countFiltered(run.counts, 'gone', fates.none);
  run.counts.absent += absent.length + another;
  if (another > 0) sayAnothers(run, another);
  const accepted = facts?.rule;
  const fresh = (entries: number[]): number => entries.filter((entry) => !ledger.isAccepted(entry)).length;
  const freshAbsent = fresh(absent);
  return {
    absent,
    leaves,
    back,
    claimed,
    tally: {
      active: ledger.active,
      read: run.counts.read,
      passed,
      create: fates.create,
      update: fates.update,
      missing: freshAbsent + fates.gone - acceptedGone,
      leaves: fresh(leaves),
      absent: freshAbsent,
      filterChanged: !!accepted && accepted.filter !== run.pipeline.rule.filter,
      keyChanged: !!accepted && accepted.key !== run.pipeline.rule.key,
      absenceCounts,
      firstOverFull,
      ...(missingLeft === undefined ? {} : { missingLeft }),
    },
  };
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
  if (!isManaged || run.pipeline.source.feed !== 'full') return false;
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

/**
 * The staged changes that a guard holds are counted as held and skipped by the delivery; so are people who are gone by
 * their own word in a run whose date lies ahead.
 */
function holdStaged(run: RunContext, { ledger }: Collected, guards: GuardView[]): void {
  const held = heldOperations(guards);
  const isAhead = isDateAhead(run);
  const heldFates = {
    create: held.create,
    update: held.update,
    gone: held.gone,
    returned: false,
    resume: false,
    unchanged: false,
    none: false,
  };
  for (let entry = 0; entry < ledger.size; entry++) {
    if (!ledger.has(entry, flag.passed) || ledger.has(entry, flag.conflict)) continue;
    const fate = ledger.fate(entry);
    const isGuarded = heldFates[fate] && !(fate === 'gone' && ledger.isAccepted(entry));
    if (!isGuarded && !(fate === 'gone' && isAhead)) continue;
    const by = isGuarded ? 'guard' : 'date ahead';
    ledger.mark(entry, flag.held);
    ledger.setHeldBy(entry, by);
    hold(run, by);
  }
}

function judgeAbsence(
  run: RunContext,
  { ledger, rule, unreadableCount, unreadableLines }: Collected,
  { end, facts }: Circumstances,
  { absent, leaves, back, claimed }: Candidates,
  guards: GuardView[],
): Pick<Judgement, 'due' | 'absences'> {
  const held = heldOperations(guards);
  const due: number[] = [];
  const absences = [...back, ...claimed];
  for (const entry of claimed) ledger.setForeign(entry, false);
  for (const entry of back) {
    ledger.setAbsence(entry, 0, 0);
    ledger.setAccepted(entry, false);
  }
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
        continue;
      }
      const absence = advance(
        { firstAbsent: ledger.firstAbsent(entry), feeds: ledger.absentFeeds(entry) },
        seenAt,
        isNewFeed,
      );
      ledger.setAbsence(entry, absence.firstAbsent, absence.feeds);
      if (isDue(rule.missing, absence, run.tick, run.pipeline.timezone)) due.push(entry);
      else {
        absences.push(entry);
        ledger.setHeldBy(entry, 'grace');
        hold(run, 'grace');
      }
    }
  };
  consider(absent, held.absent);
  consider(leaves, held.leaves);
  return { due, absences };
}

/** The same for the same set of changes in any order: every change's keyed hash, added up (S7). */
function changeSetHash(run: RunContext, collected: Collected, candidates: Candidates, guards: GuardView[]): string {
  const { ledger } = collected;
  const names = new Set(guards.map((guard) => guard.operation));
  const sum = new BigUint64Array(2);
  const add = (operation: string, entry: number): void => {
    const text = `${operation} ${Buffer.from(ledger.keyHash(entry)).toString('hex')} ${Buffer.from(ledger.seenHash(entry)).toString('hex')}`;
    const hash = Buffer.from(run.world.vault.valueHash(text));
    sum[0] = (sum[0] ?? 0n) + hash.readBigUInt64BE(0);
    sum[1] = (sum[1] ?? 0n) + hash.readBigUInt64BE(8);
  };
  const holdsCreates = names.has('create') || names.has('first') || guards.some((guard) => guard.holdsCreates);
  for (const entry of asked(collected, candidates, guards)) add('missing', entry);
  for (let entry = 0; entry < ledger.size; entry++) {
    if (!ledger.has(entry, flag.passed) || ledger.has(entry, flag.conflict)) continue;
    const fate = ledger.fate(entry);
    if (fate === 'update' && names.has('update')) add('update', entry);
    if (fate === 'create' && holdsCreates) add('create', entry);
  }
  return [...sum]
    .map((half) => half.toString(16).padStart(16, '0'))
    .join('')
    .slice(0, 20);
}
