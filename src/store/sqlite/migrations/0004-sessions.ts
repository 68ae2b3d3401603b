import { builder } from '../statement.ts';
import type { Migration } from './migration.ts';

/** What logins gave is kept, so that a refresh token that works once survives the end of a process. */
export const keptSessions: Migration = {
  version: 4,
  name: 'sessions',
  up: [
    builder.schema
      .createTable('sessions')
      .addColumn('account', 'text', (column) => column.primaryKey())
      .addColumn('serial', 'integer', (column) => column.notNull())
      .addColumn('sealed', 'blob', (column) => column.notNull())
      .addColumn('saved_at', 'integer', (column) => column.notNull()),
  ],
};
