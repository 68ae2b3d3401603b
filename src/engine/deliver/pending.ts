import type { Fields, WriteItem } from '../../model/record.ts';
import { flag } from '../diff/ledger.ts';
import { lease, type RunContext } from '../run/context.ts';
import type { Delivery } from './delivery.ts';
import type { Final, Settled, Target, Work } from './work.ts';

/** A record that a target answers later, as it is remembered with the intent of its batch. */
export interface PendingRecord {
  item: WriteItem;
  work: Pick<Work, 'key' | 'operation' | 'origin' | 'line' | 'source' | 'record' | 'before' | 'kept' | 'route'>;
  /** The key under which the person is known until this is answered: a new key stands for them. */
  adopts?: string;
  /** 32 hex digits: what the diff compared; empty where nothing is compared. */
  hash: string;
}

/** What was answered of one batch. */
interface Answered {
  works: Work[];
  finals?: Final[];
  opened: string[];
}

/** What can be settled now: works, their fates, and intents that are answered. */
export interface Settlement {
  works: Work[];
  finals: Settled[];
  closed: string[];
}

/**
 * Takes what the target answers later out of what is settled: counted as pending, and remembered with its intent, which
 * stays open. The next run asks for the outcome.
 */
export async function keepPending(delivery: Delivery, answered: readonly Answered[]): Promise<Settlement> {
  const { run, ledger } = delivery;
  const settlement: Settlement = { works: [], finals: [], closed: [] };
  const pending = new Map<string, { place: number; record: PendingRecord }[]>();
  for (const { works, finals = [], opened } of answered) {
    for (const [index, work] of works.entries()) {
      const final = finals[index] as Final;
      if (final.is !== 'pending') {
        settlement.works.push(work);
        settlement.finals.push(final);
        continue;
      }
      const hash = ledger && work.entry >= 0 ? Buffer.from(ledger.seenHash(work.entry)).toString('hex') : '';
      const adopts = work.adopts ? { adopts: work.adopts.key } : {};
      const record = { item: final.item, work: remembered(work), hash, ...adopts };
      const batch = pending.get(final.intent) ?? [];
      batch.push({ place: final.place, record });
      pending.set(final.intent, batch);
      work.route = [];
      run.counts.pending++;
      run.pendingKeys.add(work.key);
    }
    settlement.closed.push(...opened.filter((id) => !pending.has(id)));
  }
  for (const [intent, batch] of pending) {
    const records = batch.sort((a, b) => a.place - b.place).map(({ record }) => record as unknown as Fields);
    await run.world.store.keepPending(lease(run), intent, records);
  }
  return settlement;
}

const remembered = ({
  key,
  operation,
  origin,
  line,
  source,
  record,
  before,
  kept,
  route,
}: Work): PendingRecord['work'] => ({ key, operation, origin, line, source, record, before, kept, route });

/** What a batch that was left pending remembers, in its order. */
export const pendingRecordsOf = async ({ world }: RunContext, intent: string): Promise<PendingRecord[]> =>
  (await world.store.pendingRecords(intent)) as unknown as PendingRecord[];

/** Nobody of a record is sent or missing while its outcome is owed: neither the key, nor the one that it stands for. */
export function keepWaiting({ run, ledger }: Delivery, { work, adopts }: PendingRecord): void {
  run.pendingKeys.add(work.key);
  if (adopts === undefined) return;
  run.pendingKeys.add(adopts);
  const known = ledger ? ledger.find(run.world.vault.keyHash(adopts)) : -1;
  if (known >= 0) ledger?.mark(known, flag.wanted);
}

/** A pending record whose outcome is known as a work, at its place in the ledger. */
export function pendingWork(
  { run, ledger }: Delivery,
  { item, work, hash, adopts }: PendingRecord,
  target: Target,
  isDelivered: boolean,
): Work {
  const entry = ledger ? ledger.findOrAdd(run.world.vault.keyHash(work.key)) : -1;
  const from = ledger && adopts !== undefined ? ledger.find(run.world.vault.keyHash(adopts)) : -1;
  const isAdopted = isDelivered && adopts !== undefined && from >= 0;
  if (isAdopted) ledger?.takeOver(entry, from);
  if (ledger && hash !== '') ledger.setSeen(entry, Buffer.from(hash, 'hex'), work.line ?? 0, 0);
  return {
    ...work,
    entry,
    ...(isAdopted ? { adopts: { from, key: adopts } } : {}),
    final: item.record,
    scope: { ...run.scope, operation: work.operation, kept: work.kept[target.name] ?? {} },
  };
}
