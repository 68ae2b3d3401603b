import type { Clock } from '../../model/clock.ts';
import type { Store, Vault } from '../ports.ts';
import { acknowledge } from './acknowledgements.ts';
import type { Connection } from './connection.ts';
import { closeIntents } from './intents.ts';
import { changePostponed } from './postponed.ts';
import { writeRecords } from './records.ts';
import { changeRejects } from './rejects.ts';
import { runInWork, saveProgress, underLease } from './runs.ts';
import type { Sealing } from './sealing.ts';
import { snapshotId } from './snapshot-facts.ts';

/** Everything that one batch's answer changes, in one transaction (S9). */
export function commits(
  connection: Connection,
  clock: Pick<Clock, 'now'>,
  vault: Vault,
  sealing: Sealing,
): Pick<Store, 'commit'> {
  return {
    async commit(lease, run, pipeline, commit) {
      return underLease(connection, lease, () => {
        const now = clock.now();
        const { snapshot, counts } = runInWork(connection, run);
        closeIntents(connection, commit.closed);
        let ids: number[] = [];
        if (commit.records.length > 0 || commit.entries.length > 0) {
          if (snapshot === null) throw new Error(`run ${run} has no snapshot to acknowledge in`);
          const into = snapshotId(connection, snapshot, pipeline);
          ids = writeRecords(connection, sealing, into, commit.records, !commit.provisional);
          acknowledge(connection, into, run, commit, ids);
        }
        changeRejects(connection, vault, sealing, { id: run, pipeline, now }, commit);
        changePostponed(connection, vault, sealing, pipeline, commit);
        saveProgress(connection, run, counts, commit.counts, now);
        return { ids };
      });
    },
  };
}
