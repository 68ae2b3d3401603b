import type { Commit, Vault } from '../ports.ts';
import type { PostponedInput, PostponedStore } from '../postponed.ts';
import type { Connection } from './connection.ts';
import { underLease } from './runs.ts';
import type { Sealing } from './sealing.ts';
import { statement } from './statement.ts';

const ofPipeline = statement<{ pipeline: string }>()((query, arg) =>
  query
    .selectFrom('postponed')
    .select(['id', 'key_hash', 'until'])
    .where('pipeline', '=', arg('pipeline'))
    .orderBy('until')
    .orderBy('id'),
);
const byId = statement<{ id: number }>()((query, arg) =>
  query.selectFrom('postponed').select(['key_hash', 'until', 'sealed']).where('id', '=', arg('id')),
);
const save = statement<{ pipeline: string; keyHash: Uint8Array; until: number; sealed: Uint8Array }>()((query, arg) =>
  query
    .insertInto('postponed')
    .values({ pipeline: arg('pipeline'), key_hash: arg('keyHash'), until: arg('until'), sealed: arg('sealed') })
    .onConflict((conflict) =>
      conflict.columns(['pipeline', 'key_hash', 'until']).doUpdateSet({ sealed: arg('sealed') }),
    ),
);
const replace = statement<{ pipeline: string; keyHash: Uint8Array }>()((query, arg) =>
  query.deleteFrom('postponed').where('pipeline', '=', arg('pipeline')).where('key_hash', '=', arg('keyHash')),
);
const drop = statement<{ id: number }>()((query, arg) => query.deleteFrom('postponed').where('id', '=', arg('id')));

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The pipeline is no part of it, so a rename moves rows as they are; a row can't be moved to another key. */
const contextOf = (keyHash: Uint8Array, until: number): string => `postponed ${hexOf(keyHash)} ${until}`;

/** Records that wait for their moment. */
export function postponements(connection: Connection, { open }: Sealing): PostponedStore {
  return {
    postponed: async (pipeline) =>
      connection
        .all(ofPipeline, { pipeline })
        .map(({ id, key_hash, until }) => ({ id, keyHash: hexOf(key_hash), until })),
    postponedRecords: async (ids) =>
      ids.flatMap((id) => {
        const row = connection.get(byId, { id });
        if (!row) return [];
        const { key_hash, until, sealed } = row;
        return [{ ...open<Omit<PostponedInput, 'until'>>(sealed, contextOf(key_hash, until)), until }];
      }),
    async dropPostponed(lease, ids) {
      if (ids.length === 0) return;
      underLease(connection, lease, () => {
        for (const id of ids) connection.run(drop, { id });
      });
    },
  };
}

/** Part of a commit: a key that came again is not what earlier runs postponed of it. */
export function changePostponed(
  connection: Connection,
  vault: Vault,
  { seal }: Sealing,
  pipeline: string,
  { postponed = [], replacedKeys = [] }: Pick<Commit, 'postponed' | 'replacedKeys'>,
): void {
  for (const key of replacedKeys) connection.run(replace, { pipeline, keyHash: vault.keyHash(key) });
  for (const { until, ...content } of postponed) {
    const keyHash = vault.keyHash(content.key);
    const sealed = seal(content, contextOf(keyHash, until));
    connection.run(save, { pipeline, keyHash, until, sealed });
  }
}
