import type { Pipeline } from '../../language/compile/pipeline.ts';

/**
 * The column of the file behind each field, by the field's name: a reader of the report knows the file, not the
 * pipeline. A field made by `map` or `set` out of one other field has that field's column.
 */
export function fieldColumns({ record, steps }: Pick<Pipeline, 'record' | 'steps'>): ReadonlyMap<string, string> {
  const columns = new Map(record.fields.map(({ name, from }) => [name, from[0] ?? name]));
  for (const step of steps) {
    if (step.kind !== 'map' && step.kind !== 'set') continue;
    for (const { path, expression } of step.shape.expressions) {
      const sources = new Set(expression.uses.fields.map(({ name }) => name));
      const [only] = sources;
      const made = String(path[0]);
      if (sources.size === 1 && only !== undefined && !columns.has(made)) columns.set(made, columns.get(only) ?? only);
    }
  }
  return columns;
}
