import type { DiffRule } from '../../language/compile/pipeline.ts';
import type { Against } from '../diff/against.ts';
import type { RunSpace } from '../diff/run-space.ts';
import { note, type RunContext } from '../run/context.ts';
import type { Target } from './work.ts';

/** What comparing with the target's own list needs of the sink; nothing is begun there. */
export async function openAgainst(
  run: RunContext,
  targets: readonly Target[],
  rule: NonNullable<DiffRule['against']>,
  space: RunSpace,
): Promise<Against> {
  const { world, scope, env, signal } = run;
  const target = targets[rule.sink] as Target;
  const sink = await world.openSink(target.use, { scope, env, signal, note: (message) => note(run, message) });
  return {
    index: space.newTargetIndex(world.vault, { fields: rule.fields, key: sink.key }),
    facts: space.newFacts('target'),
    sink: rule.sink,
    sinkName: target.name,
    ...(sink.keepOf ? { keepOf: (original) => sink.keepOf?.(original) ?? Promise.resolve({}) } : {}),
    repairs: [],
    counts: { read: 0, adopted: 0, drifted: 0, lost: 0 },
    close: () => sink.close(),
  };
}
