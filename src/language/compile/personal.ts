import type { Uses } from '../../expression/index.ts';
import type { Pipeline, RecordRule, Step } from './pipeline.ts';

/** What is personal where an expression stands. */
interface Known {
  fields: ReadonlySet<string>;
  /** Names that `as:` gave to answers about people. */
  answers: ReadonlySet<string>;
}

/**
 * Names of personal fields: those the record declares, the list of rows that have one, and whatever `map` and `set` make out of them, out of the record
 * as a whole, and out of what a `call` or a `lookup` brought about it.
 */
export function personalFields(
  { fields, rows }: Pick<RecordRule, 'fields' | 'rows'>,
  steps: readonly Step[],
): string[] {
  const all = new Set(fields.filter((field) => field.personal).map((field) => field.name));
  const answers = new Set<string>();
  let current = new Set(all);
  if (rows) {
    current = new Set(rows.keyFields.filter((name) => all.has(name)));
    if (all.size > 0) current.add(rows.into);
    for (const name of current) all.add(name);
  }
  for (const step of steps) {
    if ((step.kind === 'call' || step.kind === 'lookup') && step.as !== undefined && current.size > 0)
      answers.add(step.as);
    if (step.kind === 'split' && readsPersonal(step.each.uses, { fields: current, answers })) {
      all.add(step.into);
      current = new Set([...current, step.into]);
    }
    if (step.kind !== 'map' && step.kind !== 'set') continue;
    const made = new Set(step.kind === 'set' ? current : []);
    for (const { path, expression } of step.shape.expressions) {
      if (readsPersonal(expression.uses, { fields: current, answers })) made.add(String(path[0]));
    }
    for (const name of made) all.add(name);
    current = made;
  }
  return [...all];
}

/** Whether an expression over a record reads what is personal of it. */
function readsPersonal({ fields, whole, variables }: Uses, known: Known): boolean {
  return (
    fields.some(({ name }) => known.fields.has(name)) ||
    (known.fields.size > 0 && (whole.length > 0 || variables.some(({ name }) => ofThePerson.has(name)))) ||
    variables.some(({ name }) => known.answers.has(name))
  );
}

/** What else holds the record: as it was delivered, what changed of it, what the target gave for it. */
const ofThePerson: ReadonlySet<string> = new Set(['was', 'changed', 'kept']);

/** Is the key of these records personal? */
export function isKeyPersonal({ record, steps, personal }: Pick<Pipeline, 'record' | 'steps' | 'personal'>): boolean {
  const known = { fields: new Set(personal), answers: new Set<string>() };
  const part = steps.find((step) => step.kind === 'split');
  if (part && known.fields.has(part.into)) return true;
  return record.key.some(({ uses }) => readsPersonal(uses, known));
}
