import { sql } from 'kysely';
import type { SnapshotFacts, Store } from '../ports.ts';
import type { Connection } from './connection.ts';
import { underLease } from './runs.ts';
import { countEntries } from './snapshot.ts';
import { statement } from './statement.ts';

type Personal = NonNullable<SnapshotFacts['personal']>;
const nothing: Personal = { fields: [], key: false };

const find = statement<{ name: string }>()((query, arg) =>
  query.selectFrom('snapshots').selectAll().where('name', '=', arg('name')),
);
const insert = statement<{ name: string; owner: string }>()((query, arg) =>
  query
    .insertInto('snapshots')
    .values({ name: arg('name'), owner: arg('owner'), personal: sql.lit(JSON.stringify(nothing)) })
    .onConflict((conflict) => conflict.column('name').doNothing()),
);
const setPersonal = statement<{ name: string; personal: string }>()((query, arg) =>
  query
    .updateTable('snapshots')
    .set({ personal: arg('personal') })
    .where('name', '=', arg('name')),
);
const setOwner = statement<{ name: string; owner: string }>()((query, arg) =>
  query
    .updateTable('snapshots')
    .set({ owner: arg('owner') })
    .where('name', '=', arg('name')),
);
const setRule = statement<{ name: string; filter: string; key: string; gone: string }>()((query, arg) =>
  query
    .updateTable('snapshots')
    .set({ filter_rule: arg('filter'), key_rule: arg('key'), gone_rule: arg('gone') })
    .where('name', '=', arg('name')),
);
const setFeed = statement<{ name: string; hash: string; at: number }>()((query, arg) =>
  query
    .updateTable('snapshots')
    .set({ feed: arg('hash'), feed_at: arg('at') })
    .where('name', '=', arg('name')),
);

/** What is known of a snapshot as a whole: owner (S19), rules (S6), last complete feed. */
export function snapshotFacts(connection: Connection): Pick<Store, 'snapshotFacts' | 'saveSnapshotFacts'> {
  return {
    async snapshotFacts(name): Promise<SnapshotFacts | undefined> {
      const row = connection.get(find, { name });
      if (!row) return undefined;
      const { filter_rule: filter, key_rule: key, gone_rule: gone } = row;
      return {
        name,
        owner: row.owner,
        rule: filter === null || key === null ? null : { filter, key, gone },
        feed: row.feed,
        feedAt: row.feed_at,
        personal: row.personal === null ? null : (JSON.parse(row.personal) as Personal),
        entries: countEntries(connection, row.id),
      };
    },
    async saveSnapshotFacts(lease, { name, owner, rule, feed, personal }) {
      underLease(connection, lease, () => {
        snapshotId(connection, name, owner);
        connection.run(setOwner, { name, owner });
        if (rule) connection.run(setRule, { name, ...rule });
        if (personal) addPersonal(connection, name, personal);
        if (feed) connection.run(setFeed, { name, hash: feed.hash, at: feed.at });
      });
    },
  };
}

/** Once personal, always: old records go on with their marks. */
function addPersonal(
  connection: Connection,
  name: string,
  { fields, key }: { fields: readonly string[]; key: boolean },
): void {
  const known = connection.get(find, { name })?.personal ?? null;
  if (known === null) return;
  const before = JSON.parse(known) as Personal;
  const all: Personal = { fields: [...new Set([...before.fields, ...fields])].sort(), key: before.key || key };
  const personal = JSON.stringify(all);
  if (personal !== known) connection.run(setPersonal, { name, personal });
}

/** Number of a snapshot, made where there is none, with this owner. */
export function snapshotId(connection: Connection, name: string, owner: string): number {
  const known = connection.get(find, { name });
  return known ? known.id : connection.run(insert, { name, owner }).lastId;
}
