import type { Collected } from '../diff/collect.ts';
import { graceEnd } from '../diff/grace.ts';
import { flag, type Ledger } from '../diff/ledger.ts';
import { holdOtherwise, type RunContext } from '../run/context.ts';
import { marked } from '../run/remembered-personal.ts';
import type { Change } from '../run/result.ts';
import type { Target } from './work.ts';
import { isProtected, knownRecords, missingWork, stagedWork } from './works.ts';
import { repairWorks } from './repair-works.ts';

const A_CHUNK = 500;

/** Protected people wait for nothing: whatever else would hold them, they are held as protected. */
export async function tellProtected(run: RunContext, collected: Collected, targets: Target[]): Promise<void> {
  const { ledger, rule } = collected;
  if (!rule.protect) return;
  for (const entries of chunksOf(ledger, (entry) => isMissing(ledger, entry))) {
    for (const [entry, stored] of await knownRecords(run, collected, entries)) {
      if (!(await isProtected(run, collected, missingWork(run, collected, targets, entry, stored)))) continue;
      holdOtherwise(run, ledger.heldBy(entry), 'protected');
      ledger.setHeldBy(entry, 'protected');
    }
  }
}

const isMissing = (ledger: Ledger, entry: number): boolean =>
  !ledger.has(entry, flag.held) || ledger.fate(entry) === 'gone';

/** What waits, for a person to look at before they accept it: held changes, and people held as absent. */
export async function showHeld(run: RunContext, collected: Collected, targets: Target[]): Promise<void> {
  const { ledger, rule } = collected;
  const held = (change: Omit<Change, 'operation'>): void =>
    run.observe({ is: 'change', change: marked(run, { ...change, operation: 'held' }) });
  for await (const chunk of collected.staging.read()) {
    const staged = chunk.filter(({ entry }) => ledger.has(entry, flag.held));
    const known = await knownRecords(
      run,
      collected,
      staged.map(({ entry }) => entry),
    );
    for (const one of staged) {
      const work = stagedWork(run, collected, targets, one, known.get(one.entry));
      const { key, operation, origin, line, was, record } = work;
      const after = operation === 'missing' ? {} : { after: record };
      const reason = `${ledger.heldBy(one.entry)}: ${operation}`;
      held({ key, origin, line, reason, ...(was ? { before: was } : {}), ...after });
    }
  }
  for await (const works of repairWorks(run, collected, targets, true)) {
    for (const { entry, key, operation, origin, line, was, record } of works)
      held({
        key,
        origin,
        line,
        reason: `${ledger.heldBy(entry)}: ${operation}`,
        ...(was ? { before: was } : {}),
        after: record,
      });
  }
  for (const entries of chunksOf(ledger, (entry) => !ledger.has(entry, flag.held))) {
    const known = await knownRecords(run, collected, entries);
    for (const entry of entries) {
      const stored = known.get(entry);
      const by = ledger.heldBy(entry);
      const absence = { firstAbsent: ledger.firstAbsent(entry), feeds: ledger.absentFeeds(entry) };
      const until = by === 'grace' ? graceEnd(rule.missing, absence, run.pipeline.timezone) : undefined;
      held({
        key: stored?.key ?? '',
        origin: '',
        line: null,
        reason: `${by}: missing`,
        ...(stored ? { before: stored.record } : {}),
        ...(until === undefined ? {} : { until }),
      });
    }
  }
}

/** Of the entries that wait those that are wanted, so many at once. */
function* chunksOf(ledger: Ledger, isWanted: (entry: number) => boolean): Generator<number[]> {
  let chunk: number[] = [];
  for (let entry = 0; entry < ledger.size; entry++) {
    if (ledger.heldBy(entry) === '' || !isWanted(entry)) continue;
    chunk.push(entry);
    if (chunk.length < A_CHUNK) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
