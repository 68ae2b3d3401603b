import { canonicalText } from '../diff/canonical.ts';
import type { Doubts } from '../diff/collect.ts';
import type { Fields, WriteItem } from '../../model/record.ts';
import type { Intent, IntentItem, Vault } from '../../store/ports.ts';
import { resolveByFind, resolveConflict, stillUnknown } from './resolve.ts';
import { attemptsAt, resendWith, ruleOf, sendBatch, type SendTools } from './send.ts';
import type { Delivery } from './delivery.ts';
import type { Final } from './work.ts';

/** The newest open intent of each key: what nobody knows whether it was done. */
export function doubtsOf(intents: Intent[]): Doubts {
  const doubts: Doubts = new Map();
  for (const intent of intents) for (const item of intent.items) doubts.set(item.key, { intent, item });
  return doubts;
}

/** What was open for a key is open for the key that stands for the same person now. False where nothing was. */
export function renameDoubt(
  { doubts, openIntents }: Pick<Delivery, 'doubts' | 'openIntents'>,
  from: string,
  to: string,
): boolean {
  const doubt = doubts.get(from);
  if (!doubt) return false;
  doubts.delete(from);
  // The newer of two is what counts.
  if (!doubts.has(to)) doubts.set(to, doubt);
  for (const { intent, left } of openIntents.values()) {
    for (const item of intent.items) if (item.key === from) item.key = to;
    if (left.delete(from)) left.add(to);
  }
  return true;
}

/** What an intent remembers of an item: no payload (S9). */
export function intentItem(vault: Vault, item: WriteItem, keyFields: readonly string[]): IntentItem {
  const target: Fields = {};
  for (const field of keyFields) if (item.record[field] !== undefined) target[field] = item.record[field];
  return { key: item.key, hash: payloadHash(vault, item), target };
}

/** 32 hex digits over what would be sent. */
function payloadHash(vault: Vault, item: WriteItem): string {
  const content = item.file ? { '#file': item.file.facts.hash } : {};
  return Buffer.from(vault.valueHash(canonicalText({ ...item.record, ...content }))).toString('hex');
}

/**
 * Sends records that an earlier run may have sent already (S9). The identical request under its identical key where the
 * operation is safe to repeat; else the target is asked first; else a person has to look.
 */
export async function sendInDoubt(
  tools: SendTools,
  vault: Vault,
  intent: Intent,
  items: WriteItem[],
): Promise<Final[]> {
  const rule = ruleOf(tools.sink, intent.operation);
  if (!rule) return items.map(stillUnknown);
  const operation = items[0]?.operation ?? intent.operation;
  const isOneRequest = items.length <= rule.size;
  if (operation === intent.operation && isOneRequest && isIdentical(vault, intent, items)) {
    // What is journalled is not repeated: the sink goes on behind it, and says where it can't.
    const isBegun = (await tools.journalOf(intent.id).steps()).length > 0;
    if (rule.repeat === 'safe' || isBegun) return sendBatch(tools, operation, items, intent.id);
  }
  if (rule.repeat === 'never') return items.map(stillUnknown);
  if (tools.sink.find && intent.operation === 'create' && operation === 'create')
    return findThenSend(tools, vault, intent, items);
  return resendWith(tools, attemptsAt(tools))(operation, items);
}

function isIdentical(vault: Vault, intent: Intent, items: WriteItem[]): boolean {
  if (intent.items.length !== items.length) return false;
  return intent.items.every((was, index) => {
    const item = items[index] as WriteItem;
    return was.key === item.key && was.hash === payloadHash(vault, item);
  });
}

/**
 * Who is found with the payload we sent is delivered. A changed payload is never sent under an old key: who is found with
 * another is updated, and who isn't found is created.
 */
async function findThenSend(tools: SendTools, vault: Vault, intent: Intent, items: WriteItem[]): Promise<Final[]> {
  const sentHash = new Map(intent.items.map((item) => [item.key, item.hash]));
  const isSame = (item: WriteItem): boolean => sentHash.get(item.key) === payloadHash(vault, item);
  const attempts = attemptsAt(tools);
  const resend = resendWith(tools, attempts);
  const same = items.filter(isSame);
  const changed = items.filter((item) => !isSame(item));
  const finals = new Map<WriteItem, Final>();
  const keep = (group: WriteItem[], fates: Final[]): void =>
    group.forEach((item, index) => finals.set(item, fates[index] as Final));
  if (same.length > 0) keep(same, await resolveByFind(tools, 'create', same, attempts, resend));
  if (changed.length > 0) keep(changed, await updateOrCreate(tools, changed, attempts, resend));
  return items.map((item) => finals.get(item) as Final);
}

/** Updates who is found, and creates the others. */
async function updateOrCreate(
  tools: SendTools,
  items: WriteItem[],
  attempts: ReturnType<typeof attemptsAt>,
  resend: ReturnType<typeof resendWith>,
): Promise<Final[]> {
  const resolved = await resolveConflict(tools, items, [], attempts, resend);
  // A lost create of ours is ours, and not adopted.
  const updated = resolved.map((final) => (final.is === 'delivered' ? { ...final, adopted: false } : final));
  const absent = items.filter((_item, index) => isAnothers(updated[index]));
  if (absent.length === 0) return updated;
  const created = await resend('create', absent);
  let next = 0;
  return updated.map((final) => (isAnothers(final) ? (created[next++] as Final) : final));
}

/** For a lost create, "another's" only says that nobody is found under our key. */
const isAnothers = (final: Final | undefined): boolean =>
  final?.is === 'rejected' && final.code === 'DUPLICATE_AT_TARGET';
