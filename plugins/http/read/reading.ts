import type { Scope, SourceContext } from '#sdk';
import type { ReadRule } from '../schema/read.ts';
import type { Session } from '../session.ts';
import type { Completeness } from './completeness.ts';
import type { Cursor } from './cursor.ts';

/** What reading pages needs. */
export interface Reading {
  session: Session;
  rule: ReadRule;
  /** Names the read in reports. */
  origin: string;
  context: SourceContext<unknown, unknown>;
  completeness: Completeness;
  /** What all requests see: names of the run, of the connection, and `$with`. */
  scope: Scope;
  cursor?: Cursor;
}
