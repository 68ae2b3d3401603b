import { builder } from '../statement.ts';
import type { Migration } from './migration.ts';

/** Records that wait for their moment. */
export const postponed: Migration = {
  version: 13,
  name: 'postponed',
  up: [
    builder.schema
      .createTable('postponed')
      .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
      .addColumn('pipeline', 'text', (column) => column.notNull())
      .addColumn('key_hash', 'blob', (column) => column.notNull())
      .addColumn('until', 'integer', (column) => column.notNull())
      .addColumn('sealed', 'blob', (column) => column.notNull())
      .addUniqueConstraint('postponed_once', ['pipeline', 'key_hash', 'until']),
  ],
};
