import { firstTables } from './0001-first-tables.ts';
import type { Migration } from './migration.ts';

export type { Migration } from './migration.ts';

/** All steps of the schema, in order. */
export const migrations: readonly Migration[] = [firstTables];
