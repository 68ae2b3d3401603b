import type { Fields } from '../model/record.ts';
import type { Lease } from './ports.ts';

/** A finished step of a chain: its place, from 0, and what it answered. */
export interface JournalStep {
  place: number;
  answer: Fields;
}

/** What was done of batches whose intents are open. Everything here goes with its intent, in the same transaction. */
export interface JournalStore {
  /** In the order of their places. */
  journalSteps(intent: string): Promise<JournalStep[]>;
  writeJournalStep(lease: Lease, intent: string, step: JournalStep): Promise<void>;
  /** Forgets the steps of an intent: what they began is gone. */
  forgetJournal(lease: Lease, intent: string): Promise<void>;

  /** Remembers records that a target took and answers later, in order; in place of those that stood there. */
  keepPending(lease: Lease, intent: string, records: readonly Fields[]): Promise<void>;
  /** Empty where the intent is not pending. */
  pendingRecords(intent: string): Promise<Fields[]>;
  /** The intents of a snapshot that have pending records. */
  pendingBatches(snapshot: string): Promise<string[]>;
}
