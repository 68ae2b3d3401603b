import type { WrittenStep } from './steps.ts';
import { oneOrList, writtenUse } from './written-use.ts';

/** Fields that the pipeline maps before a step: of the last `map`, and what `set` adds to them; none without a `map`. */
export function fieldsBefore(steps: readonly WrittenStep[], index: number): string[] {
  let fields: string[] | undefined;
  for (const { kind, options } of steps.slice(0, index)) {
    const names = typeof options === 'object' && options !== null ? Object.keys(options) : [];
    if (kind === 'map') fields = names;
    if (kind === 'set') fields = fields && [...new Set([...fields, ...names])];
  }
  return fields ?? [];
}

/** Place of the sink whose records a read lists: the target of the same name, else of the same connector; -1 for none. */
export function sinkOfRead(pipeline: Record<string, unknown>, read: string): number {
  const sinks = oneOrList(pipeline.sink, []).map(({ item }) => writtenUse(item)?.kind);
  const own = sinks.indexOf(read);
  return own >= 0 ? own : sinks.findIndex((sink) => sink !== undefined && connectorOf(sink) === connectorOf(read));
}

const connectorOf = (kind: string): string => kind.split('.')[0] ?? '';
