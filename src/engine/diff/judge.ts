import { counted } from '../../model/counted.ts';
import type { ReadEnd } from '../../model/record.ts';
import { hold, isDateAhead, note, type RunContext } from '../run/context.ts';
import type { GuardView } from '../run/result.ts';
import { judgeAbsence, type Absences } from './absence.ts';
import { scan, type Circumstances } from './candidates.ts';
import { asked, changeSetHash } from './change-set.ts';
import type { Collected } from './collect.ts';
import { heldOperations, judgeGuards } from './guard.ts';
import { flag, type HeldBy } from './ledger.ts';
import { takeOutPending } from './pending.ts';
import { rememberAccepted } from './remember.ts';

/** What phase one decided. */
export interface Judgement extends Absences {
  guards: GuardView[];
  /** Names the changes that wait; a person accepts exactly these. */
  accept?: string;
  /** A guard that stops: nothing is written. */
  stop: boolean;
  /** Did this feed count for anybody's absence? */
  absenceCounts: boolean;
}

/** Counts what phase one found, judges the guards, and decides who is due. */
export async function judge(run: RunContext, collected: Collected, circumstances: Circumstances): Promise<Judgement> {
  const candidates = takeOutPending(run, collected, scan(run, collected, circumstances));
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
  if (!stop) holdStaged(run, collected, guards, circumstances.end);
  const absence = stop ? { due: [], absences: [] } : judgeAbsence(run, collected, circumstances, candidates, guards);
  const { absenceCounts } = candidates.tally;
  return { guards, stop, absenceCounts, ...(isOpen && accept ? { accept } : {}), ...absence };
}

/**
 * Where a record is gathered of rows, a row that was not read may be anybody's: what is known of people is not changed by
 * what is left of their rows. Who is new is created, and has the rest with the next feed.
 */
function unsureOfRows(run: RunContext, { unreadableCount }: Collected, end: ReadEnd): HeldBy | undefined {
  if (!run.pipeline.record.rows || (unreadableCount === 0 && end.complete)) return undefined;
  note(
    run,
    `Nobody is changed in this run whose rows may not all be there: ${end.complete ? `${counted(unreadableCount, 'row')} could not be read` : `the read is not complete`}, and a record is made of all rows of its key.`,
  );
  return end.complete ? 'unreadable key' : 'incomplete read';
}

/**
 * The staged changes that a guard holds are counted as held and skipped by the delivery; so are people who are gone by
 * their own word in a run whose date lies ahead.
 */
function holdStaged(run: RunContext, collected: Collected, guards: GuardView[], end: ReadEnd): void {
  const { ledger } = collected;
  const unsure = unsureOfRows(run, collected, end);
  const held = heldOperations(guards);
  const isAhead = isDateAhead(run);
  const heldFates = {
    create: held.create,
    update: held.update,
    gone: held.gone,
    returned: held.returned,
    resume: false,
    lost: held.update,
    unchanged: false,
    none: false,
  };
  for (let entry = 0; entry < ledger.size; entry++) {
    if (!ledger.has(entry, flag.passed) || ledger.has(entry, flag.conflict | flag.held)) continue;
    const fate = ledger.fate(entry);
    const isGuarded = heldFates[fate] && !(fate === 'gone' && ledger.isAccepted(entry));
    const isUnsure = unsure !== undefined && fate !== 'create' && fate !== 'unchanged' && fate !== 'none';
    const isWaiting = fate === 'gone' && (isAhead || run.request.isCorrection === true);
    if (!isGuarded && !isUnsure && !isWaiting) continue;
    const by = isGuarded ? 'guard' : isUnsure ? unsure : isAhead ? 'date ahead' : 'correction';
    ledger.mark(entry, flag.held);
    ledger.setHeldBy(entry, by);
    hold(run, by);
  }
}
