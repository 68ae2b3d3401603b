import { entryState } from '../../store/entry.ts';
import { countFiltered } from '../run/account.ts';
import { reject, settleWell, type RunContext } from '../run/context.ts';
import { keyOfWhole } from '../run/record-key.ts';
import type { Row } from '../run/transform.ts';
import type { Collected } from './collect.ts';
import { flag, type Ledger } from './ledger.ts';

const RECORDS_A_READ = 500;

/**
 * Notes of a record what became of it at the `split`: taken apart, or why not. False where the row is a part, which is
 * compared; else the row is settled here.
 */
export async function settleWhole(
  run: RunContext,
  row: Row & { key: string },
  wholes: Ledger,
  part: number,
): Promise<boolean> {
  const entry = wholes.findOrAdd(run.world.vault.keyHash(row.whole ?? row.key));
  if (!wholes.has(entry, flag.seen) && part > 0) wholes.setPart(entry, part);
  wholes.mark(entry, flag.seen);
  if (row.whole !== undefined) {
    wholes.mark(entry, flag.passed);
    settleWell(run, row.whole);
    // What has no parts is a row of its own.
    if (row.key !== row.whole || row.fate !== 'filtered') return false;
    countFiltered(run.counts, row.reason);
    return true;
  }
  if (row.fate === 'rejected') {
    wholes.mark(entry, flag.rejected);
    await reject(run, row.reject);
    return true;
  }
  if (row.fate === 'merged') {
    countFiltered(run.counts, 'merged');
    return true;
  }
  wholes.mark(entry, row.fate === 'gone' ? flag.gone : flag.excluded);
  countFiltered(run.counts, row.fate === 'filtered' ? row.reason : 'gone');
  settleWell(run, row.key);
  return true;
}

/**
 * S6 of what was made by a `split` and is not in the feed: who was seen and not taken apart keeps it, who is gone by their
 * own word loses it at once. The snapshot's keys name the record, so only what is not in the feed is read.
 */
export async function settleParts(run: RunContext, { ledger, wholes, isOfAnother }: Collected): Promise<void> {
  if (!wholes) return;
  const parts = run.pipeline.record.key.length;
  const settle = async (entries: number[]): Promise<void> => {
    const records = await run.world.store.snapshotRecords(entries.map((entry) => ledger.recordId(entry)));
    entries.forEach((entry, index) => {
      const key = records[index]?.key;
      const whole = key === undefined ? -1 : wholes.find(run.world.vault.keyHash(keyOfWhole(key, parts)));
      if (whole < 0) return;
      const fate = fateOfParts(wholes, whole);
      if (fate === 'kept' || (fate === 'lost' && isOfAnother)) ledger.mark(entry, flag.seen);
      else if (fate === 'lost') ledger.mark(entry, flag.lost);
    });
  };
  let waiting: number[] = [];
  for (let entry = 0; entry < ledger.size; entry++) {
    const isOpen = ledger.state(entry) === entryState.active && !ledger.has(entry, flag.seen);
    if (isOpen && ledger.recordId(entry) > 0) waiting.push(entry);
    if (waiting.length < RECORDS_A_READ) continue;
    await settle(waiting);
    waiting = [];
  }
  if (waiting.length > 0) await settle(waiting);
}

/** A contradiction, such as gone in one row and filtered in another, takes nothing away. */
function fateOfParts(wholes: Ledger, whole: number): 'absent' | 'lost' | 'kept' {
  if (wholes.has(whole, flag.rejected | flag.excluded)) return 'kept';
  if (!wholes.has(whole, flag.gone)) return 'absent';
  return wholes.has(whole, flag.passed) ? 'kept' : 'lost';
}
