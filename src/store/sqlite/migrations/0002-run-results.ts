import { builder } from '../statement.ts';
import type { Migration } from './migration.ts';

/** A run keeps all that it printed, sealed; runs from before have none. */
export const runResults: Migration = {
  version: 2,
  name: 'run results',
  up: [builder.schema.alterTable('runs').addColumn('sealed_result', 'blob')],
};
