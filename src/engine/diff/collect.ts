import type { OpenSource } from '../../connect/sdk/index.ts';
import type { DiffRule } from '../../language/compile/pipeline.ts';
import { ALL_SINKS, entryState } from '../../store/entry.ts';
import type { IntentItem, Intent } from '../../store/ports.ts';
import { countFiltered } from '../run/account.ts';
import { flushRejects, note, reject, settleWell, type RunContext } from '../run/context.ts';
import type { GatherSpace } from '../run/gather.ts';
import { postpone } from '../run/postponed.ts';
import { transform, type Row } from '../run/transform.ts';
import type { RunSteps } from '../steps/index.ts';
import type { Against } from './against.ts';
import { cycleReason, type Trees } from '../order/in-order.ts';
import { markCycles, type CycleLines } from '../order/cycles.ts';
import { canonicalText } from './canonical.ts';
import { flag, sameBytes, type Fate, type Ledger } from './ledger.ts';
import { settleParts, settleWhole } from './parts.ts';
import type { Staging } from './staging.ts';

/** What an intent of an earlier run left in doubt, by key. */
export type Doubts = Map<string, { intent: Intent; item: IntentItem }>;

/** What phase one gathers. */
export interface Collected {
  rule: DiffRule;
  ledger: Ledger;
  staging: Staging;
  doubts: Doubts;
  /** Lines of rows whose key could not be read (S6); the first few. */
  unreadableLines: string[];
  unreadableCount: number;
  /** Records as they were read, where a `split` takes them apart: `ledger` holds the parts. */
  wholes?: Ledger;
  /** Who stands above whom, where a `sort` says it. */
  trees?: Trees;
  /** Where rows wait that `record.rows` gathers. */
  gathering?: GatherSpace;
  /** Rows that reached the diff. */
  passed: number;
  /** The snapshot is another pipeline's, whose people are never missing here, not by their own word either (S19). */
  isOfAnother: boolean;
  /** New keys that `match` takes for known people, by their place in the ledger. */
  adoptions: Map<number, Adoption>;
  /** `against`: the comparison with the target's own list; undefined without it. */
  against?: Against;
}

/** The known person whom a new key stands for. */
export interface Adoption {
  /** Place in the ledger. */
  from: number;
  /** The key they were known by. */
  key: string;
}

/** Phase one: reads the whole feed, compares, stages what changed. Writes nothing outside. */
export async function collect(run: RunContext, source: OpenSource, steps: RunSteps, into: Collected): Promise<void> {
  const isReplaced = (key: string, part: number): boolean => {
    if (part === 0) return false;
    const read = into.wholes ?? into.ledger;
    const entry = read.find(run.world.vault.keyHash(key));
    return entry >= 0 && read.has(entry, flag.seen) && read.part(entry) < part;
  };
  for await (const batch of transform(run, source, steps, { isReplaced, gathering: into.gathering })) {
    for (const unreadable of batch.unreadable) {
      noteUnreadable(into, unreadable.origin, unreadable.line);
      await reject(run, unreadable);
    }
    for (const row of batch.rows) await take(run, row, batch, into);
    run.observe({ is: 'progress', phase: 'read', counts: run.counts });
  }
  await into.staging.flush();
  markContradictions(into.ledger);
  await rejectConflicts(run, source, into, markCycles(into));
  await settleParts(run, into);
  await flushRejects(run);
}

function noteUnreadable(into: Collected, origin: string, line: number | null): void {
  into.unreadableCount++;
  if (into.unreadableLines.length < 10) into.unreadableLines.push(`${origin}:${line ?? '?'}`);
}

async function take(
  run: RunContext,
  row: Row,
  { origin, part }: { origin: number; part: number },
  into: Collected,
): Promise<void> {
  const { ledger } = into;
  if (row.fate === 'superseded') return countFiltered(run.counts, 'superseded');
  if (row.key === null) {
    noteUnreadable(into, run.origins[origin] ?? '', row.line);
    if (row.fate === 'rejected') await reject(run, row.reject);
    return;
  }
  if (into.wholes && (await settleWhole(run, { ...row, key: row.key }, into.wholes, part))) return;
  const entry = ledger.findOrAdd(run.world.vault.keyHash(row.key));
  if (!ledger.has(entry, flag.seen) && part > 0) ledger.setPart(entry, part);
  ledger.mark(entry, flag.seen);
  switch (row.fate) {
    case 'rejected':
      ledger.mark(entry, flag.rejected);
      return reject(run, row.reject);
    case 'merged':
      return countFiltered(run.counts, 'merged');
    case 'filtered':
      // A duplicate is not filtered out: its likeness went through.
      if (row.reason !== 'duplicate') ledger.mark(entry, flag.excluded);
      countFiltered(run.counts, row.reason);
      settleWell(run, row.key);
      return;
    case 'held':
      return postpone(run, { ...row, key: row.key }, run.origins[origin] ?? '');
    case 'passed':
    case 'gone':
      return compare(run, { ...row, key: row.key }, entry, origin, into);
  }
}

async function compare(
  run: RunContext,
  row: Row & { key: string },
  entry: number,
  origin: number,
  into: Collected,
): Promise<void> {
  const { ledger } = into;
  const isGone = row.fate === 'gone';
  const hash = run.world.vault.valueHash(isGone ? 'gone' : canonicalText(row.record));
  if (ledger.has(entry, flag.passed)) return repeated(run, row, entry, hash, into);
  ledger.mark(entry, isGone ? flag.passed | flag.gone : flag.passed);
  ledger.setSeen(entry, hash, row.line, origin);
  into.passed++;
  if (!isGone) into.against?.index.add(entry, row.record);
  if (row.place) into.trees?.here.add(entry, row.place);
  if (into.doubts.has(row.key)) ledger.mark(entry, flag.doubt);
  const fate = fateOf(ledger, entry, hash, isGone, into);
  ledger.setFate(entry, fate);
  if (run.pendingKeys.has(row.key)) ledger.setFate(entry, 'none');
  else if (fate === 'unchanged' || fate === 'none') settleWell(run, row.key);
  else
    await into.staging.add({
      entry,
      key: row.key,
      line: row.line,
      origin,
      source: row.source,
      record: row.record,
      ...(row.names ? { names: row.names } : {}),
    });
}

/** The rule of the diff for one key. `none`: gone, and never known: filtered. */
export function fateOf(
  ledger: Ledger,
  entry: number,
  hash: Uint8Array,
  isGone: boolean,
  { isOfAnother }: Pick<Collected, 'isOfAnother'>,
): Fate {
  const state = ledger.state(entry);
  const inDoubt = ledger.has(entry, flag.doubt);
  if (isGone && isOfAnother) return 'none';
  if (isGone)
    return state === entryState.active ? 'gone' : state === entryState.gone ? (inDoubt ? 'gone' : 'unchanged') : 'none';
  if (state === entryState.gone) return 'returned';
  if (state !== entryState.active) return 'create';
  const isSame = sameBytes(hash, ledger.valueHash(entry));
  if (ledger.done(entry) !== ALL_SINKS) return ledger.operation(entry) === 'missing' ? 'returned' : 'resume';
  return isSame && !inDoubt ? 'unchanged' : 'update';
}

/** A second row of a key (S17): a true repeat is filtered; a different one makes every row of the key rejected. */
async function repeated(
  run: RunContext,
  row: Row & { key: string },
  entry: number,
  hash: Uint8Array,
  into: Collected,
): Promise<void> {
  const { ledger } = into;
  if (!ledger.has(entry, flag.conflict) && sameBytes(hash, ledger.seenHash(entry))) {
    countFiltered(run.counts, 'duplicate');
    return;
  }
  ledger.mark(entry, flag.conflict);
  await reject(run, {
    key: row.key,
    stage: 'diff',
    code: 'DUPLICATE_KEY',
    reason: `Line ${row.line} and line ${ledger.line(entry)} carry the same key and say different things`,
    origin: run.origins[ledger.origin(entry)] ?? '',
    line: row.line,
    source: row.source,
  });
}

/**
 * A row that passed beside a rejected one of its key contradicts it, as does "gone" beside one that is filtered out: a
 * rehire carries an old row and a new one, and nobody can say here which is right.
 */
function markContradictions(ledger: Ledger): void {
  for (let entry = 0; entry < ledger.size; entry++) {
    if (!ledger.has(entry, flag.passed)) continue;
    const isBesideOther =
      ledger.has(entry, flag.rejected) || (ledger.has(entry, flag.gone) && ledger.has(entry, flag.excluded));
    if (isBesideOther) ledger.mark(entry, flag.conflict);
  }
}

/** The first rows of conflicting keys: rejected as well, in their source form. */
async function rejectConflicts(
  run: RunContext,
  source: OpenSource,
  into: Collected,
  cycleLines: CycleLines,
): Promise<void> {
  const { ledger } = into;
  const waiting = new Set<number>();
  // One line carries several where a `split` takes its record apart.
  const atLine = new Map<string, number[]>();
  for (let entry = 0; entry < ledger.size; entry++) {
    if (!ledger.has(entry, flag.conflict)) continue;
    waiting.add(entry);
    const line = `${ledger.origin(entry)}:${ledger.line(entry)}`;
    atLine.set(line, [...(atLine.get(line) ?? []), entry]);
  }
  if (waiting.size === 0) return;
  const rejectFirst = async (
    entry: number,
    key: string | null,
    fields: Record<string, unknown> | null,
  ): Promise<void> => {
    waiting.delete(entry);
    const origin = run.origins[ledger.origin(entry)] ?? '';
    const lines = cycleLines(entry);
    const reason = `Line ${ledger.line(entry)} and another line carry the same key and say different things`;
    await reject(run, {
      key,
      stage: 'diff',
      ...(lines && into.trees ? cycleReason(into.trees.step, lines) : { code: 'DUPLICATE_KEY', reason }),
      origin,
      line: ledger.line(entry),
      source: fields,
    });
  };
  for await (const chunk of into.staging.read()) {
    for (const staged of chunk) {
      if (ledger.has(staged.entry, flag.conflict)) await rejectFirst(staged.entry, staged.key, staged.source);
    }
  }
  // A first row that had not changed was never staged: its source form is read again, where the source can.
  if (waiting.size > 0 && source.again) {
    for await (const batch of source.again()) {
      const origin = run.origins.indexOf(batch.origin);
      for (let index = 0; index < batch.records.length; index++) {
        for (const entry of atLine.get(`${origin}:${batch.lines[index]}`) ?? [])
          if (waiting.has(entry))
            await rejectFirst(entry, await storedKey(run, ledger, entry), batch.records[index] ?? null);
      }
      if (waiting.size === 0) break;
    }
  }
  for (const entry of [...waiting]) await rejectFirst(entry, await storedKey(run, ledger, entry), null);
  if (!source.again && waiting.size > 0) note(run, 'The source form of some duplicates could not be read again.');
}

async function storedKey(run: RunContext, ledger: Ledger, entry: number): Promise<string | null> {
  const id = ledger.recordId(entry);
  if (!id) return null;
  return (await run.world.store.snapshotRecords([id]))[0]?.key ?? null;
}
