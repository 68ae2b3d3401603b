import type { OpenSource } from '../../connect/sdk/index.ts';
import { isPromise, whenAllReady, whenReady, type MaybePromise, type Scope } from '../../expression/index.ts';
import { isProblem, type Problem } from '../../model/problem.ts';
import type { Fields, Operation, ReadBatch } from '../../model/record.ts';
import type { RejectInput } from '../../store/ports.ts';
import { allInOrder, type Passing, type RunSteps, type Verdict } from '../steps/index.ts';
import { checkStop, note, type RunContext } from './context.ts';
import { joinKey } from './record-key.ts';
import { fieldFactsOf, reasonOf } from './field-facts.ts';
import { recordReader, type FieldFault, type RecordReader } from './read-record.ts';
import { unknownColumns } from './unknown-columns.ts';

/**
 * A row after the steps before the diff. `key` is null where it could not be read. `whole`: key of the record that a
 * `split` took apart, in what it made.
 */
export type Row = {
  key: string | null;
  line: number;
  source: Fields;
  record: Fields;
  names?: Fields;
  operation?: Operation;
  /** Key of the record that a `split` took apart, in what it made. */
  whole?: string;
} & (
  | { fate: 'passed' }
  | { fate: 'gone' }
  | { fate: 'filtered'; reason: string }
  /** Another part of the feed replaces it (S17). */
  | { fate: 'merged' }
  | { fate: 'rejected'; reject: RejectInput }
);

export interface TransformedBatch {
  /** Index in `run.origins`. */
  origin: number;
  /** Of the feed, as it is read: 0 where it has only one. */
  part: number;
  rows: Row[];
  /** Rows that no format could decode: their keys are not known. */
  unreadable: RejectInput[];
}

/** Has another part of the feed, read before this one, said what holds of the key? Such a row goes through no step. */
export type IsReplaced = (key: string, part: number) => boolean;

/** Reads a source and runs each row through reading and steps. Throws what fails the run; rows' own faults are in the rows. */
export async function* transform(
  run: RunContext,
  source: OpenSource,
  steps: RunSteps,
  isReplaced: IsReplaced = () => false,
): AsyncIterable<TransformedBatch> {
  let reader: RecordReader | undefined;
  let columnsOf: string | undefined;
  let left = run.request.limit ?? Infinity;
  for await (const batch of source.read()) {
    checkStop(run);
    const columns = batch.columns?.join('\u0000');
    if (!reader || columns !== columnsOf) {
      reader = recordReader(run.pipeline.record, run.pipeline.timezone, batch.columns);
      columnsOf = columns;
      for (const sentence of batch.columns ? unknownColumns(run.pipeline, batch.columns) : []) note(run, sentence);
    }
    const taken = Math.min(batch.records.length, left);
    left -= taken;
    yield await transformBatch(run, batch, taken, reader, steps, isReplaced);
    if (left <= 0) return;
  }
}

async function transformBatch(
  run: RunContext,
  batch: ReadBatch,
  taken: number,
  reader: RecordReader,
  steps: RunSteps,
  isReplaced: IsReplaced,
): Promise<TransformedBatch> {
  let origin = run.origins.indexOf(batch.origin);
  if (origin < 0) origin = run.origins.push(batch.origin) - 1;
  const scope: Scope = batch.file ? { ...run.scope, file: batch.file } : run.scope;
  const rowAt = (index: number): MaybePromise<Row | Row[]> =>
    transformRow(run, batch, index, reader, steps, scope, isReplaced);
  const found: (Row | Row[])[] = steps.overlaps ? await allInOrder([...Array(taken).keys()], rowAt) : [];
  for (let index = found.length; index < taken; index++) {
    const row = rowAt(index);
    found.push(isPromise(row) ? await (row as Promise<Row | Row[]>) : (row as Row | Row[]));
  }
  const rows = steps.apart ? found.flat() : (found as Row[]);
  const unreadable = batch.unreadable.map(({ line, code, message, raw }): RejectInput => ({
    key: null,
    stage: 'read',
    code,
    reason: message,
    origin: batch.origin,
    line,
    source: raw,
  }));
  run.counts.read += taken + unreadable.length;
  run.counts.made += rows.length - taken;
  return { origin, part: batch.part ?? 0, rows, unreadable };
}

function transformRow(
  run: RunContext,
  batch: ReadBatch,
  index: number,
  reader: RecordReader,
  steps: RunSteps,
  scope: Scope,
  isReplaced: IsReplaced,
): MaybePromise<Row | Row[]> {
  const source = batch.records[index] as Fields;
  const line = batch.lines[index] as number;
  const { record, fault } = reader.read(source);
  const rejected = (key: string | null, why: Omit<RejectInput, 'key' | 'origin' | 'line' | 'source'>): Row => ({
    key,
    line,
    source,
    record,
    fate: 'rejected',
    reject: { key, origin: batch.origin, line, source, ...why },
  });
  return whenReady(readKey(run, record, scope), (key): MaybePromise<Row | Row[]> => {
    if (key === null) return rejected(null, unreadableKey(fault));
    if (isReplaced(key, batch.part ?? 0)) return { key, line, source, record, fate: 'merged' };
    if (fault) return rejected(key, { stage: 'record', code: fault.code, reason: fault.reason, field: fault.field });
    return whenReady(isGone(run, record, scope), (gone): MaybePromise<Row | Row[]> => {
      if (isProblem(gone)) return rejected(key, { stage: 'record', code: gone.code, reason: goneReason(run, gone) });
      if (gone) return { key, line, source, record, fate: 'gone' };
      const passing: Passing = { record, key, line, scope };
      const stopped = (verdict: Verdict): Row => {
        if (verdict.is === 'filtered') return { key, line, source, record, fate: 'filtered', reason: verdict.reason };
        const { is: _is, ...why } = verdict;
        return rejected(key, why);
      };
      return whenReady(steps(passing, run.env), (verdict): MaybePromise<Row | Row[]> => {
        if (verdict) return stopped(verdict);
        if (!steps.apart) return passedRow(passing, source);
        const parts = steps.apart.take(passing, run.env, run.pipeline.record.key.length);
        return whenReady(parts, (taken) =>
          Array.isArray(taken)
            ? partRows(run, steps, taken, { key, line, source, record, origin: batch.origin })
            : stopped(taken),
        );
      });
    });
  });
}

const passedRow = ({ record, key, line, names, operation }: Passing, source: Fields): Row => ({
  key,
  line,
  source,
  record,
  fate: 'passed',
  ...(names ? { names } : {}),
  ...(operation ? { operation } : {}),
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
      const { is: _is, ...why } = verdict;
      const { line, source } = whole;
      return { ...part, fate: 'rejected', reject: { key: passing.key, origin, line, source, ...why } };
    });
  return apart?.rest.overlaps ? allInOrder(parts, rowOf) : whenAllReady(parts.map(rowOf), (rows) => rows);
}

const goneReason = ({ pipeline }: RunContext, error: Problem): string =>
  reasonOf(
    error,
    { place: 'record.gone', expressions: pipeline.record.gone ? [pipeline.record.gone] : [] },
    fieldFactsOf(pipeline),
  );

const unreadableKey = (fault: FieldFault | undefined): Pick<RejectInput, 'stage' | 'code' | 'reason' | 'field'> => ({
  stage: 'record',
  code: 'KEY_UNREADABLE',
  reason: fault ? `The key has no value: ${fault.reason}` : 'The key has no value, so nobody can say whose row this is',
  ...(fault ? { field: fault.field } : {}),
});

/** The key as text; null where a part has no value or can't be evaluated. */
function readKey(run: RunContext, record: Fields, scope: Scope): MaybePromise<string | null> {
  try {
    const parts = run.pipeline.record.key.map((part) => part.evaluate(record, scope, run.env));
    const key = whenAllReady(parts, joinKey);
    return isPromise(key) ? (key as Promise<string | null>).catch(nullOnData) : key;
  } catch (error) {
    return nullOnData(error);
  }
}

function nullOnData(error: unknown): null {
  if (isProblem(error) && error.class === 'data') return null;
  throw error;
}

function isGone(run: RunContext, record: Fields, scope: Scope): MaybePromise<unknown> {
  const { gone } = run.pipeline.record;
  if (!gone) return false;
  const onData = (error: unknown): unknown => {
    if (isProblem(error) && error.class === 'data') return error;
    throw error;
  };
  try {
    const value = gone.evaluate(record, scope, run.env);
    return isPromise(value) ? value.catch(onData) : value;
  } catch (error) {
    return onData(error);
  }
}
