import { oneOrList } from './written-use.ts';

/** The pipelines that a pipeline waits for, as its `schedule: { after: … }` is written. */
export function afterOf({ schedule }: Record<string, unknown>): string[] {
  const { after } = (schedule ?? {}) as { after?: unknown };
  return oneOrList(after, []).flatMap(({ item }) => (typeof item === 'string' ? [item] : []));
}
