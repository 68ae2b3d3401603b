import { noCounts } from '../../src/engine/run/account.ts';
import type { RunResult } from '../../src/engine/run/result.ts';
import type { RejectRow } from '../../src/store/ports.ts';

/** A run that is done with nothing read; what a test is about is laid over it. */
export function resultWith(over: Partial<RunResult> = {}): RunResult {
  return {
    format: 1,
    run: 'r1',
    pipeline: 'employees',
    status: 'done',
    counts: noCounts(),
    sinks: {},
    held: {},
    rejects: [],
    causes: [],
    guards: [],
    notes: [],
    durationMs: 1234,
    tick: 0,
    origins: [],
    ...over,
  };
}

/** A reject of line 5; what a test is about is laid over it. */
export function rejectWith(over: Partial<RejectRow> = {}): RejectRow {
  return {
    id: 1,
    pipeline: 'employees',
    key: '000001',
    stage: 'record',
    code: 'FIELD_REQUIRED',
    reason: 'The field last_name has no value, and it is required',
    origin: 'employees.csv',
    line: 5,
    source: {},
    firstRun: 'r1',
    lastRun: 'r1',
    attempts: 1,
    firstAt: 0,
    lastAt: 0,
    status: 'open',
    ...over,
  };
}
