import { problem, type OpenContext, type OpenSink, type Operation, type WriteItem } from '#sdk';
import type { Connector } from '../document.ts';
import type { TargetRule } from '../schema/write.ts';
import { openSession, type Session } from '../session.ts';
import { bytesAtMost, divideByBytes } from './body-size.ts';
import { findItems } from './find.ts';
import { documentOf, keyFields, rulesOf } from './operation.ts';
import { keepFrom } from './keep.ts';
import { askOnceARun } from './once-a-run.ts';
import { writeBatch } from './write-batch.ts';

/** Requests in flight at once where no `limit` says otherwise. */
const defaultConcurrency = 4;

/** Opens the declared target of that name as a sink. */
export async function openTarget(
  connector: Connector,
  target: TargetRule,
  name: string,
  context: OpenContext<unknown>,
): Promise<OpenSink> {
  const rules = rulesOf(target);
  refuseUnaskable(target, rules);
  const session = await openSession(connector, context, name);
  const { find, begin, end } = target;
  return {
    rules: dividing(rules, session, target),
    retry: session.retry,
    concurrency: session.concurrency ?? defaultConcurrency,
    key: keyFields(target),
    commits: 'batch',
    write: (batch, signal) => writeBatch({ session, target, signal }, batch),
    ...(find ? { find: (items, signal) => findItems({ session, target, find, signal }, items) } : {}),
    ...(begin ? { begin: (signal) => askOnceARun(session, begin, 'begin', signal) } : {}),
    ...(end ? { end: (signal) => askOnceARun(session, end, 'end', signal) } : {}),
    keepOf: async (original) => (await keepFrom(session, target.keep, original, session.scope, undefined)).kept ?? {},
    close: () => session.close(),
  };
}

/** Rules that also divide batches, where their operation bounds the bytes of a body. */
function dividing(rules: OpenSink['rules'], session: Session, target: TargetRule): OpenSink['rules'] {
  const entries = Object.entries(rules).map(([operation, rule]) => {
    const document = documentOf(target, operation as Operation);
    if (!document || bytesAtMost(document) === undefined) return [operation, rule] as const;
    const divide = (items: WriteItem[]): Promise<number[]> =>
      divideByBytes(session, target, operation as Operation, items);
    return [operation, { ...rule, divide }] as const;
  });
  return Object.fromEntries(entries) as OpenSink['rules'];
}

/** Nothing is sent where a lost answer could only be answered by sending again (S1). */
function refuseUnaskable({ find, key }: TargetRule, rules: OpenSink['rules']): void {
  if (find && key === undefined) {
    throw problem('TARGET_KEY_MISSING', 'The target declares `find`, and no `key` by which it could be asked.', {
      fix: 'Write `key: FIELD` beside `find` in the connector.',
    });
  }
  const [operation] = Object.entries(rules).find(([, rule]) => rule.repeat === 'find') ?? [];
  if (find || operation === undefined) return;
  throw problem('TARGET_CANNOT_FIND', `\`${operation}\` says \`repeat: find\`, and the target declares no \`find\`.`, {
    fix: 'Declare `find` in the connector, or write `repeat: never`.',
  });
}
