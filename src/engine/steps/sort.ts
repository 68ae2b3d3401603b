import { whenAllReady, whenReady } from '../../expression/index.ts';
import { isNaming } from '../run/record-key.ts';
import type { RunStep, StepOf } from './step.ts';

const nameOf = (value: unknown): string | undefined => (isNaming(value) ? String(value) : undefined);

/** Reads where the record stands in its tree; the order is made of it when all are read. */
export function sortStep({ key, parent }: StepOf<'sort'>): RunStep {
  return (passing, env) =>
    whenReady(
      whenAllReady(
        [key, parent].map((part) => part.evaluate(passing.record, passing.scope, env)),
        (parts) => parts,
      ),
      ([own, above]) => {
        const [name, parentName] = [nameOf(own), nameOf(above)];
        passing.place = {
          ...(name === undefined ? {} : { key: name }),
          ...(parentName === undefined ? {} : { parent: parentName }),
        };
        return undefined;
      },
    );
}
