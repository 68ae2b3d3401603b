import type { Uses } from '../../expression/index.ts';
import type { RecordRule, Step } from './pipeline.ts';

/** Of which columns the values that `mask` takes out are made; `all` where an expression reads a record as a whole. */
export function maskedColumns(
  { fields, rows }: Pick<RecordRule, 'fields' | 'rows'>,
  steps: readonly Step[],
): string[] | 'all' {
  const masked = new Set<string>();
  for (let at = steps.length - 1; at >= 0; at--) {
    const step = steps[at] as Step;
    if (step.kind === 'mask') for (const field of Object.keys(step.fields)) masked.add(field);
    const made = madeBy(step);
    for (const { name, uses } of made) {
      if (!masked.has(name)) continue;
      // A name that a call or a step gave stands for what was made of the whole record.
      if (uses.whole.length > 0 || uses.variables.some((variable) => !ofTheRun.has(variable.name))) return 'all';
      for (const field of uses.fields) masked.add(field.name);
    }
  }
  if (rows && masked.has(rows.into)) return 'all';
  const columns = [...masked].flatMap((name) => fields.find((field) => field.name === name)?.from ?? [name]);
  return [...new Set(columns)].sort();
}

const ofTheRun: ReadonlySet<string> = new Set(['params', 'run', 'pipeline', 'file']);

function madeBy(step: Step): { name: string; uses: Uses }[] {
  if (step.kind === 'split') return [{ name: step.into, uses: step.each.uses }];
  if (step.kind !== 'map' && step.kind !== 'set') return [];
  return step.shape.expressions.map(({ path, expression }) => ({ name: String(path[0]), uses: expression.uses }));
}
