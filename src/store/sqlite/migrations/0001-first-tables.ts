import { sql, type CreateTableBuilder } from 'kysely';
import { builder } from '../statement.ts';
import type { Migration } from './migration.ts';

const { schema } = builder;

const withHolder = <T extends string>(table: CreateTableBuilder<T>) =>
  table
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('boot_id', 'text', (column) => column.notNull())
    .addColumn('pid', 'integer', (column) => column.notNull())
    .addColumn('process_start', 'text', (column) => column.notNull());

const locks = withHolder(
  schema
    .createTable('locks')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('pipeline', 'text', (column) => column.notNull())
    .addColumn('token', 'text', (column) => column.notNull())
    .addColumn('since', 'integer', (column) => column.notNull())
    .addColumn('heartbeat_at', 'integer', (column) => column.notNull()),
);

const runs = withHolder(
  schema
    .createTable('runs')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('pipeline', 'text', (column) => column.notNull())
    .addColumn('snapshot', 'text')
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('tick', 'integer', (column) => column.notNull())
    .addColumn('started_at', 'integer', (column) => column.notNull())
    .addColumn('ended_at', 'integer')
    .addColumn('duration_ms', 'real')
    .addColumn('sealed_params', 'blob', (column) => column.notNull())
    .addColumn('definition', 'text', (column) => column.notNull())
    .addColumn('counts', 'text')
    .addColumn('guards', 'text')
    .addColumn('reason', 'text')
    .addColumn('code', 'text')
    .addColumn('token', 'text'),
);

const ticks = schema
  .createTable('ticks')
  .addColumn('pipeline', 'text', (column) => column.notNull())
  .addColumn('tick', 'integer', (column) => column.notNull())
  .addColumn('claimed_at', 'integer', (column) => column.notNull())
  .addPrimaryKeyConstraint('ticks_key', ['pipeline', 'tick']);

const deliveries = schema
  .createTable('deliveries')
  .addColumn('id', 'integer', (column) => column.primaryKey())
  .addColumn('run', 'text', (column) => column.notNull())
  .addColumn('operation', 'text', (column) => column.notNull())
  .addColumn('at', 'integer', (column) => column.notNull())
  .addColumn('records', 'integer', (column) => column.notNull());

const intents = schema
  .createTable('intents')
  .addColumn('id', 'text', (column) => column.primaryKey())
  .addColumn('run', 'text', (column) => column.notNull())
  .addColumn('snapshot', 'text', (column) => column.notNull())
  .addColumn('sink', 'text', (column) => column.notNull())
  .addColumn('operation', 'text', (column) => column.notNull())
  .addColumn('sealed', 'blob', (column) => column.notNull())
  .addColumn('opened_at', 'integer', (column) => column.notNull());

const snapshots = schema
  .createTable('snapshots')
  .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
  .addColumn('name', 'text', (column) => column.notNull().unique())
  .addColumn('owner', 'text', (column) => column.notNull())
  .addColumn('filter_rule', 'text')
  .addColumn('key_rule', 'text')
  .addColumn('feed', 'text')
  .addColumn('feed_at', 'integer')
  .addColumn('merges', 'integer', (column) => column.notNull().defaultTo(sql`0`));

// Ids are never used twice (autoincrement), so that an id held in memory can't come to mean another record.
const records = schema
  .createTable('records')
  .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
  .addColumn('snapshot', 'integer', (column) => column.notNull())
  .addColumn('sealed', 'blob', (column) => column.notNull());

const acknowledgements = schema
  .createTable('acknowledgements')
  .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
  .addColumn('snapshot', 'integer', (column) => column.notNull())
  .addColumn('run', 'text', (column) => column.notNull())
  .addColumn('provisional', 'integer', (column) => column.notNull())
  .addColumn('entries', 'blob', (column) => column.notNull())
  .addColumn('first_record', 'integer')
  .addColumn('record_count', 'integer', (column) => column.notNull());

const parts = schema
  .createTable('parts')
  .addColumn('id', 'integer', (column) => column.primaryKey())
  .addColumn('entry_count', 'integer', (column) => column.notNull())
  .addColumn('entries', 'blob', (column) => column.notNull());

const rejects = schema
  .createTable('rejects')
  .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
  .addColumn('pipeline', 'text', (column) => column.notNull())
  .addColumn('identity', 'blob', (column) => column.notNull())
  .addColumn('has_key', 'integer', (column) => column.notNull())
  .addColumn('stage', 'text', (column) => column.notNull())
  .addColumn('row', 'blob', (column) => column.notNull())
  .addColumn('code', 'text', (column) => column.notNull())
  .addColumn('reason', 'text', (column) => column.notNull())
  .addColumn('sink', 'text')
  .addColumn('field', 'text')
  .addColumn('origin', 'text', (column) => column.notNull())
  .addColumn('line', 'integer')
  .addColumn('sealed', 'blob', (column) => column.notNull())
  .addColumn('first_run', 'text', (column) => column.notNull())
  .addColumn('last_run', 'text', (column) => column.notNull())
  .addColumn('attempts', 'integer', (column) => column.notNull())
  .addColumn('first_at', 'integer', (column) => column.notNull())
  .addColumn('last_at', 'integer', (column) => column.notNull())
  .addColumn('status', 'text', (column) => column.notNull());

const consumedFiles = schema
  .createTable('consumed_files')
  .addColumn('pipeline', 'text', (column) => column.notNull())
  .addColumn('store', 'text', (column) => column.notNull())
  .addColumn('path', 'text', (column) => column.notNull())
  .addColumn('size_bytes', 'integer', (column) => column.notNull())
  .addColumn('mtime', 'integer', (column) => column.notNull())
  .addColumn('content_hash', 'text', (column) => column.notNull())
  .addColumn('consumed_at', 'integer', (column) => column.notNull())
  .addPrimaryKeyConstraint('consumed_files_key', ['pipeline', 'store', 'path']);

const acceptances = schema
  .createTable('acceptances')
  .addColumn('id', 'integer', (column) => column.primaryKey())
  .addColumn('pipeline', 'text', (column) => column.notNull())
  .addColumn('hash', 'text', (column) => column.notNull())
  .addColumn('person', 'text', (column) => column.notNull())
  .addColumn('accepted_at', 'integer', (column) => column.notNull())
  .addColumn('expires_at', 'integer', (column) => column.notNull())
  .addColumn('used_at', 'integer');

const indexes = [
  schema.createIndex('runs_by_start').on('runs').column('started_at'),
  schema.createIndex('runs_by_pipeline').on('runs').columns(['pipeline', 'started_at']),
  schema.createIndex('deliveries_by_operation').on('deliveries').columns(['operation', 'at']),
  schema.createIndex('intents_by_snapshot').on('intents').column('snapshot'),
  schema.createIndex('acknowledgements_by_snapshot').on('acknowledgements').column('snapshot'),
  schema
    .createIndex('one_open_reject')
    .unique()
    .on('rejects')
    .columns(['pipeline', 'identity', 'stage', 'row'])
    .where(sql.ref('status'), '=', sql.lit('open')),
  schema.createIndex('rejects_by_last').on('rejects').columns(['pipeline', 'status', 'last_at']),
  schema.createIndex('acceptances_by_hash').on('acceptances').columns(['pipeline', 'hash']),
];

/** The tables of the first release. */
export const firstTables: Migration = {
  version: 1,
  name: 'first tables',
  up: [
    locks,
    runs,
    ticks,
    deliveries,
    intents,
    snapshots,
    records,
    acknowledgements,
    parts,
    rejects,
    consumedFiles,
    acceptances,
    ...indexes,
  ],
};
