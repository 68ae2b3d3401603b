import type { KindEntry } from '../../catalogue/catalogue.ts';
import { fieldsBefore, sinkOfRead } from '../../compile/against.ts';
import type { WrittenStep } from '../../compile/steps.ts';
import { writtenUse } from '../../compile/written-use.ts';
import { isMap } from '../load-workspace.ts';
import { checkConnection } from './connections.ts';
import type { Checking, DocumentCheck } from './context.ts';

/** `against` of a diff: a whole list of the target that the pipeline writes to, under names that it maps. */
export function checkAgainst(checking: Checking, check: DocumentCheck, steps: readonly WrittenStep[]): void {
  for (const [index, { kind, options, path }] of steps.entries()) {
    const against = kind === 'diff' && isMap(options) ? options.against : undefined;
    const read = against === undefined ? undefined : writtenUse(against);
    const { sources } = checking.catalogue;
    const entry = read && Object.hasOwn(sources, read.kind) ? sources[read.kind] : undefined;
    if (!read || !entry) continue;
    const at = [...path, 'diff', 'against'];
    if (checking.loaded.workspace && !check.isMute(at)) checkConnection(checking, check, read, entry, at);
    const trouble = troubleOf(check.document.value, steps, index, read.kind, entry);
    if (trouble) check.tell('AGAINST_IMPOSSIBLE', at, trouble.message, trouble.fix, { at: 'key' });
  }
}

function troubleOf(
  pipeline: Record<string, unknown>,
  steps: readonly WrittenStep[],
  index: number,
  read: string,
  entry: KindEntry,
): { message: string; fix: string } | undefined {
  if (entry.hasCursor || entry.feed === 'changes' || entry.isPartial) {
    return {
      message: `\`against\` needs the whole list of the target, and \`${read}\` reads only a part of it.`,
      fix: 'Name a read without a cursor whose feed is full.',
    };
  }
  if (sinkOfRead(pipeline, read) < 0) {
    return {
      message: `\`against: ${read}\` is no list of a target that this pipeline writes to.`,
      fix: 'Name a read of the same connector as the sink.',
    };
  }
  const fields = fieldsBefore(steps, index);
  if (fields.length === 0) {
    return {
      message: '`against` compares the fields that the pipeline maps, and no `map` stands before this `diff`.',
      fix: 'Make the record under the names of the target in a `map` before it.',
    };
  }
  if (entry.gives && !fields.some((field) => entry.gives?.includes(field))) {
    return {
      message: `\`${read}\` gives none of the fields that the pipeline maps: it gives ${entry.gives.join(', ')}, and there are ${fields.join(', ')}.`,
      fix: 'Give the records of the read the names that `write` uses, by its `item`.',
    };
  }
  return undefined;
}
