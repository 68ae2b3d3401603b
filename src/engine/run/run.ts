import { join } from 'node:path';
import type { OpenSource } from '../../connect/sdk/index.ts';
import type { Pipeline, SourceUse, Step } from '../../language/compile/pipeline.ts';
import type { Scope } from '../../expression/index.ts';
import { problem } from '../../model/problem.ts';
import { type Delivery } from '../deliver/delivery.ts';
import { doubtsOf } from '../deliver/doubts.ts';
import type { Target } from '../deliver/work.ts';
import { RunSpace } from '../diff/run-space.ts';
import { sortOf } from '../order/in-order.ts';
import { compileSteps, openCallsOf, stepsOf } from '../steps/index.ts';
import { closeAccount } from './account.ts';
import { flushRejects, lease, newContext, note, type RunContext } from './context.ts';
import type { Ending } from './ending.ts';
import { environmentFor } from './environment.ts';
import { fieldFactsOf } from './field-facts.ts';
import { finish, isWholeFeed, resultOf } from './finish.ts';
import type { Observe, RunResult } from './result.ts';
import { ownPlace, takeState } from './state-place.ts';
import { openSources, openToRead } from './sources.ts';
import { onlyPostponed, Postponed } from './postponed.ts';
import { runSortedStream } from './sorted-stream.ts';
import { runStream } from './stream.ts';
import { runTwoPhases } from './two-phases.ts';
import type { RunRequest, World } from './world.ts';

/**
 * Runs a pipeline, or plans it (`dryRun`). What failed is in the result; throws only PARAM_MISSING, PARAM_INVALID and
 * PARAM_UNKNOWN, before anything is begun.
 */
export async function runPipeline(
  pipeline: Pipeline,
  world: World,
  request: RunRequest & { dryRun?: boolean; observe?: Observe },
): Promise<RunResult> {
  const began = world.clock.monotonic();
  const run = contextFor(pipeline, world, request);
  let ending: Ending | undefined;
  let failure: unknown;
  let isSkipped = false;
  try {
    isSkipped = !(await begin(run));
    if (!isSkipped) ending = await work(run);
    if (ending) run.counts = closeAccount(run.counts, ending.status === 'done');
  } catch (error) {
    failure = error;
  }
  const result = resultOf(run, ending, failure, isSkipped, Math.round(world.clock.monotonic() - began));
  await finish(run, result, isWholeFeed(run, ending));
  return result;
}

function contextFor(
  pipeline: Pipeline,
  world: World,
  request: RunRequest & { dryRun?: boolean; observe?: Observe },
): RunContext {
  const tick = request.asOf ?? world.clock.now();
  const id = world.newId();
  const signal = request.signal ?? new AbortController().signal;
  const state = ownPlace(pipeline);
  const { scope, env } = environmentFor(pipeline, world, { id, tick, params: request.params ?? {}, state });
  return newContext({
    id,
    pipeline,
    world,
    request,
    tick,
    scope,
    env,
    signal,
    inFlight: graceAfter(signal),
    observe: request.observe ?? (() => {}),
    dryRun: request.dryRun ?? false,
    state,
  });
}

/** Requests in flight may answer for so long after a run was cancelled (S23). */
const GRACE_MS = 30_000;

function graceAfter(signal: AbortSignal): AbortSignal {
  const grace = new AbortController();
  const begin = (): void => void setTimeout(() => grace.abort(signal.reason), GRACE_MS).unref();
  if (signal.aborted) begin();
  else signal.addEventListener('abort', begin, { once: true });
  return grace.signal;
}

/** Takes the lock and writes the run down. False when the tick has had its run (S25). */
async function begin(run: RunContext): Promise<boolean> {
  const { store } = run.world;
  if (run.dryRun) {
    await takeState(run);
    return true;
  }
  const { name, hash } = run.pipeline;
  await othersAreDone(run);
  run.lease = await store.lock(run.state.snapshot, name);
  if (run.request.scheduled && !(await store.claimTick(name, run.tick))) {
    note(run, 'This tick has had its run.');
    return false;
  }
  await takeState(run);
  await store.markInterrupted();
  await store.dropProvisional(run.lease, run.id);
  await store.beginRun(run.lease, {
    id: run.id,
    pipeline: name,
    snapshot: run.state.snapshot,
    tick: run.tick,
    startedAt: run.world.clock.now(),
    params: run.request.params ?? {},
    definition: hash,
  });
  const open = await store.rejects({ pipeline: name, status: 'open' });
  run.openRejects = new Set(open.flatMap(({ key }) => (key === null ? [] : [key])));
  return true;
}

/** `schedule: { after: … }`: throws PIPELINE_WAITS where the newest run of another pipeline did not end done. */
async function othersAreDone({ pipeline, world }: RunContext): Promise<void> {
  for (const other of pipeline.after) {
    const [newest] = await world.store.runs({ pipeline: other, limit: 1 });
    if (newest?.status === 'done') continue;
    const found = newest ? `its newest run is ${newest.status}` : 'it has not run yet';
    throw problem('PIPELINE_WAITS', `${pipeline.name} runs after ${other}, and ${found}.`, {
      fix: `Run ${other} first: portolan run ${other}`,
    });
  }
}

async function work(run: RunContext): Promise<Ending> {
  const { limits, runsFolder } = run.world;
  const isReadFirst = run.pipeline.steps.some(({ kind }) => kind === 'diff' || kind === 'sort');
  const space = new RunSpace(join(runsFolder, run.id), limits, isReadFirst);
  try {
    return await workWithin(run, space);
  } finally {
    await space.drop();
  }
}

async function workWithin(run: RunContext, space: RunSpace): Promise<Ending> {
  const { pipeline, world } = run;
  const at = pipeline.steps.findIndex((step) => step.kind === 'diff');
  const [first, then] = aroundBarrier(pipeline.steps);
  const calls = openCallsOf(run);
  const { signal, inFlight } = run;
  const tools = {
    vault: world.vault,
    fields: fieldFactsOf(pipeline),
    newLedger: () => space.newLedger(),
    openCall: calls.open,
    newFacts: <T>(name: string) => space.newFacts<T>(name),
    read: (use: SourceUse, names: Scope) => openToRead(run, use, names),
    note: (sentence: string) => note(run, sentence),
    signal,
    inFlight,
  };
  run.postponed = new Postponed(await world.store.postponed(run.state.pipeline));
  const before = compileSteps(stepsOf(run, first, 'before a diff'), tools);
  const after = compileSteps(stepsOf(run, then, 'after a diff'), tools);
  const pending = new Set(await world.store.pendingBatches(run.state.snapshot));
  const open = await world.store.pendingIntents(run.state.snapshot);
  const intents = open.filter(({ id }) => !pending.has(id));
  const delivery: Delivery = {
    run,
    targets: targetsOf(pipeline),
    doubts: doubtsOf(intents),
    openIntents: new Map(
      intents.map((intent) => [intent.id, { intent, left: new Set(intent.items.map(({ key }) => key)) }]),
    ),
    pending: open.filter(({ id }) => pending.has(id)),
    steps: after,
  };
  const opened = await openSources(run);
  if ('nothing' in opened) {
    note(run, opened.nothing);
    if (run.postponed.due(run.env.now).length === 0) return { status: 'done', guards: [] };
  }
  const source = 'nothing' in opened ? onlyPostponed(opened.nothing) : opened;
  delivery.source = source;
  try {
    run.observe({ is: 'phase', phase: 'read' });
    const diff = pipeline.steps[at];
    const ending =
      diff?.kind === 'diff'
        ? await runTwoPhases(run, source, delivery, before, diff.rule, space)
        : sortOf(pipeline)
          ? await runSortedStream(run, source, delivery, before, space)
          : await runStream(run, source, delivery, before);
    // Before the snapshot is merged, which takes as much memory again.
    await space.drop();
    if (!run.dryRun) {
      await endSinks(run, delivery);
      if (ending.status === 'done') await settle(run, source);
    }
    return ending;
  } finally {
    await closeAll(source, [...delivery.targets.map(({ sink }) => sink), ...calls.all]);
  }
}

/** Steps that a record takes as it is read, and those for records to be sent: what waits for all has read all between. */
function aroundBarrier(steps: readonly Step[]): [Step[], Step[]] {
  const diff = steps.findIndex((step) => step.kind === 'diff');
  if (diff >= 0) return [steps.slice(0, diff), steps.slice(diff + 1)];
  const sort = steps.findIndex((step) => step.kind === 'sort');
  return sort < 0 ? [[...steps], []] : [steps.slice(0, sort + 1), steps.slice(sort + 1)];
}

function targetsOf(pipeline: Pipeline): Target[] {
  const seen = new Map<string, number>();
  return pipeline.sinks.map((use, index) => {
    const count = (seen.get(use.kind) ?? 0) + 1;
    seen.set(use.kind, count);
    return { index, name: count === 1 ? use.kind : `${use.kind}#${count}`, use };
  });
}

/** Ends what was begun; only then counts what sinks took that are done at their end, and the snapshot is put in order. */
async function endSinks(run: RunContext, { targets }: Delivery): Promise<void> {
  const { store } = run.world;
  run.observe({ is: 'phase', phase: 'finish' });
  for (const { sink } of targets) await sink?.end?.(run.inFlight);
  await store.settleProvisional(lease(run), run.id);
  await flushRejects(run);
  await store.mergeSnapshot(lease(run), run.state.snapshot);
  run.world.reached?.('merged');
}

/**
 * The last settlement: what was consumed and how far was read is committed, then files are moved (S14, S15). A run with a
 * limit consumed nothing whole.
 */
async function settle(run: RunContext, source: OpenSource): Promise<void> {
  const { store } = run.world;
  if (run.request.limit !== undefined) return;
  // Before the feed is consumed: what it withdrew must not come back when there is nothing more to read.
  await store.dropPostponed(lease(run), run.postponed.settled);
  await store.consume(lease(run), run.pipeline.name, source.consumptions(), {
    run: run.id,
    cursors: source.cursors?.() ?? [],
  });
  run.world.reached?.('consumed');
  await source.settled();
  run.world.reached?.('settled');
}

async function closeAll(
  source: OpenSource,
  others: readonly ({ close(): Promise<void> } | undefined)[],
): Promise<void> {
  for (const close of [() => source.close(), ...others.map((one) => () => one?.close())]) {
    try {
      await close();
    } catch {
      // What was to be kept is committed; a connection that can't be closed politely changes nothing.
    }
  }
}
