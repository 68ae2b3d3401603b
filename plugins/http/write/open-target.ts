import type { OpenContext, OpenSink } from '#sdk';
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
  const session = await openSession(connector, context);
  const { find } = target;
  return {
    rules: rulesOf(target),
    retry: session.retry,
    concurrency: session.concurrency ?? defaultConcurrency,
    key: keyFields(target),
    commits: 'batch',
    write: (batch, signal) => writeBatch({ session, target, signal }, batch),
    ...(find ? { find: (items, signal) => findItems({ session, target, find, signal }, items) } : {}),
    close: () => session.close(),
  };
}
