import type { OpenSource } from '../../connect/sdk/index.ts';
import type { DiffRule } from '../../language/compile/pipeline.ts';
import type { Delivery } from '../deliver/delivery.ts';
import { renameDoubt } from '../deliver/doubts.ts';
import { deliverAll, planGroup } from '../deliver/group.ts';
import { adoptUnchanged } from '../deliver/adopt-unchanged.ts';
import { openAgainst } from '../deliver/open-against.ts';
import { adoptAbsentDoubts } from '../deliver/absent-doubts.ts';
import { narrowIntents } from '../deliver/commit.ts';
import { showHeld, tellProtected } from '../deliver/held.ts';
import { missingWorks, stagedWorks } from '../deliver/works.ts';
import { repairWorks } from '../deliver/repair-works.ts';
import { compareWithTarget } from '../diff/against.ts';
import { collect, type Collected } from '../diff/collect.ts';
import { matchKnown } from '../diff/match.ts';
import { judge, type Judgement } from '../diff/judge.ts';
import type { Ledger } from '../diff/ledger.ts';
import { commitEntries, rememberBack } from '../diff/remember.ts';
import type { RunSpace } from '../diff/run-space.ts';
import { placeLeaving, treesOf } from '../order/in-order.ts';
import type { RunSteps } from '../steps/index.ts';
import { flushRejects, intolerable, isIntolerable, lease, note, type RunContext } from './context.ts';
import { missingLeft } from './missing-left.ts';
import { personalToday, rememberedPersonal } from './remembered-personal.ts';
import type { Ending } from './ending.ts';
import { ownershipOf, type Ownership } from './state-place.ts';
import { settlePending } from '../deliver/pending-outcomes.ts';

/** S3: reads and compares the whole feed, judges the guards, and only then delivers. `plan` ends before the delivery. */
export async function runTwoPhases(
  run: RunContext,
  source: OpenSource,
  delivery: Delivery,
  steps: RunSteps,
  rule: DiffRule,
  space: RunSpace,
): Promise<Ending> {
  const { store } = run.world;
  const facts = await store.snapshotFacts(run.state.snapshot);
  const ownership = ownershipOf(run, rule.missing !== 'ignore', facts?.owner);
  run.remembered = rememberedPersonal(run.pipeline, facts);
  delivery = { ...delivery, isOwner: ownership.isOwner };
  const ledger = space.newLedger();
  for await (const part of store.loadSnapshot(run.state.snapshot)) ledger.load(part);
  await settlePending({ ...delivery, ledger });
  const trees = treesOf(run, space);
  const collected: Collected = {
    rule,
    ...(trees ? { trees } : {}),
    ledger,
    staging: space.newStaging(),
    doubts: delivery.doubts,
    ...(steps.apart ? { wholes: space.newLedger() } : {}),
    ...(run.pipeline.record.rows ? { gathering: space.newGathering(run.world.vault) } : {}),
    unreadableLines: [],
    unreadableCount: 0,
    passed: 0,
    isOfAnother: !ownership.isOwner && !ownership.factsAreOwn,
    adoptions: new Map(),
    ...(rule.against ? { against: await openAgainst(run, delivery.targets, rule.against, space) } : {}),
  };
  let isCompared = false;
  try {
    await collect(run, source, steps, collected);
    await matchKnown(
      run,
      collected,
      { isOwner: ownership.isOwner, end: source.end(), index: space.newMatchIndex() },
      (from, to) => renameDoubt(delivery, from, to),
    );
    isCompared = await compareWithTarget(run, collected, ownership.isOwner);
    await flushRejects(run);
  } catch (error) {
    await rememberBack(run, collected).catch(() => {});
    throw error;
  } finally {
    await collected.against?.close();
  }
  if (isCompared && collected.against) run.against = collected.against.counts;
  await rememberBack(run, collected);
  const end = source.end();
  run.end = end;
  if (isIntolerable(run)) throw intolerable(run);
  run.observe({ is: 'phase', phase: 'compare' });
  const left = await missingLeft(run);
  const judgement = await judge(run, collected, {
    end,
    facts: ownership.factsAreOwn ? facts : undefined,
    isOwner: ownership.isOwner,
    firstOverFull: facts === undefined && !isCompared && (await isFirstOverFull(run, delivery, ledger)),
    ...(left === undefined ? {} : { missingLeft: left }),
  });
  await tellProtected(run, collected, delivery.targets);
  await placeLeaving(run, collected, judgement.due);
  space.beginDelivery();
  if (run.dryRun) await show(run, collected, delivery, judgement);
  else if (!judgement.stop)
    await deliver(run, collected, delivery, judgement, ownership, end.complete ? end.contentHash : undefined);
  const isGuarded = judgement.guards.some(({ accepted }) => !accepted);
  return {
    status: isGuarded ? 'guarded' : 'done',
    guards: judgement.guards,
    ...(judgement.accept ? { accept: judgement.accept } : {}),
    end,
  };
}

/** S19: nothing known, nothing in doubt, and the target holds records. */
async function isFirstOverFull(run: RunContext, { targets, doubts }: Delivery, ledger: Ledger): Promise<boolean> {
  const { pipeline, world, scope, env, signal } = run;
  const first = targets[0];
  const known = ledger.active > 0 || doubts.size > 0;
  if (known || !first || !world.holdsRecords || pipeline.sinks.length === 0) return false;
  return (await world.holdsRecords(first.use, { scope, env, signal, note: (message) => note(run, message) })) === true;
}

async function deliver(
  run: RunContext,
  collected: Collected,
  delivery: Delivery,
  judgement: Judgement,
  { owner, isOwner, factsAreOwn }: Ownership,
  feed: string | undefined,
): Promise<void> {
  const { store } = run.world;
  const { ledger, rule } = collected;
  const whole = { ...delivery, ledger };
  run.observe({ is: 'phase', phase: 'deliver' });
  run.isDelivering = true;
  await store.saveSnapshotFacts(lease(run), { name: rule.snapshot, owner, personal: personalToday(run.pipeline) });
  if (delivery.doubts.size > 0) await deliverAll(whole, stagedWorks(run, collected, delivery.targets, true));
  await adoptUnchanged(whole, collected);
  // Before what is new: in a tree a parent who is no longer at the target is needed by its children.
  await deliverAll(whole, repairWorks(run, collected, delivery.targets));
  await deliverAll(whole, stagedWorks(run, collected, delivery.targets, false));
  await deliverAll(whole, missingWorks(run, collected, delivery.targets, judgement.due));
  if (feed !== undefined) await adoptAbsentDoubts(whole, collected);
  await narrowIntents(whole);
  const areOurs = isOwner || factsAreOwn;
  // The feed before whom it counts for: a kill between the two costs a night of grace, and never makes one feed two.
  if (feed !== undefined && judgement.absenceCounts && areOurs)
    await store.saveSnapshotFacts(lease(run), { name: rule.snapshot, owner, feed: { hash: feed, at: run.tick } });
  await commitEntries(run, ledger, judgement.absences);
  await flushRejects(run);
  if (isIntolerable(run)) throw intolerable(run);
  const isOpen = judgement.guards.some(({ accepted }) => !accepted);
  if (!isOpen && run.request.limit === undefined && !run.request.isCorrection && areOurs)
    await store.saveSnapshotFacts(lease(run), { name: rule.snapshot, owner, rule: run.pipeline.rule });
}

/** The plan: every change with its record before and after, counted as it would be delivered; nothing is sent. */
async function show(run: RunContext, collected: Collected, delivery: Delivery, judgement: Judgement): Promise<void> {
  const groups = [
    stagedWorks(run, collected, delivery.targets, true),
    repairWorks(run, collected, delivery.targets),
    stagedWorks(run, collected, delivery.targets, false),
    missingWorks(run, collected, delivery.targets, judgement.due),
  ];
  for (const group of groups) for await (const works of group) await planGroup(delivery, works);
  await showHeld(run, collected, delivery.targets);
}
