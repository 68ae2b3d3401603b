import { isPromise, whenAllReady, whenReady, type MaybePromise, type Scope } from '../../expression/index.ts';
import { isProblem, type Problem } from '../../model/problem.ts';
import type { Fields, ReadBatch } from '../../model/record.ts';
import type { RejectInput } from '../../store/ports.ts';
import type { RunContext } from './context.ts';
import { fieldFactsOf, reasonOf } from './field-facts.ts';
import type { FieldFault, RecordReader } from './read-record.ts';
import { joinKey } from './record-key.ts';

/** A row as `record:` reads it, before any step. `key` is null where it could not be read. */
export type ReadRow = {
  key: string | null;
  /** As a spreadsheet shows it. */
  line: number;
  /** As it came. */
  source: Fields;
  record: Fields;
} & (
  | { fate: 'passed' }
  | { fate: 'gone' }
  /** Another part of the feed replaces it (S17), or a newer feed has settled what it corrects. */
  | { fate: 'merged' | 'superseded' }
  | { fate: 'rejected'; reject: RejectInput }
);

/** Has another part of the feed, read before this one, said what holds of the key? Such a row goes through no step. */
export type IsReplaced = (key: string, part: number) => boolean;

/** Why a row is rejected, before it is said which. */
export type Why = Omit<RejectInput, 'key' | 'origin' | 'line' | 'source'>;

/** The row as a reject. */
export const rejectedRow = (
  row: Pick<ReadRow, 'key' | 'line' | 'source' | 'record'>,
  origin: string,
  why: Why,
): ReadRow & { fate: 'rejected' } => {
  const { key, line, source, record } = row;
  return { key, line, source, record, fate: 'rejected', reject: { key, origin, line, source, ...why } };
};

/** Reads one row: its fields, its key, and whether it says itself that somebody is gone. */
export function readRow(
  run: RunContext,
  batch: ReadBatch,
  index: number,
  { reader, scope, isReplaced }: { reader: RecordReader; scope: Scope; isReplaced: IsReplaced },
): MaybePromise<ReadRow> {
  const source = batch.records[index] as Fields;
  const line = batch.lines[index] as number;
  const { record, fault } = reader.read(source);
  return whenReady(readParts(run, run.pipeline.record.key, record, scope), (parts): MaybePromise<ReadRow> => {
    const key = parts && joinKey(parts);
    const row = { key, line, source, record };
    const rejected = (why: Why): ReadRow => rejectedRow(row, batch.origin, why);
    if (batch.superseded?.has(index)) return { ...row, fate: 'superseded' };
    if (key === null) return rejected(unreadableKey(fault));
    if (isReplaced(key, batch.part ?? 0)) return { ...row, fate: 'merged' };
    if (fault) return rejected({ stage: 'record', code: fault.code, reason: fault.reason, field: fault.field });
    return whenReady(isGone(run, record, scope), (gone): ReadRow => {
      if (isProblem(gone)) return rejected({ stage: 'record', code: gone.code, reason: goneReason(run, gone) });
      return { ...row, fate: gone ? 'gone' : 'passed' };
    });
  });
}

/** What the readings come to; null where one of them can't be evaluated. */
export function readParts(
  run: RunContext,
  readings: RunContext['pipeline']['record']['key'],
  record: Fields,
  scope: Scope,
): MaybePromise<unknown[] | null> {
  try {
    const parts = whenAllReady(
      readings.map((part) => part.evaluate(record, scope, run.env)),
      (ready) => ready,
    );
    return isPromise(parts) ? (parts as Promise<unknown[]>).catch(nullOnData) : parts;
  } catch (error) {
    return nullOnData(error);
  }
}

function nullOnData(error: unknown): null {
  if (isProblem(error) && error.class === 'data') return null;
  throw error;
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
