import { builder } from '../statement.ts';
import type { Migration } from './migration.ts';

/** A snapshot remembers which fields of its records are personal; of one from before nobody can say. */
export const personalFields: Migration = {
  version: 3,
  name: 'personal fields',
  up: [builder.schema.alterTable('snapshots').addColumn('personal', 'text')],
};
