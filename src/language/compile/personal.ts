import type { FieldRule, Step } from './pipeline.ts';

/** Names of personal fields: those the record declares, and whatever `map` and `set` make out of them. */
export function personalFields(fields: readonly FieldRule[], steps: readonly Step[]): string[] {
  const all = new Set(fields.filter((field) => field.personal).map((field) => field.name));
  let current = new Set(all);
  for (const step of steps) {
    if (step.kind !== 'map' && step.kind !== 'set') continue;
    const made = new Set(step.kind === 'set' ? current : []);
    for (const { path, expression } of step.shape.expressions) {
      if (expression.uses.fields.some((field) => current.has(field.name))) made.add(String(path[0]));
    }
    for (const name of made) all.add(name);
    current = made;
  }
  return [...all];
}
