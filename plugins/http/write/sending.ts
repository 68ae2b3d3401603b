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
  /** Names of the request. */
  scope: Scope;
}

/** The declared errors for an operation, its own first. */
export const errorRulesOf = ({ document, session }: Sending): ErrorRule[] => [
  ...(document.errors ?? []),
  ...(session.connector.http.errors ?? []),
];
