import { sql } from 'kysely';
import { problem } from '../../model/problem.ts';
import type { Connection } from './connection.ts';
import type { Migration } from './migrations/index.ts';
import { builder, statement } from './statement.ts';

const versionsTable = builder.schema
  .createTable('versions')
  .ifNotExists()
  .addColumn('version', 'integer', (column) => column.primaryKey())
  .addColumn('name', 'text', (column) => column.notNull())
  .addColumn('applied_at', 'integer', (column) => column.notNull())
  .compile().sql;
const factsTable = builder.schema
  .createTable('facts')
  .ifNotExists()
  .addColumn('name', 'text', (column) => column.primaryKey())
  .addColumn('value', 'blob', (column) => column.notNull())
  .compile().sql;
const hasVersions = statement()((query) =>
  query
    .selectFrom(sql<{ name: string }>`sqlite_schema`.as('schema'))
    .select('schema.name')
    .where('schema.name', '=', 'versions'),
);
const newest = statement()((query) => query.selectFrom('versions').select((of) => of.fn.max('version').as('version')));
const record = statement<{ version: number; name: string; at: number }>()((query, arg) =>
  query.insertInto('versions').values({ version: arg('version'), name: arg('name'), applied_at: arg('at') }),
);

/**
 * Brings the schema up to date. One process does it while the others wait for SQLite's lock; `assertIdle` throws when a
 * run is working on the older schema. Throws STORE_NEWER when the store was written by a newer program.
 */
export function migrate(
  connection: Connection,
  steps: readonly Migration[],
  now: number,
  assertIdle: (connection: Connection) => void,
): void {
  const latest = steps.at(-1)?.version ?? 0;
  // A store that is up to date, which is nearly every time, is opened without waiting for whoever writes.
  if (versionOf(connection) === latest) return;
  connection.write(() => {
    const current = versionOf(connection);
    if (current > latest) {
      throw problem(
        'STORE_NEWER',
        `The store has schema version ${current}, and this program knows versions up to ${latest}: a newer one made it`,
        { fix: 'Install the newer version of Portolan again, or restore a copy of the store from before.' },
      );
    }
    if (current > 0 && current < latest) assertIdle(connection);
    connection.execute(versionsTable);
    connection.execute(factsTable);
    for (const { version, name, up } of steps.filter((step) => step.version > current)) {
      for (const part of up) connection.execute(part.compile().sql);
      connection.run(record, { version, name, at: now });
    }
  });
}

const versionOf = (connection: Connection): number =>
  connection.get(hasVersions, {}) ? Number(connection.get(newest, {})?.version ?? 0) : 0;
