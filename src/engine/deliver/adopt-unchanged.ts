import type { Commit } from '../../store/ports.ts';
import type { Collected } from '../diff/collect.ts';
import { emptyCommit, lease, settleWell, takePending } from '../run/context.ts';
import { packed } from './commit.ts';
import type { Delivery } from './delivery.ts';

/**
 * People who stand at the target as the feed has them, and of whom nothing was known: from now on they are known, with what
 * the target's `keep` makes of them, and nothing is sent.
 */
export async function adoptUnchanged({ run }: Delivery, { ledger, against, staging }: Collected): Promise<void> {
  if (!against) return;
  for await (const chunk of staging.read()) {
    const records: Commit['records'] = [];
    const entries: number[] = [];
    for (const { entry, key, record } of chunk) {
      const fact = ledger.fate(entry) === 'unchanged' ? against.facts.get(entry) : undefined;
      if (!fact) continue;
      ledger.setValueHash(entry, ledger.seenHash(entry));
      records.push({ id: null, content: { key, record, kept: { [against.sinkName]: fact.kept } } });
      entries.push(entry);
      settleWell(run, key);
    }
    if (entries.length === 0) continue;
    const { ids } = await run.world.store.commit(lease(run), run.id, run.pipeline.name, {
      ...emptyCommit,
      records,
      entries: packed(ledger, entries),
      recordAt: Int32Array.from(entries, (_entry, index) => index),
      ...takePending(run),
      counts: run.counts,
    });
    entries.forEach((entry, index) => ledger.setRecordId(entry, ids[index] as number));
  }
}
