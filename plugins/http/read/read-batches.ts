import { isProblem, type Fields, type ReadBatch, type Scope, type Unreadable } from '#sdk';
import type { ReadRule } from '../schema/read.ts';
import type { Session } from '../session.ts';
import type { Reading } from './open-read.ts';

/** About what the engine moves at once. */
const batchSize = 1000;

/** The records of a page under the names of `item`, in batches; `offset` records came before them. */
export async function* batchesOf(
  { session, rule, origin, completeness }: Reading,
  page: readonly Fields[],
  offset: number,
  scope: Scope,
): AsyncGenerator<ReadBatch> {
  for (let from = 0; from < page.length; from += batchSize) {
    const records: Fields[] = [];
    const lines: number[] = [];
    const unreadable: Unreadable[] = [];
    for (const [place, given] of page.slice(from, from + batchSize).entries()) {
      const line = offset + from + place + 1;
      const item = await readItem(session, rule, given, scope);
      if ('fault' in item) {
        unreadable.push({ line, raw: JSON.stringify(given), ...item.fault });
        completeness.record(given, undefined);
        continue;
      }
      records.push(item.record);
      lines.push(line);
      completeness.record(given, await keyOf(session, rule, item.record, scope));
    }
    yield { origin, records, lines: Uint32Array.from(lines), unreadable };
  }
}

type Item = { record: Fields } | { fault: Pick<Unreadable, 'code' | 'message'> };

async function readItem({ env }: Session, { item }: ReadRule, given: Fields, scope: Scope): Promise<Item> {
  if (!item) return { record: given };
  try {
    return { record: ((await item.make(given, scope, env)) ?? {}) as Fields };
  } catch (error) {
    if (!isProblem(error) || error.class !== 'data') throw error;
    return { fault: { code: error.code, message: error.message } };
  }
}

/** Undefined where a record has no key: the engine says so in its own words. */
async function keyOf({ env }: Session, { key }: ReadRule, record: Fields, scope: Scope): Promise<string | undefined> {
  if (!key) return undefined;
  const parts: string[] = [];
  for (const part of Array.isArray(key) ? key : [key]) {
    try {
      const value = await part.evaluate(record, scope, env);
      if (value === undefined) return undefined;
      parts.push(String(value));
    } catch (error) {
      if (!isProblem(error)) throw error;
      return undefined;
    }
  }
  return JSON.stringify(parts);
}
