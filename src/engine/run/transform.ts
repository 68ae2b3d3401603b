import type { OpenSource } from '../../connect/sdk/index.ts';
import { isPromise, whenAllReady, whenReady, type MaybePromise, type Scope } from '../../expression/index.ts';
import type { Fields, Operation, ReadBatch } from '../../model/record.ts';
import type { RejectInput } from '../../store/ports.ts';
import type { TreePlace } from '../order/hierarchy.ts';
import { allInOrder, type Passing, type RunSteps, type Verdict } from '../steps/index.ts';
import { checkStop, note, type RunContext } from './context.ts';
import { Gathering, type Gathered, type GatherSpace } from './gather.ts';
import { takeUpDue } from './postponed.ts';
import { recordReader, type RecordReader } from './read-record.ts';
import { readRow, rejectedRow, type IsReplaced, type ReadRow } from './read-row.ts';
import { unknownColumns } from './unknown-columns.ts';

/** A row after the steps before the diff. */
export type Row = (
  | ReadRow
  | (Omit<ReadRow, 'fate'> & { fate: 'filtered'; reason: string })
  | (Omit<ReadRow, 'fate'> & { fate: 'held'; until: number })
) & {
  names?: Fields;
  operation?: Operation;
  /** Where a `sort` found it in its tree. */
  place?: TreePlace;
  /** Key of the record that a `split` took apart, in what it made. */
  whole?: string;
};

export interface TransformedBatch {
  /** Index in `run.origins`. */
  origin: number;
  /** Of the feed, as it is read: 0 where it has only one. */
  part: number;
  rows: Row[];
  /** Rows that no format could decode: their keys are not known. */
  unreadable: RejectInput[];
}

/** What `transform` needs beside the steps. */
export interface Transforming {
  isReplaced?: IsReplaced;
  /** Where rows wait that `record.rows` gathers. */
  gathering?: GatherSpace | undefined;
}

/** Reads a source and runs each row through reading and steps. Throws what fails the run; rows' own faults are in the rows. */
export async function* transform(
  run: RunContext,
  source: OpenSource,
  steps: RunSteps,
  { isReplaced = () => false, gathering }: Transforming = {},
): AsyncIterable<TransformedBatch> {
  const { rows } = run.pipeline.record;
  if (rows && gathering) return yield* transformGathered(run, source, steps, new Gathering(run, rows, gathering));
  let left = run.request.limit ?? Infinity;
  for await (const { batch, reader, scope, origin } of readBatches(run, source)) {
    const taken = Math.min(batch.records.length, left);
    left -= taken;
    const found = await inOrder(steps, taken, (index) =>
      whenReady(readRow(run, batch, index, { reader, scope, isReplaced }), (row) => {
        noteRead(run, row);
        return stepRow(run, steps, row, { scope, origin: batch.origin });
      }),
    );
    yield { ...settledBatch(run, batch, origin, taken), rows: counted(run, steps, found, taken) };
    if (left <= 0) return;
  }
}

/** Steps see a record when all rows of all keys are read. */
async function* transformGathered(
  run: RunContext,
  source: OpenSource,
  steps: RunSteps,
  gathering: Gathering,
): AsyncIterable<TransformedBatch> {
  const scopes: Scope[] = [];
  for await (const { batch, reader, scope, origin } of readBatches(run, source)) {
    scopes[origin] = scope;
    const keyless: Row[] = [];
    let taken = 0;
    for (let index = 0; index < batch.records.length; index++) {
      const row = await readRow(run, batch, index, { reader, scope, isReplaced: () => false });
      noteRead(run, row);
      const entry = row.key === null ? undefined : gathering.entryOf(row.key);
      if (row.key === null) keyless.push(row);
      else if (entry === undefined) continue;
      else {
        const of = { entry, origin, part: batch.part ?? 0 };
        await gathering.add(await gathering.keyed({ ...row, key: row.key }, of, scope));
      }
      taken++;
    }
    yield { ...settledBatch(run, batch, origin, taken), rows: keyless };
  }
  let people: Gathered[] = [];
  const flush = async (): Promise<TransformedBatch> => {
    checkStop(run);
    const origin = people[0]?.origin ?? 0;
    const of = { scope: scopes[origin] ?? run.scope, origin: run.origins[origin] ?? '' };
    const rows = people.flatMap((gathered) => gathered.rows);
    people = [];
    const found = await inOrder(steps, rows.length, (index) => stepRow(run, steps, rows[index] as ReadRow, of));
    return { origin, part: 0, rows: counted(run, steps, found, rows.length), unreadable: [] };
  };
  for await (const gathered of gathering.people()) {
    if (people.length >= GATHERED_TOGETHER || (people[0] && people[0].origin !== gathered.origin)) yield await flush();
    people.push(gathered);
  }
  if (people.length > 0) yield await flush();
}

const GATHERED_TOGETHER = 500;

/** A batch of the source, and what is needed to read its rows. */
interface ReadingBatch {
  batch: ReadBatch;
  reader: RecordReader;
  scope: Scope;
  /** Index in `run.origins`. */
  origin: number;
}

/** What waits of the key is replaced, and a row without one may be anybody's. */
function noteRead({ postponed, world }: RunContext, { key }: ReadRow): void {
  if (key === null) postponed.isUnsure = true;
  else postponed.saw(key, world.vault.keyHash);
}

async function* readBatches(run: RunContext, source: OpenSource): AsyncGenerator<ReadingBatch> {
  let reader: RecordReader | undefined;
  let columnsOf: string | undefined;
  for await (const batch of readAndTakeUp(run, source)) {
    checkStop(run);
    const columns = batch.columns?.join('\u0000');
    if (!reader || columns !== columnsOf) {
      reader = recordReader(run.pipeline.record, run.pipeline.timezone, batch.columns);
      columnsOf = columns;
      for (const sentence of batch.columns ? unknownColumns(run.pipeline, batch.columns) : []) note(run, sentence);
    }
    let origin = run.origins.indexOf(batch.origin);
    if (origin < 0) origin = run.origins.push(batch.origin) - 1;
    yield { batch, reader, scope: batch.file ? { ...run.scope, file: batch.file } : run.scope, origin };
  }
}

/** The source to its end, and then what waited for a date and did not come again. */
async function* readAndTakeUp(run: RunContext, source: OpenSource): AsyncGenerator<ReadBatch> {
  for await (const batch of source.read()) {
    if (batch.unreadable.length > 0) run.postponed.isUnsure = true;
    yield batch;
  }
  for await (const taken of takeUpDue(run, source)) yield { ...taken, unreadable: [] };
}

type OneOrMore = MaybePromise<Row | Row[]>;

/** What each makes; several at once where steps wait for calls, else nothing is awaited that is there already. */
async function inOrder(
  { overlaps }: RunSteps,
  count: number,
  rowAt: (index: number) => OneOrMore,
): Promise<(Row | Row[])[]> {
  const found: (Row | Row[])[] = overlaps ? await allInOrder([...Array(count).keys()], rowAt) : [];
  for (let index = found.length; index < count; index++) {
    const row = rowAt(index);
    found.push(isPromise(row) ? await (row as Promise<Row | Row[]>) : (row as Row | Row[]));
  }
  return found;
}

/** The rows that were made of those taken, counted. */
function counted(run: RunContext, { apart }: RunSteps, found: (Row | Row[])[], taken: number): Row[] {
  const rows = apart ? found.flat() : (found as Row[]);
  run.counts.made += rows.length - taken;
  return rows;
}

/** All of a batch but its rows; what was taken of it is counted as read. */
function settledBatch(
  run: RunContext,
  { origin: name, part = 0, unreadable }: ReadBatch,
  origin: number,
  taken: number,
): Omit<TransformedBatch, 'rows'> {
  run.counts.read += taken + unreadable.length;
  return {
    origin,
    part,
    unreadable: unreadable.map(({ line, code, message, raw }): RejectInput => ({
      key: null,
      stage: 'read',
      code,
      reason: message,
      origin: name,
      line,
      source: raw,
    })),
  };
}

/** Takes a row that passed through the steps. */
function stepRow(
  run: RunContext,
  steps: RunSteps,
  row: ReadRow,
  { scope, origin }: { scope: Scope; origin: string },
): OneOrMore {
  if (row.fate !== 'passed' || row.key === null) return row;
  const { line, source, record } = row;
  const key: string = row.key;
  const passing: Passing = { record, key, line, scope };
  const stopped = (verdict: Verdict): Row => {
    if (verdict.is === 'filtered') return { key, line, source, record, fate: 'filtered', reason: verdict.reason };
    if (verdict.is === 'held') return { key, line, source, record, fate: 'held', until: verdict.until };
    const { is: _is, ...why } = verdict;
    return rejectedRow(row, origin, why);
  };
  return whenReady(steps(passing, run.env), (verdict): OneOrMore => {
    if (verdict) return stopped(verdict);
    if (!steps.apart) return passedRow(passing, source);
    const parts = steps.apart.take(passing, run.env, run.pipeline.record.key.length);
    return whenReady(parts, (taken) =>
      Array.isArray(taken) ? partRows(run, steps, taken, { key, line, source, record, origin }) : stopped(taken),
    );
  });
}

const passedRow = ({ record, key, line, names, operation, place }: Passing, source: Fields): Row => ({
  key,
  line,
  source,
  record,
  fate: 'passed',
  ...(names ? { names } : {}),
  ...(operation ? { operation } : {}),
  ...(place ? { place } : {}),
});

/** What became of the parts of one record; of a record without any that it has none. */
function partRows(
  run: RunContext,
  { apart }: RunSteps,
  parts: Passing[],
  of: { key: string; line: number; source: Fields; record: Fields; origin: string },
): MaybePromise<Row | Row[]> {
  const { origin, ...whole } = of;
  if (parts.length === 0) return { ...whole, whole: whole.key, fate: 'filtered', reason: 'no parts' };
  const rowOf = (passing: Passing): MaybePromise<Row> =>
    whenReady((apart as NonNullable<typeof apart>).rest(passing, run.env), (verdict): Row => {
      const part = { ...whole, key: passing.key, whole: whole.key };
      if (!verdict) return { ...passedRow(passing, whole.source), whole: whole.key };
      if (verdict.is === 'filtered') return { ...part, fate: 'filtered', reason: verdict.reason };
      if (verdict.is === 'held') return { ...part, fate: 'held', until: verdict.until };
      const { is: _is, ...why } = verdict;
      const { line, source } = whole;
      return { ...part, fate: 'rejected', reject: { key: passing.key, origin, line, source, ...why } };
    });
  return apart?.rest.overlaps ? allInOrder(parts, rowOf) : whenAllReady(parts.map(rowOf), (rows) => rows);
}
