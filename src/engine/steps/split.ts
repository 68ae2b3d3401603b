import { whenAllReady, whenReady, type Environment, type MaybePromise } from '../../expression/index.ts';
import { listFieldOf } from '../../language/compile/list-field.ts';
import type { Fields } from '../../model/record.ts';
import { isNaming, keyOfPart } from '../run/record-key.ts';
import type { Passing, StepOf, Verdict } from './step.ts';

/** Takes a record apart: what is made of it, none perhaps; or why it stays whole. `parts`: how many its key has. */
export type TakeApart = (passing: Passing, env: Environment, parts: number) => MaybePromise<Passing[] | Verdict>;

/** One record for each part of a list. One part that can't be named leaves the record whole: nobody could say what is lost. */
export function takeApart({ each, into, by }: StepOf<'split'>): TakeApart {
  const list = listFieldOf(each.text);
  const unnamed: Verdict = {
    is: 'rejected',
    stage: 'steps',
    code: 'SPLIT_PART_UNNAMED',
    reason: `A part of "${into}" has no value that tells it from the others`,
    field: list ?? into,
  };
  return (passing, env, keyParts) => {
    const { record, scope, key } = passing;
    const rest: Fields = { ...record };
    if (list !== undefined) delete rest[list];
    return whenReady(each.evaluate(record, scope, env), (found) => {
      const parts = found === undefined || found === null ? [] : ([found].flat() as unknown[]);
      const names = by ? parts.map((part) => by.evaluate(part as Fields, scope, env)) : parts;
      return whenReady(
        whenAllReady(names, (ready) => ready),
        (ready): Passing[] | Verdict => {
          if (!ready.every(isNaming)) return unnamed;
          return parts.map((part, index) => ({
            ...passing,
            record: { ...rest, [into]: part },
            key: keyOfPart(key, keyParts, ready[index]),
          }));
        },
      );
    });
  };
}
