import { ALL_SINKS, entryState } from '../../store/entry.ts';
import type { Collected } from '../diff/collect.ts';
import { flag } from '../diff/ledger.ts';
import { emptyCommit, lease, note } from '../run/context.ts';
import { closedIntents, closeIntents, packed } from './commit.ts';
import { openTarget, type Delivery } from './delivery.ts';

/**
 * A create in doubt whose person is no longer in a complete feed: the target is asked by the key fields that the intent
 * remembers. Who is found becomes known, so that grace and guards hold for them as for everybody; who isn't was never
 * created. Nobody is asked where the target can't be.
 */
export async function adoptAbsentDoubts(delivery: Delivery, { ledger }: Collected): Promise<void> {
  const { run, doubts, targets, openIntents } = delivery;
  const { vault, store } = run.world;
  const absent = [...doubts.values()].filter(({ intent, item }) => {
    const entry = ledger.find(vault.keyHash(item.key));
    const isGone = entry >= 0 && ledger.has(entry, flag.gone) && ledger.state(entry) === 0;
    return intent.operation === 'create' && (entry < 0 || isGone || !ledger.has(entry, flag.seen));
  });
  for (const { intent, item } of absent) {
    const target = targets.find(({ name }) => name === intent.sink);
    const sink = target && (await openTarget(delivery, target));
    if (!target || !sink?.find || Object.keys(item.target).length === 0) continue;
    const [found] = await sink.find([{ key: item.key, operation: 'create', record: item.target }], run.inFlight);
    if (found?.is === 'ambiguous') continue;
    doubts.delete(item.key);
    for (const { left } of openIntents.values()) left.delete(item.key);
    if (found?.is === 'found') {
      const entry = ledger.findOrAdd(vault.keyHash(item.key));
      ledger.setState(entry, entryState.active);
      ledger.setDone(entry, ALL_SINKS);
      ledger.setOperation(entry, 'create');
      const content = { key: item.key, record: item.target, kept: { [target.name]: found.kept } };
      const { ids } = await store.commit(lease(run), run.id, run.pipeline.name, {
        ...emptyCommit,
        records: [{ id: null, content }],
        entries: packed(ledger, [entry]),
        recordAt: Int32Array.of(0),
        rejects: [],
        settledKeys: [],
        counts: run.counts,
      });
      ledger.setRecordId(entry, ids[0] as number);
      note(
        run,
        'A person whom an interrupted run had created is no longer in the feed; from now on they count as known.',
      );
    }
  }
  await closeIntents(run, closedIntents(delivery));
  if (doubts.size > 0) note(run, `The outcome of ${doubts.size} requests of an interrupted run is not known yet.`);
}
