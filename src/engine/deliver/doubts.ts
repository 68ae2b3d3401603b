import { canonicalText } from '../diff/canonical.ts';
import type { Doubts } from '../diff/collect.ts';
import type { Fields, WriteItem } from '../../model/record.ts';
import type { Intent, IntentItem, Vault } from '../../store/ports.ts';
import { ask, outcomeUnknown, resolveByFind, ruleOf, sendBatch, type SendTools } from './send.ts';
import type { Final } from './work.ts';

/** The newest open intent of each key: what nobody knows whether it was done. */
export function doubtsOf(intents: Intent[]): Doubts {
  const doubts: Doubts = new Map();
  for (const intent of intents) for (const item of intent.items) doubts.set(item.key, { intent, item });
  return doubts;
}

/** What an intent remembers of an item: no payload (S9). */
export function intentItem(vault: Vault, item: WriteItem, keyFields: readonly string[]): IntentItem {
  const target: Fields = {};
  for (const field of keyFields) if (item.record[field] !== undefined) target[field] = item.record[field];
  return { key: item.key, hash: payloadHash(vault, item), target };
}

/** 32 hex digits over what would be sent. */
export function payloadHash(vault: Vault, item: WriteItem): string {
  return Buffer.from(vault.valueHash(canonicalText(item.record))).toString('hex');
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
  if (rule?.repeat === 'never' || !rule)
    return items.map(() => outcomeUnknown('an earlier run was ended before the answer'));
  const operation = items[0]?.operation ?? intent.operation;
  if (rule.repeat === 'safe' && operation === intent.operation && isIdentical(vault, intent, items)) {
    return sendBatch(tools, operation, items, intent.id);
  }
  if (tools.sink.find && intent.operation === 'create') return findThenSend(tools, vault, intent, items);
  const once = tools.newId();
  await tools.openIntent(once, operation, items);
  return sendBatch(tools, operation, items, once);
}

function isIdentical(vault: Vault, intent: Intent, items: WriteItem[]): boolean {
  if (intent.items.length !== items.length) return false;
  return intent.items.every((was, index) => {
    const item = items[index] as WriteItem;
    return was.key === item.key && was.hash === payloadHash(vault, item);
  });
}

/** Who is found with the payload we sent is delivered; who is found with another is updated, as a changed payload is never sent under an old key. */
async function findThenSend(tools: SendTools, vault: Vault, intent: Intent, items: WriteItem[]): Promise<Final[]> {
  const sentHash = new Map(intent.items.map((item) => [item.key, item.hash]));
  const same = items.filter((item) => sentHash.get(item.key) === payloadHash(vault, item));
  const changed = items.filter((item) => !same.includes(item));
  const finals = new Map<WriteItem, Final>();
  const sameFinals = same.length > 0 ? await resolveByFind(tools, 'create', same) : [];
  same.forEach((item, index) => finals.set(item, sameFinals[index] as Final));
  const changedFinals = changed.length > 0 ? await updateIfFound(tools, changed) : [];
  changed.forEach((item, index) => finals.set(item, changedFinals[index] as Final));
  return items.map((item) => finals.get(item) as Final);
}

async function updateIfFound(tools: SendTools, items: WriteItem[]): Promise<Final[]> {
  const found = await resolveFound(tools, items);
  const results = new Map<WriteItem, Final>();
  for (const operation of ['update', 'create'] as const) {
    const group = found.filter((entry) => entry.operation === operation);
    if (group.length === 0) continue;
    const once = tools.newId();
    const batch = group.map((entry) => entry.item);
    await tools.openIntent(once, operation, batch);
    const finals = await sendBatch(tools, operation, batch, once);
    group.forEach((entry, index) => {
      const final = finals[index] as Final;
      results.set(
        entry.original,
        final.is === 'delivered' ? { is: 'delivered', kept: { ...entry.item.kept, ...final.kept } } : final,
      );
    });
  }
  return items.map(
    (item) =>
      results.get(item) ?? {
        is: 'rejected',
        code: 'TARGET_AMBIGUOUS',
        reason: 'The target knows several records under this key',
      },
  );
}

interface Resolved {
  original: WriteItem;
  item: WriteItem;
  operation: 'create' | 'update';
}

async function resolveFound(tools: SendTools, items: WriteItem[]): Promise<Resolved[]> {
  const answers = await ask(tools, items);
  return items.flatMap((original, index): Resolved[] => {
    const answer = answers[index];
    if (answer?.is === 'ambiguous') return [];
    if (answer?.is === 'found')
      return [
        {
          original,
          item: { ...original, operation: 'update' as const, kept: { ...original.kept, ...answer.kept } },
          operation: 'update' as const,
        },
      ];
    return [{ original, item: original, operation: 'create' as const }];
  });
}
