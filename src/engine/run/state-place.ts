import type { Pipeline } from '../../language/compile/pipeline.ts';
import { problem } from '../../model/problem.ts';
import { note, type RunContext } from './context.ts';

/** Under which names the state of a run stands. In a plan of a renamed pipeline they are still the old ones. */
export interface StatePlace {
  pipeline: string;
  snapshot: string;
  /** What secrets are derived under (S12). */
  secrets: string;
}

/** Name of the snapshot that a pipeline compares with; its own name where it compares nothing. */
export function snapshotOf(pipeline: Pipeline): string {
  const diff = pipeline.steps.find((step) => step.kind === 'diff');
  return diff?.kind === 'diff' ? diff.rule.snapshot : pipeline.name;
}

/** Where a pipeline's state stands once nothing is left to be renamed. */
export const ownPlace = (pipeline: Pipeline): StatePlace => ({
  pipeline: pipeline.name,
  snapshot: snapshotOf(pipeline),
  secrets: pipeline.name,
});

/**
 * `was: OLD`: under the locks of both names all that is OLD's becomes the pipeline's, in one transaction; the next time
 * there is nothing left to do. A plan only reads what stands under the old name. Throws RENAME_BOTH_HAVE_STATE and
 * PIPELINE_LOCKED.
 */
export async function takeState(run: RunContext): Promise<void> {
  const { pipeline, world, state } = run;
  const { store } = world;
  const { was, name } = pipeline;
  const old = was === undefined ? undefined : await store.pipelineState(was, state.snapshot);
  if (was !== undefined && old?.exists) {
    if (run.lease) {
      const lock = old.snapshot === state.snapshot ? undefined : await store.lock(old.snapshot, name);
      try {
        await store.renamePipeline(run.lease, was, { pipeline: name, snapshot: state.snapshot });
      } finally {
        await lock?.release();
      }
      note(run, `What stood under the name ${was} goes on as ${name}.`);
    } else {
      await store.checkRename(was, { pipeline: name, snapshot: state.snapshot });
      Object.assign(state, { pipeline: was, snapshot: old.snapshot });
      note(run, `A run would take over what stands under the name ${was}; this plan compares with it.`);
    }
  }
  state.secrets = await store.secretsName(state.pipeline);
}

/** Who may look for the missing in a snapshot: its owner alone (S19). */
export interface Ownership {
  /** The name to be written down as the owner; '' while nobody looks for the missing. */
  owner: string;
  isOwner: boolean;
  /** Are the rule and the feed that stand with the snapshot this pipeline's own? Another's would only mislead it. */
  factsAreOwn: boolean;
}

/**
 * The first pipeline that looks for the missing owns the snapshot; one that says `missing: ignore` takes it from nobody.
 * Throws SNAPSHOT_OF_ANOTHER.
 */
export function ownershipOf(run: RunContext, looksForMissing: boolean, owner = ''): Ownership {
  const { pipeline, state } = run;
  if (owner === state.pipeline) return { owner: pipeline.name, isOwner: true, factsAreOwn: true };
  if (!looksForMissing) return { owner, isOwner: false, factsAreOwn: owner === '' };
  if (owner === '') return { owner: pipeline.name, isOwner: true, factsAreOwn: false };
  throw problem(
    'SNAPSHOT_OF_ANOTHER',
    `The snapshot ${state.snapshot} is ${owner}'s, and ${pipeline.name} would look for the missing among its people`,
    {
      fix: `Write \`missing: ignore\` in the diff of ${pipeline.name}, or give it a snapshot of its own. If it is ${owner} under a new name, write \`was: ${owner}\`.`,
    },
  );
}
