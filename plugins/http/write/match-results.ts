import type { Expression, HttpAnswer, Scope } from '#sdk';
import type { ResultsRule } from '../schema/write.ts';
import type { Session } from '../session.ts';
import type { Prepared } from './prepare.ts';

/** One answer out of a list or map; `$key` is its place or its name. */
export interface Entry {
  key: string | number;
  result: unknown;
}

/** The answers in a list or map; undefined where the answer has none. */
export async function entriesOf(
  { env }: Session,
  list: Expression | undefined,
  by: Expression | undefined,
  answer: HttpAnswer,
  names: Scope,
): Promise<Entry[] | undefined> {
  const found = await list?.evaluate(answer.body, names, env);
  if (found === undefined) return undefined;
  if (Array.isArray(found)) return found.map((result: unknown, key) => ({ key, result }));
  const isMap = typeof found === 'object' && found !== null;
  // A path into a list of one gives the one; it is told from a map of answers by carrying what they are matched by.
  const isOne = !isMap || !by || (await by.evaluate(found, names, env)) !== undefined;
  return isOne ? [{ key: 0, result: found }] : Object.entries(found).map(([key, result]) => ({ key, result }));
}

/** Answers for each record of a batch, by its index; undefined where they can't be told apart. */
export type Matches = (index: number) => readonly Entry[] | undefined;

/** Matches answers to records: by what names them, as text, or by order, where none may be missing. */
export async function matchResults(
  { env }: Session,
  prepared: readonly Prepared[],
  rule: ResultsRule,
  entries: readonly Entry[],
  names: Scope,
): Promise<Matches> {
  if (!rule.by) return (index) => (entries.length === prepared.length ? entries.slice(index, index + 1) : undefined);
  const byName = new Map<string, Entry[]>();
  for (const entry of entries) {
    const name = await rule.by.evaluate(entry.result, { ...names, key: entry.key }, env);
    if (name === undefined) continue;
    const same = byName.get(String(name));
    if (same) same.push(entry);
    else byName.set(String(name), [entry]);
  }
  const references: string[] = [];
  for (const [index, { item, scope }] of prepared.entries()) {
    references.push(String(rule.ref ? ((await rule.ref.evaluate(item.record, scope, env)) ?? '') : index));
  }
  return (index) => byName.get(references[index] ?? '') ?? [];
}
