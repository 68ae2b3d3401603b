import type { OpenSource } from '../../connect/sdk/index.ts';
import { isPromise, whenAllReady, whenReady, type MaybePromise, type Scope } from '../../expression/index.ts';
import { isProblem, type Problem } from '../../model/problem.ts';
import type { Fields, ReadBatch } from '../../model/record.ts';
import type { RejectInput } from '../../store/ports.ts';
import { allInOrder, type RunSteps } from '../steps/index.ts';
import { checkStop, note, type RunContext } from './context.ts';
import { fieldFactsOf, reasonOf } from './field-facts.ts';
import { recordReader, type FieldFault, type RecordReader } from './read-record.ts';
import { unknownColumns } from './unknown-columns.ts';

/** A row after the steps before the diff. `key` is null where it could not be read. */
export type Row = { key: string | null; line: number; source: Fields; record: Fields; names?: Fields } & (
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
  const rowAt = (index: number): MaybePromise<Row> => transformRow(run, batch, index, reader, steps, scope, isReplaced);
  const rows: Row[] = steps.overlaps ? await allInOrder([...Array(taken).keys()], rowAt) : [];
  for (let index = rows.length; index < taken; index++) {
    const row = rowAt(index);
    rows.push(isPromise(row) ? await (row as Promise<Row>) : (row as Row));
  }
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
): MaybePromise<Row> {
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
  return whenReady(readKey(run, record, scope), (key) => {
    if (key === null) return rejected(null, unreadableKey(fault));
    if (isReplaced(key, batch.part ?? 0)) return { key, line, source, record, fate: 'merged' };
    if (fault) return rejected(key, { stage: 'record', code: fault.code, reason: fault.reason, field: fault.field });
    return whenReady(isGone(run, record, scope), (gone): MaybePromise<Row> => {
      if (isProblem(gone)) return rejected(key, { stage: 'record', code: gone.code, reason: goneReason(run, gone) });
      if (gone) return { key, line, source, record, fate: 'gone' };
      const passing: Parameters<RunSteps>[0] = { record, key, line, scope };
      return whenReady(steps(passing, run.env), (verdict): Row => {
        if (!verdict)
          return {
            key,
            line,
            source,
            record: passing.record,
            fate: 'passed',
            ...(passing.names ? { names: passing.names } : {}),
          };
        if (verdict.is === 'filtered') return { key, line, source, record, fate: 'filtered', reason: verdict.reason };
        const { is: _is, ...why } = verdict;
        return rejected(key, why);
      });
    });
  });
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

/** One part as it is; several joined by `|`, with `|` and `\` in a part escaped, so that no two lists make one key. */
function joinKey(parts: unknown[]): string | null {
  if (parts.some((part) => part === undefined || part === null || part === '' || typeof part === 'object')) return null;
  return parts.length === 1 ? String(parts[0]) : parts.map((part) => String(part).replace(/[\\|]/g, '\\$&')).join('|');
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
