import { sql, type ExpressionBuilder } from 'kysely';
import type { RejectInput, RejectRow, RejectStage, Store, Vault } from '../ports.ts';
import type { Connection } from './connection.ts';
import type { Sealing } from './sealing.ts';
import { builder, statement } from './statement.ts';
import type { Tables } from './tables.ts';

interface Sealed {
  key: string | null;
  source: RejectInput['source'];
}

const findOpen = statement<{ pipeline: string; identity: Uint8Array; stage: RejectStage; row: Uint8Array }>()(
  (query, arg) =>
    query
      .selectFrom('rejects')
      .select('id')
      .where('pipeline', '=', arg('pipeline'))
      .where('identity', '=', arg('identity'))
      .where('stage', '=', arg('stage'))
      .where('row', '=', arg('row'))
      .where('status', '=', sql.lit('open')),
);
type Told = {
  code: string;
  reason: string;
  sink: string | null;
  field: string | null;
  origin: string;
  line: number | null;
  sealed: Uint8Array;
  run: string;
  now: number;
};
const insert = statement<
  Told & { pipeline: string; identity: Uint8Array; hasKey: number; stage: RejectStage; row: Uint8Array }
>()((query, arg) =>
  query.insertInto('rejects').values({
    pipeline: arg('pipeline'),
    identity: arg('identity'),
    has_key: arg('hasKey'),
    stage: arg('stage'),
    row: arg('row'),
    code: arg('code'),
    reason: arg('reason'),
    sink: arg('sink'),
    field: arg('field'),
    origin: arg('origin'),
    line: arg('line'),
    sealed: arg('sealed'),
    first_run: arg('run'),
    last_run: arg('run'),
    attempts: 1,
    first_at: arg('now'),
    last_at: arg('now'),
    status: 'open',
  }),
);
// Several rows of one key in one run are one attempt.
const update = statement<Told & { id: number }>()((query, arg) =>
  query
    .updateTable('rejects')
    .set((of) => ({
      attempts: of('attempts', '+', of.case().when('last_run', '=', arg('run')).then(0).else(1).end()),
      code: arg('code'),
      reason: arg('reason'),
      sink: arg('sink'),
      field: arg('field'),
      origin: arg('origin'),
      line: arg('line'),
      sealed: arg('sealed'),
      last_run: arg('run'),
      last_at: arg('now'),
    }))
    .where('id', '=', arg('id')),
);
const settle = statement<{ pipeline: string; identity: Uint8Array }>()((query, arg) =>
  query
    .updateTable('rejects')
    .set({ status: 'settled' })
    .where('pipeline', '=', arg('pipeline'))
    .where('identity', '=', arg('identity'))
    .where('status', '=', sql.lit('open')),
);
const settleOlder = statement<{ pipeline: string; run: string }>()((query, arg) =>
  query
    .updateTable('rejects')
    .set({ status: 'settled' })
    .where('pipeline', '=', arg('pipeline'))
    .where('status', '=', 'open')
    .where('has_key', '=', 0)
    .where('last_run', '!=', arg('run')),
);
const settleOne = statement<{ pipeline: string; id: number }>()((query, arg) =>
  query
    .updateTable('rejects')
    .set({ status: 'settled' })
    .where('pipeline', '=', arg('pipeline'))
    .where('id', '=', arg('id')),
);
const byId = statement<{ id: number }>()((query, arg) =>
  query.selectFrom('rejects').selectAll().where('id', '=', arg('id')),
);

const allOf = statement<{ pipeline: string }>()((query, arg) =>
  query.selectFrom('rejects').select(['id', 'sealed']).where('pipeline', '=', arg('pipeline')),
);
const give = statement<{ id: number; to: string; sealed: Uint8Array }>()((query, arg) =>
  query
    .updateTable('rejects')
    .set({ pipeline: arg('to'), sealed: arg('sealed') })
    .where('id', '=', arg('id')),
);

type Row = NonNullable<ReturnType<NonNullable<(typeof byId)['types']>>>;
type Filter = Parameters<Store['rejects']>[0];

const contextOf = (pipeline: string): string => `rejects ${pipeline}`;

/** Records that could not be delivered, and why (S16). */
export function rejects(
  connection: Connection,
  { open }: Sealing,
): Pick<Store, 'rejects' | 'rejectCount' | 'reject' | 'settleRejects'> {
  const view = (row: Row): RejectRow => ({
    id: row.id,
    pipeline: row.pipeline,
    ...open<Sealed>(row.sealed, contextOf(row.pipeline)),
    stage: row.stage,
    code: row.code,
    reason: row.reason,
    ...(row.sink === null ? {} : { sink: row.sink }),
    ...(row.field === null ? {} : { field: row.field }),
    origin: row.origin,
    line: row.line,
    firstRun: row.first_run,
    lastRun: row.last_run,
    attempts: row.attempts,
    firstAt: row.first_at,
    lastAt: row.last_at,
    status: row.status,
  });
  return {
    rejects: async (filter) => connection.all(filtered(filter), {}).map(view),
    rejectCount: async (filter) => connection.get(counted(filter), {})?.count ?? 0,
    async reject(id) {
      const row = connection.get(byId, { id });
      return row && view(row);
    },
    async settleRejects(pipeline, ids) {
      connection.write(() => {
        for (const id of ids) connection.run(settleOne, { pipeline, id });
      });
    },
  };
}

/** Latest first, those of one run as they came. */
const filtered = ({ limit, ...filter }: Filter) =>
  statement()(() => {
    const query = builder
      .selectFrom('rejects')
      .selectAll()
      .where(isWanted(filter))
      .orderBy('last_at', 'desc')
      .orderBy('id');
    return limit === undefined ? query : query.limit(limit);
  });

const counted = (filter: Filter) =>
  statement()(() =>
    builder
      .selectFrom('rejects')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where(isWanted(filter)),
  );

const isWanted =
  ({ pipeline, run, status }: Filter) =>
  (of: ExpressionBuilder<Tables, 'rejects'>) =>
    of.and([
      ...(pipeline === undefined ? [] : [of('pipeline', '=', pipeline)]),
      ...(run === undefined ? [] : [of.or([of('first_run', '=', run), of('last_run', '=', run)])]),
      ...(status === undefined ? [] : [of('status', '=', status)]),
    ]);

/** Part of a commit: keys settled well close their open rejects, then new rejects are opened or open ones updated. */
export function changeRejects(
  connection: Connection,
  vault: Vault,
  { seal }: Sealing,
  run: { id: string; pipeline: string; now: number },
  change: { rejects: readonly RejectInput[]; settledKeys: readonly string[] },
): void {
  const { pipeline } = run;
  for (const key of change.settledKeys) {
    connection.run(settle, { pipeline, identity: identityOf(vault, { key, source: null, origin: '', line: null }) });
  }
  for (const reject of change.rejects) {
    const identity = identityOf(vault, reject);
    const sealed: Sealed = { key: reject.key, source: reject.source };
    const told: Told = {
      code: reject.code,
      reason: reject.reason,
      sink: reject.sink ?? null,
      field: reject.field ?? null,
      origin: reject.origin,
      line: reject.line,
      sealed: seal(sealed, contextOf(pipeline)),
      run: run.id,
      now: run.now,
    };
    // Rows of one key that contradict each other are rejects side by side: a person has to see them all.
    const row = reject.stage === 'diff' ? identityOf(vault, { ...reject, key: null }) : new Uint8Array(0);
    const found = connection.get(findOpen, { pipeline, identity, stage: reject.stage, row });
    if (found) connection.run(update, { ...told, id: found.id });
    else
      connection.run(insert, {
        ...told,
        pipeline,
        identity,
        hasKey: reject.key === null ? 0 : 1,
        stage: reject.stage,
        row,
      });
  }
}

/** Gives the rejects of one pipeline to another: each is sealed anew, as its pipeline is bound into the seal. */
export function resealRejects(connection: Connection, { seal, open }: Sealing, from: string, to: string): void {
  for (const { id, sealed } of connection.all(allOf, { pipeline: from })) {
    connection.run(give, { id, to, sealed: seal(open<Sealed>(sealed, contextOf(from)), contextOf(to)) });
  }
}

/** A row without a key can't be settled by its key: it is settled when a complete feed no longer shows it. */
export function settleShownNoMore(connection: Connection, pipeline: string, run: string): void {
  connection.run(settleOlder, { pipeline, run });
}

/** The key, or else the row, or where that can't be had its place. Marked, so that a row can't pass for a key. */
function identityOf(vault: Vault, reject: Pick<RejectInput, 'key' | 'source' | 'origin' | 'line'>): Uint8Array {
  if (reject.key !== null) return vault.valueHash(`key ${reject.key}`);
  if (reject.source === null) return vault.valueHash(`place ${JSON.stringify([reject.origin, reject.line])}`);
  if (typeof reject.source === 'string') return vault.valueHash(`row ${reject.source}`);
  const { source } = reject;
  const sorted = Object.keys(source)
    .sort()
    .map((name) => [name, source[name]]);
  return vault.valueHash(`record ${JSON.stringify(sorted)}`);
}
