import { isProblem, type Fields, type ReadBatch, type Scope, type Unreadable } from '#sdk';
import type { ReadRule } from '../schema/read.ts';
import type { Session } from '../session.ts';
import type { Page } from './pages.ts';
import type { Reading } from './reading.ts';

/** About what the engine moves at once. */
const batchSize = 1000;

/** Makes batches of pages, one after another: their records under the names of `item`, counted through. */
export function newBatches(reading: Reading): (page: Page) => AsyncGenerator<ReadBatch> {
  let line = 0;
  return async function* (page) {
    const { columns, unreadable = [] } = page;
    const nextLine = (): number => (line += 1);
    // Fields are looked for among the columns, unless they get other names first.
    const known = columns && !reading.rule.item ? { columns } : {};
    const undecoded = unreadable.map((row) => ({ ...row, line: nextLine() }));
    for (const { raw } of undecoded) reading.completeness.record({ raw }, undefined);
    for (let from = 0; from < page.records.length || (from === 0 && (columns || undecoded.length)); from += batchSize) {
      const records = page.records.slice(from, from + batchSize);
      const batch = await batchOf(reading, records, page.scope, nextLine);
      yield { ...batch, ...known, unreadable: [...(from === 0 ? undecoded : []), ...batch.unreadable] };
    }
  };
}

async function batchOf(
  { session, rule, origin, completeness, cursor }: Reading,
  page: readonly Fields[],
  scope: Scope,
  nextLine: () => number,
): Promise<ReadBatch> {
  const records: Fields[] = [];
  const originals: Fields[] = [];
  const lines: number[] = [];
  const unreadable: Unreadable[] = [];
  for (const given of page) {
    const item = await readItem(session, rule, given, scope);
    const at = await cursor?.record(given, scope);
    const key = 'fault' in item ? undefined : await keyOf(session, rule, item.record, scope);
    const arrival = completeness.record(given, key, at);
    if (arrival.is === 'again') continue;
    if (arrival.is === 'changed') cursor?.slipped(arrival.before);
    const line = nextLine();
    if ('fault' in item) {
      unreadable.push({ line, raw: JSON.stringify(given), ...item.fault });
      continue;
    }
    records.push(item.record);
    originals.push(given);
    lines.push(line);
  }
  const asGiven = rule.item ? { originals } : {};
  return { origin, records, ...asGiven, lines: Uint32Array.from(lines), unreadable };
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
