import { builder } from '../statement.ts';
import type { Migration } from './migration.ts';

/** By which rule people were gone by their own word, when the snapshot was last settled; not known of an older one. */
export const goneRule: Migration = {
  version: 6,
  name: 'gone rule',
  up: [builder.schema.alterTable('snapshots').addColumn('gone_rule', 'text')],
};
