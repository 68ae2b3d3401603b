import { builder } from '../statement.ts';
import type { Migration } from './migration.ts';

/** What accounts may still do, and who of them is in flight. */
export const allowances: Migration = {
  version: 7,
  name: 'allowances',
  up: [
    builder.schema
      .createTable('allowances')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('tokens', 'real', (column) => column.notNull())
      .addColumn('taken_at', 'integer', (column) => column.notNull())
      .addColumn('closed_until', 'integer', (column) => column.notNull()),
    builder.schema
      .createTable('places')
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('holder', 'text', (column) => column.notNull())
      .addColumn('held_until', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('places_key', ['name', 'holder']),
  ],
};
