import { problem, type OpenContext, type OpenSink } from '#sdk';
import type { Connector } from '../document.ts';
import type { TargetRule } from '../schema/write.ts';
import { openSession } from '../session.ts';
import { findItems } from './find.ts';
import { keyFields, rulesOf } from './operation.ts';
import { writeBatch } from './write-batch.ts';

/** Requests in flight at once where no `limit` says otherwise. */
const defaultConcurrency = 4;

/** Opens a declared target as a sink. */
export async function openTarget(
  connector: Connector,
  target: TargetRule,
  context: OpenContext<unknown>,
): Promise<OpenSink> {
  const rules = rulesOf(target);
  refuseUnaskable(target, rules);
  const session = await openSession(connector, context);
  const { find } = target;
  return {
    rules,
    retry: session.retry,
    concurrency: session.concurrency ?? defaultConcurrency,
    key: keyFields(target),
    commits: 'batch',
    write: (batch, signal) => writeBatch({ session, target, signal }, batch),
    ...(find ? { find: (items, signal) => findItems({ session, target, find, signal }, items) } : {}),
    close: () => session.close(),
  };
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
