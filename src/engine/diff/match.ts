import type { SnapshotRecord } from '../../store/ports.ts';
import { counted } from '../../model/counted.ts';
import type { ReadEnd } from '../../model/record.ts';
import { hold, note, reject, type RunContext } from '../run/context.ts';
import { isFull } from '../run/sources.ts';
import { canonicalText } from './canonical.ts';
import { fateOf, type Collected } from './collect.ts';
import { flag } from './ledger.ts';
import type { MatchIndex } from './match-index.ts';
import type { Staged } from './staging.ts';
import { hasValue } from './target-values.ts';

const RECORDS_A_READ = 500;
/** Before every field: an earlier run began to send the new key as this person, and nobody knows how that ended. */
const BEGUN = -1;

/** A known person whom a new key may be. */
interface Claim {
  rank: number;
  from: number;
  key: string;
}

/** What was found of the new keys: whom each stands for, and why a person has to decide. */
interface Decisions {
  adopts: Map<number, Claim>;
  refused: Map<number, (key: string, keys: ReadonlyMap<number, string>) => string>;
}

/**
 * `match`: a new key that carries the same value as a known person whose own key is not in the feed is that person under
 * a new key. Their entry is taken over, so that they are updated or returned and not created, and the old key is not
 * missing. Where more than one is meant a person decides. `renamed` is told of each adoption.
 */
export async function matchKnown(
  run: RunContext,
  collected: Collected,
  { isOwner, end, index }: { isOwner: boolean; end: ReadEnd; index: MatchIndex },
  renamed: (from: string, to: string) => boolean,
): Promise<void> {
  const { rule, ledger } = collected;
  const fields = rule.match ?? [];
  const candidates = fields.length > 0 ? knownOutOfFeed(collected, isOwner) : [];
  if (candidates.length === 0) return;
  await indexNewKeys(run, collected, fields, index);
  const begun = begunAdoptions(run, collected);
  if (index.size + begun.size === 0) return;
  const { adopts, refused } = decide(await claimsOf(run, collected, fields, candidates, index, begun), (entry) =>
    ledger.mark(entry, flag.wanted),
  );
  if (adopts.size + refused.size === 0) return;
  const waits = whyWait(run, collected, end);
  const keys = new Map<number, string>();
  const decided = await stagedOf(collected, (entry) => adopts.has(entry) || refused.has(entry), keys);
  let owed = 0;
  for (const staged of decided) {
    const claim = adopts.get(staged.entry);
    if (claim && run.pendingKeys.has(claim.key)) {
      // The target still owes the outcome of that person: under neither key they are sent before it is known.
      run.pendingKeys.add(staged.key);
      ledger.setFate(staged.entry, 'none');
      owed++;
    } else if (claim) adopt(run, collected, staged, claim, renamed, waits);
    else await refuse(run, collected, staged, refused.get(staged.entry)?.(staged.key, keys) ?? '');
  }
  if (adopts.size > owed) note(run, adoptedSentence(adopts.size - owed, waits));
}

const adoptedSentence = (count: number, waits: ReturnType<typeof whyWait>): string =>
  `${counted(count, 'new key stands', 'new keys stand')} for people who were known under another one, by the fields of \`match\`: ` +
  (waits
    ? `they wait (${waits}), as the old key may still be in the part of the feed that could not be read.`
    : 'they are not created again, and the old keys are not missing.');

/** Known people whose own key is not in the feed; in another's snapshot only those whom it did not deliver (S19). */
function knownOutOfFeed({ ledger, isOfAnother }: Collected, isOwner: boolean): number[] {
  const known: number[] = [];
  for (let entry = 0; entry < ledger.size; entry++) {
    if (ledger.state(entry) === 0 || ledger.has(entry, flag.seen) || ledger.recordId(entry) <= 0) continue;
    if ((isOwner && ledger.isForeign(entry)) || (isOfAnother && !ledger.isForeign(entry))) continue;
    known.push(entry);
  }
  return known;
}

/** A create whose answer was lost is looked up by itself: the person may stand there under the new key already. */
function isNew({ ledger, doubts }: Collected, entry: number, key: string): boolean {
  const isCreate = ledger.fate(entry) === 'create' && !ledger.has(entry, flag.conflict);
  return isCreate && !(doubts.get(key)?.intent.operation === 'create');
}

const hashOf = ({ world }: RunContext, field: string, value: unknown): Uint8Array =>
  world.vault.keyHash(`match ${field} ${canonicalText(value)}`);

async function indexNewKeys(
  run: RunContext,
  collected: Collected,
  fields: readonly string[],
  index: MatchIndex,
): Promise<void> {
  for await (const chunk of collected.staging.read()) {
    for (const { entry, key, record } of chunk) {
      if (!isNew(collected, entry, key)) continue;
      for (const [rank, field] of fields.entries())
        if (hasValue(record[field])) index.add(hashOf(run, field, record[field]), { claimant: entry, rank });
    }
  }
}

/** New keys that an earlier run began to send as somebody known, by the key of that person. */
function begunAdoptions(run: RunContext, collected: Collected): Map<string, number> {
  const begun = new Map<string, number>();
  for (const [key, { item }] of collected.doubts) {
    const entry = collected.ledger.find(run.world.vault.keyHash(key));
    if (item.adopts !== undefined && entry >= 0 && isNew(collected, entry, key)) begun.set(item.adopts, entry);
  }
  return begun;
}

async function claimsOf(
  run: RunContext,
  { ledger }: Collected,
  fields: readonly string[],
  candidates: number[],
  index: MatchIndex,
  begun: Map<string, number>,
): Promise<Map<number, Claim[]>> {
  const claims = new Map<number, Claim[]>();
  const claim = (claimant: number, made: Claim): void =>
    void claims.set(claimant, [...(claims.get(claimant) ?? []), made]);
  for (let at = 0; at < candidates.length; at += RECORDS_A_READ) {
    const chunk = candidates.slice(at, at + RECORDS_A_READ);
    const records = await run.world.store.snapshotRecords(chunk.map((entry) => ledger.recordId(entry)));
    for (const [place, from] of chunk.entries()) {
      const { key, record } = records[place] as SnapshotRecord;
      const begunBy = begun.get(key);
      if (begunBy !== undefined) claim(begunBy, { rank: BEGUN, from, key });
      for (const field of fields) {
        if (!hasValue(record[field])) continue;
        for (const { claimant, rank } of index.find(hashOf(run, field, record[field])))
          claim(claimant, { rank, from, key });
      }
    }
  }
  return claims;
}

/** The preferred field that finds anybody decides. Two people for a key, or two keys for a person, are a person's to decide. */
function decide(claims: Map<number, Claim[]>, want: (entry: number) => void): Decisions {
  const decisions: Decisions = { adopts: new Map(), refused: new Map() };
  const wantedBy = new Map<number, number[]>();
  for (const [claimant, all] of claims) {
    const rank = Math.min(...all.map((claim) => claim.rank));
    const best = all.filter((claim) => claim.rank === rank);
    for (const { from } of best) {
      want(from);
      wantedBy.set(from, [...(wantedBy.get(from) ?? []), claimant]);
    }
    if (best.length === 1) decisions.adopts.set(claimant, best[0] as Claim);
    else {
      const known = best.map(({ key }) => key).sort();
      decisions.refused.set(claimant, (key) => `The new key ${key} may be ${listed(known)}, who are known`);
    }
  }
  for (const [from, claimants] of wantedBy) {
    if (claimants.length === 1) continue;
    for (const claimant of claimants) {
      const claim = decisions.adopts.get(claimant);
      if (claim?.from !== from) continue;
      decisions.adopts.delete(claimant);
      decisions.refused.set(
        claimant,
        (_key, keys) =>
          `The new keys ${listed(claimants.map((one) => keys.get(one) ?? '').sort())} may each be ${claim.key}, who is known`,
      );
    }
  }
  return decisions;
}

/** At most so many keys are named in a sentence. */
const KEYS_NAMED = 5;

const listed = (keys: readonly string[]): string =>
  keys.length <= KEYS_NAMED
    ? keys.join(' and ')
    : `${keys.slice(0, KEYS_NAMED).join(', ')} and ${keys.length - KEYS_NAMED} more`;

/** The old key may yet stand in what could not be read: then nobody can say that it is out of use. */
function whyWait(
  run: RunContext,
  { unreadableCount }: Collected,
  end: ReadEnd,
): 'unreadable key' | 'incomplete read' | undefined {
  if (unreadableCount > 0) return 'unreadable key';
  const isPart = isFull(run.pipeline) && (!end.complete || run.request.limit !== undefined);
  return isPart ? 'incomplete read' : undefined;
}

async function stagedOf(
  { staging }: Collected,
  isWanted: (entry: number) => boolean,
  keys: Map<number, string>,
): Promise<Staged[]> {
  const found: Staged[] = [];
  for await (const chunk of staging.read()) {
    for (const staged of chunk) {
      if (!isWanted(staged.entry)) continue;
      keys.set(staged.entry, staged.key);
      found.push({ ...staged, record: {} });
    }
  }
  return found;
}

function adopt(
  run: RunContext,
  collected: Collected,
  { entry, key }: Staged,
  { from, key: old }: Claim,
  renamed: (from: string, to: string) => boolean,
  waits: ReturnType<typeof whyWait>,
): void {
  const { ledger, adoptions } = collected;
  ledger.takeOver(entry, from);
  if (renamed(old, key)) ledger.mark(entry, flag.doubt);
  adoptions.set(entry, { from, key: old });
  // Even with equal values the target is told: what names the person there may come from the key after the diff.
  const fate = fateOf(ledger, entry, ledger.seenHash(entry), false, collected);
  ledger.setFate(entry, fate === 'unchanged' ? 'update' : fate);
  if (!waits) return;
  ledger.mark(entry, flag.held);
  ledger.setHeldBy(entry, waits);
  hold(run, waits);
}

async function refuse(run: RunContext, { ledger }: Collected, staged: Staged, reason: string): Promise<void> {
  ledger.mark(staged.entry, flag.conflict);
  await reject(
    run,
    {
      key: staged.key,
      stage: 'diff',
      code: 'MATCH_AMBIGUOUS',
      reason: `${reason} by the same value: a person has to say who is who`,
      origin: run.origins[staged.origin] ?? '',
      line: staged.line,
      source: staged.source,
    },
    { cause: 'A new key fits more than one known person, or several new keys fit one' },
  );
}
