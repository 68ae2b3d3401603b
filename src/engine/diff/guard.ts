import { counted } from '../../model/counted.ts';
import type { DiffRule } from '../../language/compile/pipeline.ts';
import type { Share } from '../../connect/sdk/index.ts';
import type { GuardView } from '../run/result.ts';

/** What the guards of a run are judged by: shares are of active keys or of the feed (S7). */
export interface Tally {
  /** Active keys of the snapshot before this run. */
  active: number;
  /** People whom the feed names, by any row of theirs. */
  seen: number;
  /** Rows that reached the diff. */
  passed: number;
  create: number;
  update: number;
  /** Of `update`: people who are not in the target's own list any more. */
  lost: number;
  returned: number;
  /** Absent or gone by their own word, before grace. */
  missing: number;
  /** Active, in the feed, and filtered out now. */
  leaves: number;
  /** Of `missing`: absent ones only. */
  absent: number;
  /** Of `missing`: gone by their own word only. */
  gone: number;
  filterChanged: boolean;
  goneChanged: boolean;
  keyChanged: boolean;
  /** Does absence mean anything in this run? */
  absenceCounts: boolean;
  /** The target holds records though nothing was ever delivered. */
  firstOverFull: boolean;
  /** How many of the workspace's limit are left; undefined without one. */
  missingLeft?: number;
}

/** A feed that names fewer people than this share of the active keys is suddenly short. */
const SHORT_FEED_SHARE = 0.5;

/** The guards that this run exceeds. A pure decision. */
export function judgeGuards(rule: DiffRule, tally: Tally): GuardView[] {
  const { guard } = rule;
  const views: (GuardView | undefined)[] = [
    exceeded('missing', tally.missing, tally.active, guard.missing, guard),
    exceeded('leaves', tally.leaves, tally.active, guard.leaves, guard),
    exceeded('update', tally.update, tally.active, guard.update, guard),
    exceeded('create', tally.create, tally.passed, guard.create, guard),
    shortFeed(tally),
    shortTarget(tally, guard),
    ruleChanged(tally),
    overLimit(tally),
    firstRun(tally),
  ];
  return views.filter((view) => view !== undefined);
}

function exceeded(
  operation: 'missing' | 'leaves' | 'update' | 'create',
  count: number,
  of: number,
  share: Share | undefined,
  guard: DiffRule['guard'],
): GuardView | undefined {
  if (!share || of === 0) return undefined;
  const limit = 'count' in share ? share.count : share.share * of;
  if (count <= limit || count <= guard.floor) return undefined;
  const allowed = Math.max(Math.floor(limit), guard.floor);
  const whole = operation === 'create' ? 'records of the feed' : 'active people';
  return view(
    operation,
    count,
    of,
    allowed,
    guard.then,
    `${count} of ${of} ${whole} would be ${verbs[operation]}; the guard allows ${allowed}`,
  );
}

const verbs = { missing: 'missing', leaves: 'taken out by the filter', update: 'updated', create: 'created' } as const;

function shortFeed({ absenceCounts, active, seen, absent }: Tally): GuardView | undefined {
  if (!absenceCounts || active === 0 || absent === 0 || seen >= active * SHORT_FEED_SHARE) return undefined;
  const least = Math.ceil(active * SHORT_FEED_SHARE);
  const found = seen === 0 ? 'The feed is empty' : `The feed names only ${counted(seen, 'person', 'people')}`;
  return view(
    'feed',
    absent,
    active,
    least,
    'hold',
    `${found} over ${counted(active, 'active person', 'active people')}: nobody is missing until a person accepts`,
  );
}

/** A target that lacks half of the people who were delivered is more likely read wrongly than emptied. */
function shortTarget({ lost, active }: Tally, { floor, then }: DiffRule['guard']): GuardView | undefined {
  if (lost <= floor || lost <= active * SHORT_FEED_SHARE) return undefined;
  return view(
    'update',
    lost,
    active,
    Math.max(Math.floor(active * SHORT_FEED_SHARE), floor),
    then,
    `The target's list lacks ${lost} of ${counted(active, 'active person', 'active people')}: nothing is created again until a person accepts`,
  );
}

/**
 * A rule that changed is a person's mistake until a person says that it isn't. Another filter or `gone` may exclude
 * people; another key makes strangers of them all, and whoever it takes for somebody known may be somebody else.
 */
function ruleChanged({
  filterChanged,
  goneChanged,
  keyChanged,
  leaves,
  absent,
  gone,
  create,
  update,
  returned,
  active,
}: Tally): GuardView | undefined {
  const excluded = (filterChanged ? leaves : 0) + (keyChanged ? absent : 0) + (goneChanged || keyChanged ? gone : 0);
  const renamed = keyChanged && active > 0 ? create + update + returned : 0;
  if (excluded + renamed === 0) return undefined;
  const what = keyChanged ? 'key' : goneChanged ? (filterChanged ? 'filter and `gone`' : '`gone`') : 'filter';
  const reason =
    `The pipeline's ${what} changed and newly excludes ${counted(excluded, 'person', 'people')}` +
    `${renamed > 0 ? `, and ${counted(renamed, 'record')} would be new or another's` : ''}: they wait until a person accepts`;
  const holds: GuardView['holds'] = keyChanged ? ['gone', 'create', 'update', 'returned'] : goneChanged ? ['gone'] : [];
  return { ...view('rule', excluded + renamed, active, 0, 'hold', reason), holds };
}

function overLimit({ missing, leaves, missingLeft, active }: Tally): GuardView | undefined {
  const count = missing + leaves;
  if (missingLeft === undefined || count <= missingLeft) return undefined;
  return view(
    'limit',
    count,
    active,
    missingLeft,
    'hold',
    `${counted(count, 'person', 'people')} would be missing, and the workspace's limit leaves ${missingLeft}`,
  );
}

function firstRun({ firstOverFull, create }: Tally): GuardView | undefined {
  if (!firstOverFull || create === 0) return undefined;
  return view(
    'first',
    create,
    0,
    0,
    'stop',
    `This first run would create ${counted(create, 'record')} in a target that is not empty, and nothing is known of what it holds`,
  );
}

const view = (
  operation: GuardView['operation'],
  count: number,
  of: number,
  limit: number,
  then: 'hold' | 'stop',
  reason: string,
): GuardView => ({
  operation,
  count,
  of,
  limit,
  then,
  reason,
  accepted: false,
});

/** Which changes wait when these guards hold. */
export function heldOperations(guards: GuardView[]): {
  absent: boolean;
  gone: boolean;
  leaves: boolean;
  update: boolean;
  create: boolean;
  returned: boolean;
} {
  const open = guards.filter((guard) => !guard.accepted);
  const by = (...operations: GuardView['operation'][]): boolean =>
    open.some((guard) => operations.includes(guard.operation));
  const alsoHeld = new Set(open.flatMap((guard) => guard.holds ?? []));
  return {
    absent: by('missing', 'feed', 'rule', 'limit'),
    gone: by('missing', 'limit') || alsoHeld.has('gone'),
    leaves: by('leaves', 'missing', 'feed', 'rule', 'limit'),
    update: by('update') || alsoHeld.has('update'),
    create: by('create') || alsoHeld.has('create'),
    returned: alsoHeld.has('returned'),
  };
}
