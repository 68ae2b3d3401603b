import { firstTables } from './0001-first-tables.ts';
import { runResults } from './0002-run-results.ts';
import { personalFields } from './0003-personal-fields.ts';
import { keptSessions } from './0004-sessions.ts';
import { cursors } from './0005-cursors.ts';
import { goneRule } from './0006-gone-rule.ts';
import { allowances } from './0007-allowances.ts';
import { journal } from './0009-journal.ts';
import { inbox } from './0012-inbox.ts';
import { postponed } from './0013-postponed.ts';
import type { Migration } from './migration.ts';

export type { Migration } from './migration.ts';

/** All steps of the schema, in order. */
export const migrations: readonly Migration[] = [
  firstTables,
  runResults,
  personalFields,
  keptSessions,
  cursors,
  goneRule,
  allowances,
  journal,
  inbox,
  postponed,
];
