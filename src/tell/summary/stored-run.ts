import { noCounts } from '../../engine/run/account.ts';
import type { GuardView, RunResult } from '../../engine/run/result.ts';
import type { RunRow } from '../../store/ports.ts';
import { REPORT_FAULT } from './summary.ts';

/** A run as a summary tells it; one that goes on, or that was interrupted, has no duration. */
export type ToldRun = Omit<RunResult, 'durationMs'> & { durationMs?: number };

/** A run out of the store: what it printed at its end, or what is known of one that never came to it. */
export function toldRun(row: RunRow): ToldRun {
  const { id, pipeline, status, tick, counts, code, reason, durationMs } = row;
  if (row.result !== null) return row.result as RunResult;
  return {
    format: 1,
    run: id,
    pipeline,
    status,
    ...(code === null ? {} : { code }),
    ...(reason === null ? {} : { reason }),
    counts: counts ?? noCounts(),
    sinks: {},
    held: {},
    rejects: [],
    causes: [],
    guards: guardsOf(row),
    notes: [],
    tick,
    origins: [],
    ...(durationMs === null ? {} : { durationMs }),
  };
}

/** Why a run is not simply done, in a sentence or two: its own reason, or what its guards hold. */
export function whyOf(row: Pick<RunRow, 'code' | 'reason' | 'guards' | 'result'>): string | undefined {
  if (row.reason !== null) return row.code === null ? row.reason : `${row.code} ${row.reason}`;
  const held = guardsOf(row).filter(({ accepted }) => !accepted);
  if (held.length > 0) return held.map(({ reason }) => reason).join(' ');
  const { reportFaults = [] } = (row.result ?? {}) as Partial<RunResult>;
  if (reportFaults.length > 0) return `${REPORT_FAULT}: ${reportFaults.map(({ reason }) => reason).join(' ')}`;
  return row.code ?? undefined;
}

const guardsOf = ({ guards }: Pick<RunRow, 'guards'>): GuardView[] => (guards as GuardView[] | null) ?? [];
