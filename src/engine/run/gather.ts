import { whenReady, type MaybePromise, type Scope } from '../../expression/index.ts';
import type { RowsRule } from '../../language/compile/pipeline.ts';
import type { Fields } from '../../model/record.ts';
import type { Vault } from '../../store/ports.ts';
import type { Ledger } from '../diff/ledger.ts';
import type { Staging } from '../diff/staging.ts';
import type { RunContext } from './context.ts';
import { readParts, rejectedRow, type ReadRow } from './read-row.ts';
import { isNaming } from './record-key.ts';

/** Where the rows of a feed wait until all of them are read. */
export interface GatherSpace {
  vault: Vault;
  /** Keys in the order of the feed. */
  keys: Ledger;
  /** A sealed file of rows; each holds those of so many keys. */
  newStaging(): Staging<KeyedRow>;
}

/** A row with what tells it from the others of its key. */
export interface KeyedRow {
  row: ReadRow & { key: string };
  /** Place of the key in the feed. */
  entry: number;
  /** What `by` comes to: null where that is nothing. */
  by: (string | number | boolean)[] | null;
  origin: number;
  part: number;
}

/** What became of the rows of one key: one record or its rejects, and the rows that went into it. */
export interface Gathered {
  /** Of the feed: whose `$file` the steps see. */
  origin: number;
  rows: ReadRow[];
}

/** Keys whose rows are in memory at once. */
const KEYS_TOGETHER = 10_000;

/**
 * Gathers the rows of each key into one record (`record.rows`). Rows of a key may stand anywhere in the feed, so they wait
 * on disk, in files of some thousand keys each, and come out in the order in which their keys were first read.
 */
export class Gathering {
  private readonly files: Staging<KeyedRow>[] = [];
  private readonly run: RunContext;
  private readonly rule: RowsRule;
  private readonly space: GatherSpace;

  constructor(run: RunContext, rule: RowsRule, space: GatherSpace) {
    this.run = run;
    this.rule = rule;
    this.space = space;
  }

  /** Place of a key, made where it is new; undefined for keys beyond the run's limit. */
  entryOf(key: string): number | undefined {
    const { keys, vault } = this.space;
    const hash = vault.keyHash(key);
    const isFull = keys.size >= (this.run.request.limit ?? Infinity);
    const entry = isFull ? keys.find(hash) : keys.findOrAdd(hash);
    return entry < 0 ? undefined : entry;
  }

  /** What `by` says of a row; a row without it is nobody's post in particular, and rejected. */
  keyed(row: ReadRow & { key: string }, of: Omit<KeyedRow, 'row' | 'by'>, scope: Scope): MaybePromise<KeyedRow> {
    return whenReady(readParts(this.run, this.rule.by, row.record, scope), (parts): KeyedRow => {
      const by = parts?.every(isNaming) ? (parts as KeyedRow['by']) : null;
      if (by || row.fate === 'rejected') return { ...of, row, by };
      const why = {
        stage: 'record' as const,
        code: 'ROWS_BY_UNREADABLE',
        reason: 'Nothing tells this row from the others of its key: what `rows.by` names has no value',
      };
      const rejected = rejectedRow(row, this.run.origins[of.origin] ?? '', why);
      return { ...of, row: { ...rejected, key: row.key }, by };
    });
  }

  async add(keyed: KeyedRow): Promise<void> {
    const file = Math.floor(keyed.entry / KEYS_TOGETHER);
    if (!this.files[file]) {
      // Rows of keys that were read long ago are few, and wait in memory for the end.
      await this.files[file - 1]?.flush();
      this.files[file] = this.space.newStaging();
    }
    await this.files[file].add(keyed);
  }

  /** Everybody, once all rows are there. */
  async *people(): AsyncGenerator<Gathered> {
    for (const file of this.files) {
      const byEntry = new Map<number, KeyedRow[]>();
      for await (const chunk of file.read()) {
        for (const keyed of chunk) {
          const rows = byEntry.get(keyed.entry);
          if (rows) rows.push(keyed);
          else byEntry.set(keyed.entry, [keyed]);
        }
      }
      await file.drop();
      for (const entry of [...byEntry.keys()].sort((a, b) => a - b))
        yield gatherOne(byEntry.get(entry) as KeyedRow[], this.rule);
    }
  }
}

/**
 * One key's rows, in the order they were read: of the same `by` the last row of the part that was read first holds. A row
 * that is rejected leaves the whole record out, as nobody knows what it would have said.
 */
export function gatherOne(rows: readonly KeyedRow[], { into, keyFields }: RowsRule): Gathered {
  const holding = new Map<string, KeyedRow>();
  for (const keyed of rows) {
    const name = JSON.stringify(keyed.by?.map(String) ?? [keyed.origin, keyed.row.line, 'unnamed']);
    const other = holding.get(name);
    if (!other || keyed.part <= other.part) holding.set(name, keyed);
  }
  const held = [...holding.values()];
  const replaced = rows.filter((keyed) => !held.includes(keyed)).map(({ row }) => merged(row));
  const faulty = held.filter(({ row }) => row.fate === 'rejected');
  const active = held.filter(({ row }) => row.fate === 'passed').sort(byOrder);
  const first = (faulty[0] ?? active[0] ?? held[0]) as KeyedRow;
  const others = (kept: readonly KeyedRow[]): ReadRow[] => [
    ...held.filter((keyed) => !kept.includes(keyed)).map(({ row }) => merged(row)),
    ...replaced,
  ];
  if (faulty.length > 0) return { origin: first.origin, rows: [...faulty.map(({ row }) => row), ...others(faulty)] };
  if (active.length === 0) return { origin: first.origin, rows: [first.row, ...others([first])] };
  const record: Fields = {};
  for (const name of keyFields) if (first.row.record[name] !== undefined) record[name] = first.row.record[name];
  record[into] = active.map(({ row }) => row.record);
  return { origin: first.origin, rows: [{ ...first.row, record }, ...others([first])] };
}

const merged = ({ key, line, source, record }: ReadRow): ReadRow => ({ key, line, source, record, fate: 'merged' });

/** By what tells the rows apart, so that the same rows are the same record in whatever order they come. */
function byOrder({ by: one }: KeyedRow, { by: other }: KeyedRow): number {
  for (const [index, part] of (one ?? []).entries()) {
    const against = other?.[index];
    if (part === against || against === undefined) continue;
    if (typeof part === 'number' && typeof against === 'number') return part - against;
    return String(part) < String(against) ? -1 : 1;
  }
  return 0;
}
