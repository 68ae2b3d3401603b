import { builder } from '../statement.ts';
import type { Migration } from './migration.ts';

/** How far incremental reads have come (S15). */
export const cursors: Migration = {
  version: 5,
  name: 'cursors',
  up: [
    builder.schema
      .createTable('cursors')
      .addColumn('pipeline', 'text', (column) => column.notNull())
      .addColumn('source', 'text', (column) => column.notNull())
      .addColumn('sealed', 'blob', (column) => column.notNull())
      .addColumn('run', 'text', (column) => column.notNull())
      .addColumn('moved_at', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('cursors_key', ['pipeline', 'source']),
  ],
};
