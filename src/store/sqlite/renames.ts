import { problem } from '../../model/problem.ts';
import type { IntentItem, PipelineState, Store } from '../ports.ts';
import type { Connection } from './connection.ts';
import { resealRejects } from './rejects.ts';
import { underLease } from './runs.ts';
import type { Sealing } from './sealing.ts';
import { partId } from './snapshot.ts';
import { statement } from './statement.ts';

const SECRETS = 'secrets of pipeline ';

type Names = { from: string; to: string };
const snapshotsOf = statement<{ name: string }>()((query, arg) =>
  query
    .selectFrom('snapshots')
    .select(['id', 'name', 'owner'])
    .where((of) => of.or([of('name', '=', arg('name')), of('owner', '=', arg('name'))]))
    .orderBy('id'),
);
const byName = statement<{ name: string }>()((query, arg) =>
  query.selectFrom('snapshots').select(['id', 'name', 'owner']).where('name', '=', arg('name')),
);
const dropSnapshot = statement<{ id: number }>()((query, arg) =>
  query.deleteFrom('snapshots').where('id', '=', arg('id')),
);
const renameSnapshot = statement<{ id: number; to: string }>()((query, arg) =>
  query
    .updateTable('snapshots')
    .set({ name: arg('to') })
    .where('id', '=', arg('id')),
);
const giveSnapshots = statement<Names>()((query, arg) =>
  query
    .updateTable('snapshots')
    .set({ owner: arg('to') })
    .where('owner', '=', arg('from')),
);
const intentsOf = statement<{ snapshot: string }>()((query, arg) =>
  query.selectFrom('intents').select(['id', 'sealed']).where('snapshot', '=', arg('snapshot')),
);
const moveIntent = statement<{ id: string; to: string; sealed: Uint8Array }>()((query, arg) =>
  query
    .updateTable('intents')
    .set({ snapshot: arg('to'), sealed: arg('sealed') })
    .where('id', '=', arg('id')),
);
const giveRuns = statement<Names>()((query, arg) =>
  query
    .updateTable('runs')
    .set({ pipeline: arg('to') })
    .where('pipeline', '=', arg('from')),
);
const giveRunSnapshots = statement<Names & { pipeline: string }>()((query, arg) =>
  query
    .updateTable('runs')
    .set({ snapshot: arg('to') })
    .where('snapshot', '=', arg('from'))
    .where('pipeline', '=', arg('pipeline')),
);
const giveTicks = statement<Names>()((query, arg) =>
  query
    .insertInto('ticks')
    .columns(['pipeline', 'tick', 'claimed_at'])
    .expression((of) =>
      of
        .selectFrom('ticks as old')
        .select((each) => [each.val(arg('to')).as('pipeline'), 'old.tick', 'old.claimed_at'])
        .where('old.pipeline', '=', arg('from'))
        .where((each) =>
          each.not(
            each.exists(
              each
                .selectFrom('ticks as own')
                .select('own.tick')
                .where('own.pipeline', '=', arg('to'))
                .whereRef('own.tick', '=', 'old.tick'),
            ),
          ),
        ),
    ),
);
const dropTicks = statement<{ name: string }>()((query, arg) =>
  query.deleteFrom('ticks').where('pipeline', '=', arg('name')),
);
const giveFiles = statement<Names>()((query, arg) =>
  query
    .updateTable('consumed_files')
    .set({ pipeline: arg('to') })
    .where('pipeline', '=', arg('from')),
);
const giveAcceptances = statement<Names>()((query, arg) =>
  query
    .updateTable('acceptances')
    .set({ pipeline: arg('to') })
    .where('pipeline', '=', arg('from')),
);
const giveCursors = statement<Names>()((query, arg) =>
  query
    .updateTable('cursors')
    .set({ pipeline: arg('to') })
    .where('pipeline', '=', arg('from')),
);
const givePostponed = statement<Names>()((query, arg) =>
  query
    .updateTable('postponed')
    .set({ pipeline: arg('to') })
    .where('pipeline', '=', arg('from')),
);
const anyPostponed = statement<{ name: string }>()((query, arg) =>
  query.selectFrom('postponed').select('id').where('pipeline', '=', arg('name')).limit(1),
);
const anyCursor = statement<{ name: string }>()((query, arg) =>
  query.selectFrom('cursors').select('source').where('pipeline', '=', arg('name')).limit(1),
);
const anyRun = statement<{ name: string }>()((query, arg) =>
  query.selectFrom('runs').select('id').where('pipeline', '=', arg('name')).limit(1),
);
const anyFile = statement<{ name: string }>()((query, arg) =>
  query.selectFrom('consumed_files').select('path').where('pipeline', '=', arg('name')).limit(1),
);
const anyReject = statement<{ name: string }>()((query, arg) =>
  query.selectFrom('rejects').select('id').where('pipeline', '=', arg('name')).where('status', '=', 'open').limit(1),
);
const anyPart = statement<{ from: number; to: number }>()((query, arg) =>
  query.selectFrom('parts').select('id').where('id', '>=', arg('from')).where('id', '<', arg('to')).limit(1),
);
const anyAcknowledgement = statement<{ id: number }>()((query, arg) =>
  query
    .selectFrom('acknowledgements')
    .select('id')
    .where('snapshot', '=', arg('id'))
    .where('provisional', '=', 0)
    .limit(1),
);
const fact = statement<{ name: string }>()((query, arg) =>
  query.selectFrom('facts').select('value').where('name', '=', arg('name')),
);
const saveFact = statement<{ name: string; value: Uint8Array }>()((query, arg) =>
  query
    .insertInto('facts')
    .values({ name: arg('name'), value: arg('value') })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: arg('value') })),
);

/** All that stands under a pipeline's name, and giving it another name (S19). */
export function renames(
  connection: Connection,
  sealing: Sealing,
): Pick<Store, 'pipelineState' | 'renamePipeline' | 'checkRename' | 'secretsName'> {
  const secretsOf = (pipeline: string): string => {
    const known = connection.get(fact, { name: SECRETS + pipeline })?.value;
    return known ? new TextDecoder().decode(known) : pipeline;
  };
  return {
    pipelineState: async (pipeline, snapshot) => connection.read(() => stateOf(connection, pipeline, snapshot)),
    checkRename: async (from, to) => connection.read(() => refuseBoth(connection, from, to)),
    secretsName: async (pipeline) => secretsOf(pipeline),
    async renamePipeline(lease, from, to) {
      return underLease(connection, lease, () => {
        const old = stateOf(connection, from, to.snapshot);
        if (!old.exists) return false;
        refuseBoth(connection, from, to);
        const moves = old.snapshot !== to.snapshot;
        const present = connection.get(byName, { name: to.snapshot });
        if (moves && present) connection.run(dropSnapshot, { id: present.id });
        const kept = connection.get(byName, { name: old.snapshot });
        if (moves && kept) connection.run(renameSnapshot, { id: kept.id, to: to.snapshot });
        if (moves) moveIntents(connection, sealing, old.snapshot, to.snapshot);
        const names = { from, to: to.pipeline };
        connection.run(giveSnapshots, names);
        connection.run(giveRunSnapshots, { from: old.snapshot, to: to.snapshot, pipeline: from });
        connection.run(giveTicks, names);
        connection.run(dropTicks, { name: from });
        for (const give of [giveRuns, giveFiles, giveCursors, givePostponed, giveAcceptances])
          connection.run(give, names);
        resealRejects(connection, sealing, from, to.pipeline);
        const secrets = new TextEncoder().encode(secretsOf(from));
        connection.run(saveFact, { name: SECRETS + to.pipeline, value: secrets });
        return true;
      });
    },
  };
}

/** `snapshot`: the one that the pipeline is to have; among several of the old name it is preferred. */
function stateOf(connection: Connection, pipeline: string, snapshot: string): PipelineState {
  const all = connection.all(snapshotsOf, { name: pipeline });
  const chosen =
    all.find(({ name }) => name === snapshot) ??
    all.find(({ name }) => name === pipeline) ??
    (all.length === 1 ? all[0] : undefined);
  const name = chosen?.name ?? pipeline;
  const hasIntents = connection.all(intentsOf, { snapshot: name }).length > 0;
  const holds =
    hasIntents ||
    all.some(({ id }) => knowsAnybody(connection, id)) ||
    connection.get(anyFile, { name: pipeline }) !== undefined ||
    connection.get(anyCursor, { name: pipeline }) !== undefined ||
    connection.get(anyPostponed, { name: pipeline }) !== undefined ||
    connection.get(anyReject, { name: pipeline }) !== undefined;
  return { snapshot: name, holds, exists: holds || connection.get(anyRun, { name: pipeline }) !== undefined };
}

const knowsAnybody = (connection: Connection, id: number): boolean =>
  connection.get(anyPart, { from: partId(id, 0), to: partId(id + 1, 0) }) !== undefined ||
  connection.get(anyAcknowledgement, { id }) !== undefined;

/** Two states can't become one: nobody could say which of two records of a key was delivered last. */
function refuseBoth(connection: Connection, from: string, to: { pipeline: string; snapshot: string }): void {
  const others = connection.get(byName, { name: to.snapshot });
  const isAnothers = others && others.owner !== from && others.name !== from && knowsAnybody(connection, others.id);
  if (!isAnothers && !stateOf(connection, to.pipeline, to.snapshot).holds) return;
  throw bothHaveState(from, to.pipeline);
}

/** The sentence for two names that both have state. */
const bothHaveState = (from: string, to: string) =>
  problem(
    'RENAME_BOTH_HAVE_STATE',
    `The pipeline ${to} says \`was: ${from}\`, and both names have delivered or rejected records, so neither state can become the other`,
    {
      fix: `If ${to} is to go on with its own state, take \`was:\` out. If it is to go on as ${from}, restore the copy of the store from before its first run under the new name.`,
    },
  );

function moveIntents(connection: Connection, { seal, open }: Sealing, from: string, to: string): void {
  for (const { id, sealed } of connection.all(intentsOf, { snapshot: from })) {
    const items = open<IntentItem[]>(sealed, `intents ${from}`);
    connection.run(moveIntent, { id, to, sealed: seal(items, `intents ${to}`) });
  }
}
