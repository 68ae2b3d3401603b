import type { OpenSink } from '../../connect/sdk/index.ts';
import { isProblem, problem } from '../../model/problem.ts';
import type { Found, Operation, WriteItem } from '../../model/record.ts';
import type { Attempts } from './attempts.ts';
import type { Final } from './work.ts';

/** Sends items anew: under a key and an intent of their own. */
export type Resend = (operation: Operation, items: WriteItem[]) => Promise<Final[]>;

/** What asking a target needs. */
export interface AskTools {
  sink: OpenSink;
  name: string;
  signal: AbortSignal;
}

/** Nobody can learn whether it was done: for a person (S1). */
export const outcomeUnknown = (reason: string): Extract<Final, { is: 'rejected' }> => ({
  is: 'rejected',
  code: 'OUTCOME_UNKNOWN',
  reason: `No answer came, and the target can't be asked whether it was done: a person has to look (${reason})`,
  inDoubt: true,
});

/** The same of a request of an earlier run: no feed can mend it. */
export const stillUnknown = (): Extract<Final, { is: 'rejected' }> => ({
  ...outcomeUnknown('an earlier run was ended before the answer'),
  isCarriedOver: true,
});

/**
 * The target is asked who of these it knows. A create that is found was done: adopted. An update that is found is sent
 * again, as it sets a state. Who is not found is sent.
 */
export async function resolveByFind(
  tools: AskTools,
  operation: Operation,
  items: WriteItem[],
  attempts: Attempts,
  resend: Resend,
): Promise<Final[]> {
  const found = await ask(tools, items, attempts);
  return settled(
    items,
    found,
    (item, answer) => {
      if (answer.is === 'ambiguous') return ambiguous(answer);
      return answer.is === 'found' && operation === 'create'
        ? { is: 'delivered', kept: answer.kept }
        : withKept(item, answer);
    },
    (open) => resend(operation, open),
  );
}

/** What a target said of a create that it calls a duplicate. */
export interface Conflict {
  reason: string;
  /** How it names the record that is there. */
  other?: string;
}

/** S10: a create that is a duplicate. Our key: adopted and brought to what we hold; another's: rejected, both named. */
export async function resolveConflict(
  tools: AskTools,
  items: WriteItem[],
  told: Conflict[],
  attempts: Attempts,
  resend: Resend,
): Promise<Final[]> {
  const toldOf = new Map(items.map((item, index) => [item, told[index]]));
  const others = (item: WriteItem, other = toldOf.get(item)?.other): Final =>
    duplicate(item.key, other, toldOf.get(item)?.reason);
  if (!tools.sink.find) return items.map((item) => others(item));
  const { update, upsert } = tools.sink.rules;
  return settled(
    items,
    await ask(tools, items, attempts),
    (item, answer) => {
      if (answer.is === 'ambiguous') return ambiguous(answer);
      if (answer.is === 'absent') return others(item, answer.other);
      return update || upsert
        ? { ...withKept(item, answer), operation: 'update' }
        : { is: 'delivered', kept: answer.kept, adopted: true };
    },
    async (open) => {
      const finals = await resend('update', open);
      return finals.map((final, index) =>
        final.is === 'delivered'
          ? { is: 'delivered', kept: { ...open[index]?.kept, ...final.kept }, adopted: true }
          : final,
      );
    },
  );
}

/** The key is shown beside every reject as it is; of the other side only what the target itself names it by. */
function duplicate(key: string, other: string | undefined, reason: string | undefined): Final {
  const cause = `The target holds another record with the same value${reason ? `: ${reason}` : ''}`;
  const names = `our key is ${key}, the other record ${other ? `is ${other}` : 'was not named by the target'}`;
  return { is: 'rejected', code: 'DUPLICATE_AT_TARGET', reason: `${cause} (${names})`, cause };
}

/** What we kept is no longer known there: an update becomes a create; nothing else can be done to nobody. */
export async function createAgain(
  tools: AskTools,
  operation: Operation,
  items: WriteItem[],
  reason: string,
  resend: Resend,
): Promise<Final[]> {
  if (operation === 'missing') return items.map(() => ({ is: 'delivered' }));
  if (!tools.sink.rules.create && !tools.sink.rules.upsert) {
    return items.map(() => ({
      is: 'rejected',
      code: 'TARGET_FORGOT',
      reason: `The target no longer knows the record: ${reason}`,
    }));
  }
  return resend(
    'create',
    items.map(({ kept: _kept, ...item }) => ({ ...item, operation: 'create' })),
  );
}

/** What we kept is out of date: found again and sent again, once; who is out of date then as well is changing there. */
export async function findAgain(
  tools: AskTools,
  operation: Operation,
  items: WriteItem[],
  reason: string,
  attempts: Attempts,
  resend: Resend,
): Promise<Final[]> {
  const stale: Final = {
    is: 'rejected',
    code: 'TARGET_STALE',
    reason: `The record changed at the target meanwhile: ${reason}`,
  };
  if (!tools.sink.find) return items.map(() => stale);
  const again = items.filter(({ key }) => !attempts.wasFoundAgain(key));
  const found = again.length > 0 ? await ask(tools, again, attempts) : [];
  const finals = await settled(
    again,
    found,
    (item, answer) => {
      if (answer.is === 'ambiguous') return ambiguous(answer);
      return answer.is === 'found' ? withKept(item, answer) : stale;
    },
    (open) => resend(operation, open),
  );
  const finalOf = new Map(again.map((item, index) => [item, finals[index] as Final]));
  return items.map((item) => finalOf.get(item) ?? stale);
}

/** Asks within the batch's attempts; a target that can't be asked fails the run. */
async function ask({ sink, name, signal }: AskTools, items: WriteItem[], attempts: Attempts): Promise<Found[]> {
  if (!sink.find) throw problem('TARGET_CANNOT_FIND', `${name} says \`repeat: find\` and has no find`);
  for (;;) {
    try {
      return await sink.find(items, signal);
    } catch (error) {
      if (!isProblem(error) || error.class !== 'transient') throw error;
      await attempts.wait(error.message, error.afterMs);
    }
  }
}

/** Decides each item by what was found: a fate, or the item as it is to be sent. */
async function settled(
  items: WriteItem[],
  found: Found[],
  decide: (item: WriteItem, answer: Found) => Final | WriteItem,
  send: (open: WriteItem[]) => Promise<Final[]>,
): Promise<Final[]> {
  const decided = items.map((item, index) => decide(item, found[index] as Found));
  const open = decided.filter((one) => 'key' in one);
  const sent = open.length > 0 ? await send(open) : [];
  let next = 0;
  return decided.map((one) => ('key' in one ? (sent[next++] as Final) : one));
}

const ambiguous = ({ reason, code = 'TARGET_AMBIGUOUS' }: Extract<Found, { is: 'ambiguous' }>): Final => ({
  is: 'rejected',
  code,
  reason,
});

const withKept = (item: WriteItem, found: Found): WriteItem =>
  found.is === 'found' ? { ...item, kept: { ...item.kept, ...found.kept } } : item;
