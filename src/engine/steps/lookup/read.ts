import type { Environment } from '../../../expression/index.ts';
import { counted } from '../../../model/counted.ts';
import { problem } from '../../../model/problem.ts';
import type { Fields } from '../../../model/record.ts';
import { isNaming } from '../../run/record-key.ts';
import type { StepOf, StepTools } from '../step.ts';
import type { Found } from './found.ts';

/**
 * Reads records to look up in; with `keys` those of so many keys, and what else comes is not taken. Gives how many rows
 * could not be read. Throws LOOKUP_INCOMPLETE: what was not read might be anybody's.
 */
export async function readInto(
  found: Found,
  step: StepOf<'lookup'>,
  { read, note }: Pick<StepTools, 'read' | 'note'>,
  env: Environment,
  keys?: readonly string[],
): Promise<number> {
  const wanted = keys && new Set(keys);
  const source = await read(step.use, keys ? { wanted: keys } : {});
  if ('nothing' in source) throw incomplete(step, source.nothing);
  let unreadable = 0;
  try {
    for await (const batch of source.read()) {
      unreadable += batch.unreadable.length;
      for (const record of batch.records) {
        const key = await keyOf(step, record, env);
        if (key === undefined) unreadable++;
        else if (!wanted || wanted.has(key)) found.add(key, record);
      }
    }
    const end = source.end();
    if (!end.complete) throw incomplete(step, end.reason ?? 'the read ended early');
  } finally {
    await source.close();
  }
  if (unreadable > 0) note(unreadableNote(step, unreadable));
  for (const key of keys ?? []) found.asked(key, unreadable > 0);
  return unreadable;
}

async function keyOf({ key }: StepOf<'lookup'>, record: Fields, env: Environment): Promise<string | undefined> {
  const value = await key.evaluate(record, {}, env);
  return isNaming(value) ? String(value) : undefined;
}

const incomplete = ({ use, as = '' }: StepOf<'lookup'>, reason: string): Error =>
  problem('LOOKUP_INCOMPLETE', `What $${as} is looked up in (${use.kind}) could not be read whole: ${reason}`, {
    fix: 'Nothing is taken for unknown because of it. Mend the source, and run again.',
  });

/** Rows that can't be read leave it open who is unknown. */
const unreadableNote = ({ use, as = '' }: StepOf<'lookup'>, count: number): string =>
  `${counted(count, 'row')} of what $${as} is looked up in (${use.kind}) could not be read; who is not found there is rejected.`;
