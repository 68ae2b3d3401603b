import { withoutCode, type Environment, type Scope } from '../../expression/index.ts';
import type { Pipeline } from '../../language/compile/pipeline.ts';
import { counted } from '../../model/counted.ts';
import { problem } from '../../model/problem.ts';
import type { Counts, Operation, ReadEnd } from '../../model/record.ts';
import type { AgainstCounts } from '../diff/against.ts';
import type { Commit, Lease, RejectInput } from '../../store/ports.ts';
import { noCounts } from './account.ts';
import { nothingRemembered, type RememberedPersonal } from './remembered-personal.ts';
import { Postponed } from './postponed.ts';
import type { Observe, RejectView, RunResult } from './result.ts';
import type { StatePlace } from './state-place.ts';
import type { RunRequest, World } from './world.ts';

/** Rejects are committed in groups of so many. */
const REJECTS_A_COMMIT = 200;
const REJECTS_SHOWN = 20;

/** One run while it works: what it is for, what it has counted, what it has to say. */
export interface RunContext {
  readonly id: string;
  readonly pipeline: Pipeline;
  readonly world: World;
  readonly request: RunRequest;
  readonly tick: number;
  readonly scope: Scope;
  readonly env: Environment;
  readonly signal: AbortSignal;
  /** For requests in flight: aborted a grace period after `signal`, so that they may answer (S23). */
  readonly inFlight: AbortSignal;
  readonly observe: Observe;
  /** `plan`: nothing is written outside the staging file. */
  readonly dryRun: boolean;
  /** Where the state stands: other names than the pipeline's own only in a plan of a renamed one. */
  readonly state: StatePlace;
  /** Undefined in a dry run. */
  lease?: Lease;
  counts: Counts;
  /** What comparing with the target's own list found; only where it was used. */
  against?: AgainstCounts;
  /** How the read ended, once it has. */
  end?: ReadEnd;
  sinks: Record<string, Partial<Record<Operation, number>>>;
  held: Record<string, number>;
  causes: Map<string, RunResult['causes'][number]>;
  rejects: RejectView[];
  /** Rejects that `tolerate` doesn't count: link errors, and outcomes that were unknown before this run. */
  uncounted: number;
  /** May anything have been written outside by now? */
  isDelivering: boolean;
  notes: string[];
  origins: string[];
  pendingRejects: RejectInput[];
  pendingSettled: string[];
  /** What was personal in the stored records of the snapshot, whatever the pipeline says today. */
  remembered: RememberedPersonal;
  /** Keys with an open reject: the only ones whose settling is worth telling the store. */
  openRejects: Set<string>;
  /** What a `hold` of earlier runs postponed. */
  postponed: Postponed;
  /** Keys whose outcome a target still owes: they are not sent again before it is known. */
  pendingKeys: Set<string>;
}

/** A context with nothing counted yet. */
export function newContext(
  fixed: Pick<
    RunContext,
    | 'id'
    | 'pipeline'
    | 'world'
    | 'request'
    | 'tick'
    | 'scope'
    | 'env'
    | 'signal'
    | 'inFlight'
    | 'observe'
    | 'dryRun'
    | 'state'
  >,
): RunContext {
  return {
    ...fixed,
    counts: noCounts(),
    sinks: {},
    held: {},
    causes: new Map(),
    rejects: [],
    uncounted: 0,
    isDelivering: false,
    notes: [],
    origins: [],
    pendingRejects: [],
    pendingSettled: [],
    remembered: nothingRemembered,
    openRejects: new Set(),
    pendingKeys: new Set(),
    postponed: new Postponed(),
  };
}

/** Says a sentence that a person should see with the run. */
export function note(run: RunContext, message: string): void {
  if (run.notes.includes(message)) return;
  run.notes.push(message);
  run.observe({ is: 'note', message });
}

/**
 * Settles a record as rejected. `cause`: the reason for all rejects of its cause, where its own names a record.
 * `isCarriedOver`: it failed in an earlier run, and nothing in this feed could mend it.
 */
export async function reject(
  run: RunContext,
  rejected: RejectInput,
  { cause, isCarriedOver = false }: { cause?: string | undefined; isCarriedOver?: boolean | undefined } = {},
): Promise<void> {
  run.counts.rejected++;
  if (rejected.stage === 'link' || isCarriedOver) run.uncounted++;
  const { source: _source, ...view } = rejected;
  if (run.rejects.length < REJECTS_SHOWN) run.rejects.push(view);
  countCause(run, view, cause ?? view.reason);
  run.observe({
    is: 'change',
    change: {
      key: view.key ?? '',
      operation: 'rejected',
      origin: view.origin,
      line: view.line,
      reason: `${view.code}: ${view.reason}`,
    },
  });
  run.pendingRejects.push(rejected);
  if (run.pendingRejects.length >= REJECTS_A_COMMIT) await flushRejects(run);
}

/** So many unknown codes of one field are causes of their own; all others are one cause. */
const CODES_APART = 20;

function countCause(run: RunContext, { code, stage, field, sink }: Omit<RejectInput, 'source'>, reason: string): void {
  const kind = [stage, code, field, sink].join('|');
  const isApart = code === 'LOOKUP_UNKNOWN' && withoutCode(reason) !== reason;
  const own = isApart ? `${kind}|${reason}` : kind;
  const apart =
    isApart && !run.causes.has(own) ? [...run.causes.keys()].filter((name) => name.startsWith(`${kind}|`)) : [];
  const [name, told] = apart.length < CODES_APART ? [own, reason] : [kind, withoutCode(reason)];
  const cause = run.causes.get(name);
  if (cause) cause.count++;
  else run.causes.set(name, { code, stage, reason: told, count: 1, ...(field ? { field } : {}) });
}

/** Settles a key well: its open reject closes with the next commit. */
export function settleWell(run: RunContext, key: string): void {
  if (run.openRejects.has(key)) run.pendingSettled.push(key);
}

export function hold(run: RunContext, reason: string, by = 1): void {
  run.counts.held += by;
  run.held[reason] = (run.held[reason] ?? 0) + by;
}

/** What was counted as held by one is held by another. */
export function holdOtherwise(run: RunContext, from: string, to: string): void {
  const left = (run.held[from] ?? 0) - 1;
  if (left > 0) run.held[from] = left;
  else delete run.held[from];
  run.held[to] = (run.held[to] ?? 0) + 1;
}

/** What a commit takes along. */
type Pending = Pick<Commit, 'rejects' | 'settledKeys' | 'postponed' | 'replacedKeys'>;

/** What the next commit takes along: rejects, keys settled and records postponed since the last one. */
export function takePending(run: RunContext): Pending {
  const pending = { rejects: run.pendingRejects, settledKeys: run.pendingSettled, ...run.postponed.take() };
  run.pendingRejects = [];
  run.pendingSettled = [];
  return pending;
}

export const emptyCommit = {
  closed: [],
  records: [],
  entries: new Uint8Array(0),
  recordAt: new Int32Array(0),
  provisional: false,
};

/** Commits rejects that no batch's commit took along. */
export async function flushRejects(run: RunContext): Promise<void> {
  const pending = takePending(run);
  if (run.dryRun || Object.values(pending).every((list) => list.length === 0)) return;
  await run.world.store.commit(lease(run), run.id, run.pipeline.name, {
    ...emptyCommit,
    ...pending,
    counts: run.counts,
  });
}

export function lease(run: RunContext): Lease {
  if (!run.lease) throw new Error('a dry run holds no lock and writes nothing');
  return run.lease;
}

/** Stops between two batches when the run was cancelled or lost its lock. */
export function checkStop(run: RunContext): void {
  if (run.lease?.lost.aborted) {
    throw problem(
      'LOCK_LOST',
      'Another process took the lock of this run over; the run stopped before it committed anything more',
      {
        fix: 'Nothing to do: the other run goes on. A process that was paused for longer than the lease comes here.',
      },
    );
  }
  if (run.signal.aborted)
    throw problem('RUN_CANCELLED', 'The run was cancelled; what was delivered before is committed');
}

/** Does the run have a date that has not come yet? Then it makes nobody missing. */
export const isDateAhead = ({ request, world }: RunContext): boolean =>
  request.asOf !== undefined && request.asOf > world.clock.now();

const faultsOf = ({ counts, uncounted }: RunContext): number => counts.rejected - uncounted;

/** More rejects than the pipeline tolerates? Link errors don't count (S16), nor what was unknown before this run. */
export function isIntolerable(run: RunContext): boolean {
  const { tolerate } = run.pipeline;
  if (!tolerate) return false;
  const limit = 'count' in tolerate ? tolerate.count : tolerate.share * (run.counts.read + run.counts.made);
  return faultsOf(run) > limit;
}

/** The problem that a run with too many rejects ends with; it says whether anything was delivered by then. */
export function intolerable(run: RunContext): Error {
  const { tolerate } = run.pipeline;
  const allowed =
    tolerate && 'count' in tolerate ? `${tolerate.count}` : `${((tolerate?.share ?? 0) * 100).toFixed(1)}%`;
  const delivered = run.isDelivering
    ? 'what was delivered before stays delivered, and nothing more is sent'
    : 'nothing was delivered';
  return problem(
    'TOLERATE_EXCEEDED',
    `${faultsOf(run)} of ${counted(run.counts.read, 'record')} ${faultsOf(run) === 1 ? 'was' : 'were'} rejected, and the pipeline tolerates ${allowed}; ${delivered}`,
    {
      fix: run.dryRun
        ? 'Look at the rejected rows that this plan shows above (`--all` or `--json` for every one), mend the feed, or raise errors.tolerate.'
        : 'Look at `portolan rejects list`, mend the feed, or raise errors.tolerate.',
    },
  );
}
