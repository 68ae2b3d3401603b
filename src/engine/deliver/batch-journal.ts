import type { BatchJournal } from '../../connect/sdk/index.ts';
import { lease, type RunContext } from '../run/context.ts';

/** What is remembered of a batch between its requests; it goes with its intent. */
export function batchJournal(run: RunContext, intent: string): BatchJournal {
  const { store, reached } = run.world;
  return {
    steps: () => store.journalSteps(intent),
    async write(step) {
      await store.writeJournalStep(lease(run), intent, step);
      reached?.('step');
    },
    forget: () => store.forgetJournal(lease(run), intent),
  };
}
