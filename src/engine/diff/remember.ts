import { emptyCommit, lease, takePending, type RunContext } from '../run/context.ts';
import { peopleBack } from './candidates.ts';
import type { Collected } from './collect.ts';
import type { Ledger } from './ledger.ts';

/** Entries of one commit. */
const ENTRIES_A_COMMIT = 10_000;

/**
 * Writes an acceptance down for each key it named, before anything is sent: a person's word is good for one use, and
 * whatever ends this run or however long the grace is, nobody is asked for the same people again.
 */
export async function rememberAccepted(run: RunContext, { ledger }: Collected, entries: number[]): Promise<void> {
  for (const entry of entries) ledger.setAccepted(entry, true);
  await commitEntries(run, ledger, entries);
}

/**
 * Who was seen is no longer absent, and what was accepted of an earlier absence is over, whatever becomes of the run: a
 * guard that stops it, or a failure, makes nobody gone again.
 */
export async function rememberBack(run: RunContext, collected: Collected): Promise<void> {
  const { ledger } = collected;
  const back = peopleBack(collected);
  for (const entry of back) {
    ledger.setAbsence(entry, 0, 0);
    ledger.setAccepted(entry, false);
    ledger.setCounted(entry, false);
  }
  if (!run.dryRun) await commitEntries(run, ledger, back);
}

/** Commits ledger places as they stand, without a record of their own. */
export async function commitEntries(run: RunContext, ledger: Ledger, entries: number[]): Promise<void> {
  for (let at = 0; at < entries.length; at += ENTRIES_A_COMMIT) {
    const chunk = entries.slice(at, at + ENTRIES_A_COMMIT);
    await run.world.store.commit(lease(run), run.id, run.pipeline.name, {
      ...emptyCommit,
      entries: Buffer.concat(chunk.map((entry) => ledger.entry(entry))),
      recordAt: new Int32Array(chunk.length).fill(-1),
      ...takePending(run),
      counts: run.counts,
    });
  }
}
