import { whenAllReady, whenReady } from '../../expression/index.ts';
import { canonicalText } from '../diff/canonical.ts';
import type { RunStep, StepOf, StepTools, Verdict } from './step.ts';

const duplicate: Verdict = Object.freeze({ is: 'filtered', reason: 'duplicate' });

/** Lets the first record of equal values through. A ledger of keyed hashes remembers them, within the run's budget. */
export function dedupeStep({ by }: StepOf<'dedupe'>, { vault, newLedger }: StepTools): RunStep {
  const values = newLedger();
  return ({ record, scope }, env) =>
    whenReady(
      whenAllReady(
        by.map((part) => part.evaluate(record, scope, env)),
        (parts) => parts,
      ),
      (parts) => {
        if (parts.some((part) => part === undefined || part === null || part === '')) return undefined;
        const size = values.size;
        values.findOrAdd(vault.keyHash(canonicalText(parts)));
        return values.size > size ? undefined : duplicate;
      },
    );
}
