import type { Scope } from '../../expression/index.ts';
import type { Fields, Operation } from '../../model/record.ts';
import { entryState } from '../../store/entry.ts';
import type { SnapshotRecord } from '../../store/ports.ts';
import { canonicalText, changedFields } from '../diff/canonical.ts';
import { atTarget, type AtTarget } from '../diff/against.ts';
import type { Collected } from '../diff/collect.ts';
import { flag, sameBytes } from '../diff/ledger.ts';
import { differing } from '../diff/target-values.ts';
import type { Staged } from '../diff/staging.ts';
import { chunksInOrder, stagedInOrder } from '../order/in-order.ts';
import { hold, note, type RunContext } from '../run/context.ts';
import { marked } from '../run/remembered-personal.ts';
import type { Target, Work } from './work.ts';

const MISSING_A_CHUNK = 500;

/** The name under which the record's key reaches `$password`; no expression can say it. */
export const KEY_NAME = '#key';

/** Staged changes as works, chunk by chunk in file order, or in that of their tree; `inDoubt` chooses those that an earlier run may have sent. */
export async function* stagedWorks(
  run: RunContext,
  collected: Collected,
  targets: Target[],
  inDoubt: boolean,
): AsyncIterable<Work[]> {
  const { ledger } = collected;
  for await (const chunk of stagedInOrder(collected)) {
    const wanted = chunk.filter(
      ({ entry }) =>
        !ledger.has(entry, flag.conflict | flag.held) &&
        ledger.has(entry, flag.doubt) === inDoubt &&
        ledger.fate(entry) !== 'unchanged' &&
        ledger.fate(entry) !== 'none',
    );
    const known = await knownRecords(
      run,
      collected,
      wanted.map(({ entry }) => entry),
    );
    const works: Work[] = [];
    for (const staged of wanted) {
      const work = stagedWork(run, collected, targets, staged, known.get(staged.entry));
      const by = await holderOf(run, collected, work);
      if (by) holdWork(run, work, by);
      else works.push(work);
    }
    if (works.length > 0) yield works;
  }
}

/** What the snapshot holds of these entries. */
export async function knownRecords(
  run: RunContext,
  { ledger }: Collected,
  entries: number[],
): Promise<Map<number, SnapshotRecord>> {
  const known = entries.filter((entry) => ledger.recordId(entry) > 0);
  const records = await run.world.store.snapshotRecords(known.map((entry) => ledger.recordId(entry)));
  return new Map(known.map((entry, index) => [entry, records[index] as SnapshotRecord]));
}

/** One staged change as a work. */
export function stagedWork(
  run: RunContext,
  collected: Collected,
  targets: Target[],
  staged: Staged,
  known: SnapshotRecord | undefined,
): Work {
  const { ledger, doubts, adoptions } = collected;
  const { entry } = staged;
  const fate = ledger.fate(entry);
  const isGone = fate === 'gone';
  const operation: Operation = isGone
    ? 'missing'
    : fate === 'resume'
      ? resumed(ledger.operation(entry))
      : (fate as Operation);
  const doubt = doubts.get(staged.key);
  // A lost `missing` may have been done: who is seen again is returned, not merely updated.
  const actual = doubt?.intent.operation === 'missing' && operation === 'update' ? 'returned' : operation;
  const adopts = adoptions.get(entry);
  return newWork(run, targets, {
    entry,
    ...(adopts ? { adopts } : {}),
    key: staged.key,
    operation: actual,
    origin: run.origins[staged.origin] ?? '',
    line: staged.line,
    source: staged.source,
    record: isGone ? (known?.record ?? staged.record) : staged.record,
    known,
    target: atTarget(collected, entry),
    names: staged.names,
    route: routeOf(ledger, entry, targets, actual, fate === 'resume'),
  });
}

/** Returned first, then changed: for the sinks that come after, what they were to be told stands. */
const resumed = (operation: Operation): Operation => (operation === 'missing' ? 'returned' : operation);

/** All sinks; when a record is taken up again, those that took its present value are passed, and those that took an older one are updated (S11). */
function routeOf(
  ledger: Collected['ledger'],
  entry: number,
  targets: Target[],
  operation: Operation,
  isResumed: boolean,
): Work['route'] {
  if (!isResumed) {
    const changedToo = operation === 'returned' && !sameBytes(ledger.seenHash(entry), ledger.valueHash(entry));
    return targets.flatMap(({ index }) => [
      { target: index, operation },
      ...(changedToo ? [{ target: index, operation: 'update' as const }] : []),
    ]);
  }
  const done = ledger.done(entry);
  const isSame = sameBytes(ledger.seenHash(entry), ledger.valueHash(entry));
  return targets.flatMap(({ index }) => {
    if (index >= done) return [{ target: index, operation }];
    return isSame ? [] : [{ target: index, operation: 'update' as const }];
  });
}

/** A work with what is known of it. */
export function newWork(
  run: RunContext,
  targets: Target[],
  from: Pick<Work, 'entry' | 'adopts' | 'key' | 'operation' | 'origin' | 'line' | 'source' | 'record' | 'route'> & {
    known?: SnapshotRecord | undefined;
    target?: AtTarget | undefined;
    names?: Fields | undefined;
  },
): Work {
  const { known, names, target, ...rest } = from;
  const before = known ? (known.before === undefined ? known.record : known.before) : null;
  const was = before ?? target?.fact.record;
  const since = known && changedSince([before ?? undefined, known.record], rest.record);
  const there = target && differing(target.fact.record, rest.record, target.fields);
  const changed = since || there ? { ...since, ...there } : undefined;
  const kept = structuredClone(known?.kept ?? {});
  if (target) kept[target.sinkName] = { ...kept[target.sinkName], ...target.fact.kept };
  const scope: Scope = {
    ...run.scope,
    ...names,
    operation: rest.operation,
    ...(was ? { was } : {}),
    ...(changed ? { changed } : {}),
    kept: kept[targets[0]?.name ?? ''] ?? {},
    [KEY_NAME]: rest.key,
  };
  return { ...rest, final: rest.record, kept, scope, before, ...(was ? { was } : {}), ...(changed ? { changed } : {}) };
}

/** What differs from any of them: a sink may hold the value before a change that only those before it were told of. */
function changedSince(earlier: (Fields | undefined)[], record: Fields): Fields | undefined {
  const changes = [...new Set(earlier)].map((each) => (each ? changedFields(each, record) : undefined));
  return changes.some(Boolean) ? Object.assign({}, ...changes) : undefined;
}

/** Works for entries that are due as missing: the stored record is sent (S8). Protected people are held. */
export async function* missingWorks(
  run: RunContext,
  collected: Collected,
  targets: Target[],
  due: number[],
): AsyncIterable<Work[]> {
  const { trees } = collected;
  // Who stands above others goes after them.
  const levelOf = trees && ((entry: number): number => trees.leaving.depth - trees.leaving.level(entry));
  for (const entries of chunksInOrder(due, MISSING_A_CHUNK, levelOf)) {
    const known = await knownRecords(run, collected, entries);
    const works: Work[] = [];
    for (const entry of entries) {
      const stored = known.get(entry);
      if (!stored) throw new Error('the snapshot has an entry without a record');
      const work = missingWork(run, collected, targets, entry, stored);
      const by = await holderOf(run, collected, work);
      if (by) holdWork(run, work, by);
      else works.push(work);
    }
    if (works.length > 0) yield works;
  }
}

/** The stored record, on its way to every sink that was not told yet. */
export function missingWork(
  run: RunContext,
  { ledger }: Collected,
  targets: Target[],
  entry: number,
  stored: SnapshotRecord,
): Work {
  const resumes =
    ledger.operation(entry) === 'missing' &&
    ledger.state(entry) === entryState.active &&
    ledger.done(entry) > 0 &&
    ledger.done(entry) < targets.length;
  return newWork(run, targets, {
    entry,
    key: stored.key,
    operation: 'missing',
    origin: '',
    line: null,
    source: null,
    record: stored.record,
    known: stored,
    route: targets
      .filter(({ index }) => !resumes || index >= ledger.done(entry))
      .map(({ index }) => ({ target: index, operation: 'missing' as const })),
  });
}

/** Who keeps a person from being missing, though their time has come. */
async function holderOf(
  run: RunContext,
  collected: Collected,
  work: Work,
): Promise<'protected' | "another pipeline's" | undefined> {
  if (await isAnothers(run, collected, work)) return "another pipeline's";
  return (await isProtected(run, collected, work)) ? 'protected' : undefined;
}

function holdWork(run: RunContext, work: Work, by: string): void {
  hold(run, by);
  if (!run.dryRun) return;
  const { key, operation, origin, line, was, record } = work;
  const change = {
    key,
    operation: 'held' as const,
    origin,
    line,
    before: was ?? record,
    reason: `${by}: ${operation}`,
  };
  run.observe({ is: 'change', change: marked(run, change) });
}

/**
 * Who was adopted at the target is another pipeline's as long as that one's snapshot has them active under the same
 * record of the target: never missing here (S19).
 */
async function isAnothers(run: RunContext, { ledger }: Collected, work: Work): Promise<boolean> {
  if (work.operation !== 'missing' || !ledger.isAdopted(work.entry)) return false;
  const others = await run.world.store.findElsewhere(run.state.snapshot, run.world.vault.keyHash(work.key));
  const isSame = others.some(({ kept }) =>
    Object.entries(work.kept).some(([sink, own]) => kept[sink] && canonicalText(kept[sink]) === canonicalText(own)),
  );
  if (isSame) note(run, 'People who are gone from the feed, and whom another pipeline delivers too, were left alone.');
  return isSame;
}

/** Never blocked, and said so. A rule that can't be evaluated protects. */
export async function isProtected(run: RunContext, { rule }: Collected, work: Work): Promise<boolean> {
  if (work.operation !== 'missing' || !rule.protect) return false;
  let holds: unknown;
  try {
    holds = await rule.protect.evaluate(work.was ?? work.record, work.scope, run.env);
  } catch {
    holds = true;
  }
  if (holds !== true) return false;
  note(run, 'Protected people who are gone from the feed were left alone.');
  return true;
}

/** Works of a pipeline that compares nothing. */
export function streamedWork(
  run: RunContext,
  targets: Target[],
  row: { key: string; line: number; source: Fields; record: Fields; names?: Fields; operation?: Operation },
  origin: string,
): Work {
  const { operation = 'upsert' } = row;
  return newWork(run, targets, {
    entry: -1,
    key: row.key,
    operation,
    origin,
    line: row.line,
    source: row.source,
    record: row.record,
    names: row.names,
    route: targets.map(({ index }) => ({ target: index, operation })),
  });
}
