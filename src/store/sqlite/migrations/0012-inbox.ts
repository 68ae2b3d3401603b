import { builder } from '../statement.ts';
import type { Migration } from './migration.ts';

/** Events that came from outside, and the ids of those that came lately. */
export const inbox: Migration = {
  version: 12,
  name: 'inbox',
  up: [
    builder.schema
      .createTable('events')
      // A place is never given twice, also when everything before it is gone: readers know by it where they are.
      .addColumn('place', 'integer', (column) => column.primaryKey().autoIncrement())
      .addColumn('inbox', 'text', (column) => column.notNull())
      .addColumn('sealed', 'blob', (column) => column.notNull())
      .addColumn('size_bytes', 'integer', (column) => column.notNull())
      .addColumn('received_at', 'integer', (column) => column.notNull()),
    builder.schema.createIndex('events_in_order').on('events').columns(['inbox', 'place']),
    builder.schema
      .createTable('event_ids')
      .addColumn('inbox', 'text', (column) => column.notNull())
      .addColumn('id', 'blob', (column) => column.notNull())
      .addColumn('seen_at', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('event_ids_key', ['inbox', 'id']),
    builder.schema.createIndex('event_ids_by_age').on('event_ids').column('seen_at'),
    builder.schema
      .createTable('inboxes')
      .addColumn('inbox', 'text', (column) => column.primaryKey())
      .addColumn('size_bytes', 'integer', (column) => column.notNull()),
  ],
};
