import type { Scope } from '#sdk';
import type { ErrorRule } from '../schema/errors.ts';
import type { OperationDocument, TargetRule } from '../schema/write.ts';
import type { Session } from '../session.ts';
import type { Prepared } from './prepare.ts';

/** A batch on its way: those of it that can be sent. */
export interface Sending {
  session: Session;
  target: TargetRule;
  document: OperationDocument;
  prepared: readonly Prepared[];
  /** Names of the request, with those of `answers`. */
  scope: Scope;
  /** What the steps of a chain named by `as`. */
  answers: Scope;
}

/** Names of the request for these records. */
export function scopeOf(
  session: Session,
  document: OperationDocument,
  prepared: readonly Prepared[],
  once: string,
): Scope {
  const items = prepared.map(({ body }) => body);
  const [first] = prepared;
  // A request for a batch has no single record to name.
  if (document.batch !== undefined || !first) return { ...session.scope, once, items };
  return { ...first.scope, items, item: first.body };
}

/** What expressions of the request look at: the record, or of a batch only the field that it shares. */
export function inputOf({ document, prepared }: Pick<Sending, 'document' | 'prepared'>): unknown {
  const record = prepared[0]?.item.record ?? {};
  if (document.batch === undefined) return record;
  const by = typeof document.batch === 'number' ? undefined : document.batch.by;
  return by === undefined ? {} : { [by]: record[by] };
}

/** The declared errors for an operation, its own first. */
export const errorRulesOf = ({ document, session }: Sending): ErrorRule[] => [
  ...(document.errors ?? []),
  ...(session.connector.http.errors ?? []),
];
