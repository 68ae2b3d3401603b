import { atTarget } from '../diff/against.ts';
import type { Collected } from '../diff/collect.ts';
import { flag } from '../diff/ledger.ts';
import { chunksInOrder } from '../order/in-order.ts';
import type { RunContext } from '../run/context.ts';
import type { Target, Work } from './work.ts';
import { knownRecords, newWork } from './works.ts';

const REPAIRS_A_CHUNK = 500;

/** People who are unchanged in the feed, and otherwise at the target (update) or not there (create): that sink alone is told. */
export async function* repairWorks(
  run: RunContext,
  collected: Collected,
  targets: Target[],
  isHeld = false,
): AsyncIterable<Work[]> {
  const { ledger, against } = collected;
  if (!against) return;
  const repairs = against.repairs.filter((entry) => ledger.has(entry, flag.held) === isHeld);
  const { trees } = collected;
  for (const entries of chunksInOrder(repairs, REPAIRS_A_CHUNK, trees && ((entry) => trees.here.level(entry)))) {
    const known = await knownRecords(run, collected, entries);
    yield [...known].map(([entry, stored]) => {
      const isLost = ledger.fate(entry) === 'lost';
      const { [against.sinkName]: _forgotten, ...others } = stored.kept;
      return newWork(run, targets, {
        entry,
        key: stored.key,
        operation: isLost ? 'create' : 'update',
        origin: run.origins[ledger.origin(entry)] ?? '',
        line: ledger.line(entry),
        source: null,
        record: stored.record,
        known: isLost ? { ...stored, kept: others } : stored,
        target: atTarget(collected, entry),
        route: [{ target: against.sink, operation: isLost ? 'create' : 'update' }],
      });
    });
  }
}
