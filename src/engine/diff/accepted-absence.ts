import { emptyCommit, lease, takePending, type RunContext } from '../run/context.ts';
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
