import type { CursorMove } from '../connect/sdk/index.ts';
import type { Fields } from '../model/record.ts';
import type { Lease } from './ports.ts';

/** How far incremental sources have been read. They are moved by `consume`, in the transaction of the last settlement. */
export interface CursorStore {
  /** Undefined where the source was never read to a settled end. */
  cursor(pipeline: string, source: string): Promise<Fields | undefined>;
  /** Moves cursors past what is settled; the run's batches so far are committed. */
  moveCursors(lease: Lease, run: string, pipeline: string, moves: readonly CursorMove[]): Promise<void>;
}
