import { ALL_SINKS, entryState } from '../../store/entry.ts';
import { counted } from '../../model/counted.ts';
import type { Fields, ReadEnd } from '../../model/record.ts';
import { checkStop, note, type RunContext } from '../run/context.ts';
import { openToRead } from '../run/sources.ts';
import type { Collected } from './collect.ts';
import { flag } from './ledger.ts';
import { sighting, type TargetIndex } from './target-index.ts';
import type { SealedFacts } from './sealed-facts.ts';
import { comparable } from './target-values.ts';

/** What the target's list said of one person. */
export interface TargetFact {
  /** The fields that are compared. */
  record: Fields;
  /** What the target's `keep` makes of it. */
  kept: Fields;
}

/** How a run compares with the target's own list. */
export interface Against {
  index: TargetIndex;
  facts: SealedFacts<TargetFact>;
  /** The sink whose records the list holds: place in the pipeline, and the name that kept values stand under. */
  sink: number;
  sinkName: string;
  /** What the target's `keep` makes of a record as the API gave it. */
  keepOf?: (original: Fields) => Promise<Fields>;
  /** Places in the ledger of people who are unchanged in the feed, and otherwise at the target, or not there. */
  repairs: number[];
  counts: AgainstCounts;
  close(): Promise<void>;
}

/** What comparing with the target found. */
export interface AgainstCounts {
  /** Records of the target's list. */
  read: number;
  /** People who stand there, and whom nothing was known of before. */
  adopted: number;
  /** People who are unchanged in the feed, and were changed at the target. */
  drifted: number;
  /** People who were delivered, and are not in the list. */
  lost: number;
}

/**
 * Compares the feed with the target's own list: who stands there unknown to us is adopted, who was changed there is brought
 * back, who is there no more is created again. Who is in the list alone is never touched. A list that is not complete, or
 * can't be read, changes nothing. True when it was used.
 */
export async function compareWithTarget(run: RunContext, collected: Collected, isOwner: boolean): Promise<boolean> {
  const { against } = collected;
  if (!against) return false;
  const end = await readList(run, collected, against);
  if (!end.complete) {
    against.facts.clear();
    note(
      run,
      `The target's list is not complete, so nobody is adopted and nothing is repaired in this run: ${end.reason ?? 'the read did not say why'}`,
    );
    return false;
  }
  for (let slot = 0; slot < against.index.size; slot++) judgeSlot(collected, against, slot, isOwner);
  say(run, against.counts);
  return true;
}

async function readList(
  run: RunContext,
  { rule, ledger }: Collected,
  against: Against,
): Promise<Pick<ReadEnd, 'complete' | 'reason'>> {
  const { index, facts, counts, keepOf } = against;
  const source = await openToRead(run, rule.against?.use as NonNullable<typeof rule.against>['use']);
  if ('nothing' in source) return { complete: false, reason: source.nothing };
  let unreadable = 0;
  try {
    for await (const batch of source.read()) {
      checkStop(run);
      unreadable += batch.unreadable.length;
      counts.read += batch.records.length;
      for (const [at, record] of batch.records.entries()) {
        const seen = index.see(record);
        if (!seen || !ledger.has(seen.entry, flag.passed)) continue;
        const isKnown = ledger.state(seen.entry) !== 0;
        if (isKnown && seen.isSame) continue;
        const kept = (await keepOf?.(batch.originals?.[at] ?? record)) ?? {};
        facts.add(seen.entry, { record: comparable(record, index.fields), kept });
        if (!seen.isSame) ledger.mark(seen.entry, flag.otherwise);
      }
    }
    if (unreadable > 0) return { complete: false, reason: `${counted(unreadable, 'record')} of it could not be read` };
    return source.end();
  } finally {
    await source.close();
  }
}

function judgeSlot(collected: Collected, against: Against, slot: number, isOwner: boolean): void {
  const { ledger } = collected;
  const { index, counts, repairs } = against;
  const entry = index.entryAt(slot);
  if (ledger.has(entry, flag.conflict | flag.held | flag.doubt) || collected.adoptions.has(entry)) return;
  const fate = ledger.fate(entry);
  const seen = index.sightingsAt(slot);
  if (fate === 'create' && seen === sighting.once) {
    counts.adopted++;
    ledger.active++;
    ledger.setState(entry, entryState.active);
    ledger.setDone(entry, ALL_SINKS);
    ledger.setOperation(entry, 'create');
    ledger.setAdopted(entry, true);
    ledger.setForeign(entry, !isOwner);
    ledger.setFate(entry, ledger.has(entry, flag.otherwise) ? 'update' : 'unchanged');
    return;
  }
  // Whose record changed in the feed may be known there by what it was before: an update finds out.
  if (fate !== 'unchanged') return;
  const isLost = seen === sighting.none;
  if (isLost) counts.lost++;
  else if (ledger.has(entry, flag.otherwise) && seen === sighting.once) counts.drifted++;
  else return;
  repairs.push(entry);
  ledger.setFate(entry, isLost ? 'lost' : 'update');
}

function say(run: RunContext, { read, adopted, drifted, lost }: AgainstCounts): void {
  const parts = [
    ...(adopted > 0
      ? [
          `${counted(adopted, 'person', 'people')} whom it holds already ${adopted === 1 ? 'is' : 'are'} adopted and not created`,
        ]
      : []),
    ...(drifted > 0
      ? [
          `${counted(drifted, 'person', 'people')} changed there ${drifted === 1 ? 'is' : 'are'} brought back to what the feed says`,
        ]
      : []),
    ...(lost > 0
      ? [
          `${counted(lost, 'person', 'people')} who ${lost === 1 ? 'is' : 'are'} there no more ${lost === 1 ? 'is' : 'are'} created again`,
        ]
      : []),
  ];
  if (parts.length > 0) note(run, `Compared with ${counted(read, 'record')} of the target: ${parts.join('; ')}.`);
}

/** What the target's own list said of the entry. */
export const atTarget = ({ against }: Collected, entry: number): AtTarget | undefined => {
  const fact = against?.facts.get(entry);
  return against && fact && { fact, sinkName: against.sinkName, fields: against.index.fields };
};

/** A fact of the target's list, the name of its sink, and the fields that are compared. */
export interface AtTarget {
  fact: TargetFact;
  sinkName: string;
  fields: readonly string[];
}
