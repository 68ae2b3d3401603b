import type { Operation } from '../../model/record.ts';
import type { KindEntry } from '../catalogue/catalogue.ts';

/** Of these operations those that the target is never asked for twice; `upsert` stands for create and update. */
export function neverRepeated(entry: KindEntry, of: readonly Operation[]): Operation[] {
  const { operations = [], neverRepeats = [] } = entry;
  return of.filter((operation) => {
    const isUpsert = !operations.includes(operation) && (operation === 'create' || operation === 'update');
    return neverRepeats.includes(isUpsert ? 'upsert' : operation);
  });
}

/** What `validate` and `plan` say of it (S1). */
export const neverRepeatsSentence = (target: string, never: readonly Operation[]): string =>
  `\`${target}\` says \`repeat: never\` of ${never.map((operation) => `\`${operation}\``).join(', ')}: a record whose answer is lost is rejected as "outcome unknown", for a person to look.`;
