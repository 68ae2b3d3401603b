import { builder } from '../statement.ts';
import type { Migration } from './migration.ts';

/** Finished steps of chains, and records that a target answers later; both belong to an intent. */
export const journal: Migration = {
  version: 9,
  name: 'journal',
  up: [
    builder.schema
      .createTable('journal')
      .addColumn('intent', 'text', (column) => column.notNull())
      .addColumn('place', 'integer', (column) => column.notNull())
      .addColumn('sealed', 'blob', (column) => column.notNull())
      .addPrimaryKeyConstraint('journal_key', ['intent', 'place']),
    builder.schema
      .createTable('pending')
      .addColumn('intent', 'text', (column) => column.notNull())
      .addColumn('part', 'integer', (column) => column.notNull())
      .addColumn('sealed', 'blob', (column) => column.notNull())
      .addPrimaryKeyConstraint('pending_key', ['intent', 'part']),
  ],
};
