import type { Fields, Scope } from '#sdk';
import type { Session } from '../session.ts';
import type { KeepRule } from '../schema/write.ts';

/** What to remember of a record that was accepted or found; what has no value leaves the old. */
export async function keepFrom(
  { env }: Session,
  rule: KeepRule | undefined,
  result: unknown,
  names: Scope,
  old: Fields | undefined,
): Promise<{ kept?: Fields }> {
  if (!rule) return old ? { kept: old } : {};
  const kept: Fields = { ...old };
  for (const [name, reading] of Object.entries(rule)) {
    const value = await reading.evaluate(result, names, env);
    if (value !== undefined) kept[name] = value;
  }
  return { kept };
}
