import { isKeyPersonal } from '../../language/compile/personal.ts';
import type { Pipeline } from '../../language/compile/pipeline.ts';
import type { SnapshotFacts } from '../../store/ports.ts';
import type { Change } from './result.ts';

/** What was personal in stored records when they were made: an expression that changes since takes no mark away. */
export interface RememberedPersonal {
  isPersonal(field: string): boolean;
  isKeyPersonal: boolean;
}

/** Of records that no snapshot holds. */
export const nothingRemembered: RememberedPersonal = { isPersonal: () => false, isKeyPersonal: false };

/**
 * What a snapshot remembers. One from before it could: all is personal but fields that are a column of the file of their
 * own, which the pipeline calls not personal, and a key made by another rule than today's is.
 */
export function rememberedPersonal(pipeline: Pipeline, facts: SnapshotFacts | undefined): RememberedPersonal {
  if (!facts) return nothingRemembered;
  const { personal, rule } = facts;
  if (personal) {
    const fields = new Set(personal.fields);
    return { isPersonal: (field) => fields.has(field), isKeyPersonal: personal.key };
  }
  const open = ownOpenColumns(pipeline);
  return {
    isPersonal: (field) => !open.has(field),
    isKeyPersonal: rule !== null && rule.key !== pipeline.rule.key,
  };
}

/** Fields that are a column not called personal, and that no step makes anew. */
function ownOpenColumns({ record, steps }: Pipeline): Set<string> {
  const made = new Set(steps.flatMap((step) => (step.kind === 'map' || step.kind === 'set' ? step.fields : [])));
  return new Set(record.fields.flatMap(({ name, personal }) => (personal || made.has(name) ? [] : [name])));
}

/** What of a pipeline's records is personal today, for the snapshot to remember. */
export const personalToday = (pipeline: Pipeline): NonNullable<SnapshotFacts['personal']> => ({
  fields: [...new Set(pipeline.personal)].sort(),
  key: isKeyPersonal(pipeline),
});

/** A change that names what is personal in it beyond what the pipeline says. */
export function marked<C extends Change>({ remembered }: { remembered: RememberedPersonal }, change: C): C {
  const fields = Object.keys({ ...change.before, ...change.after }).filter(remembered.isPersonal);
  return {
    ...change,
    ...(fields.length > 0 ? { personal: fields } : {}),
    ...(remembered.isKeyPersonal ? { isKeyPersonal: true } : {}),
  };
}
