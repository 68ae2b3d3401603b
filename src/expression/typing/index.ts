import { treeOf } from '../expression.ts';
import { isProblem } from '../../model/problem.ts';
import { infer, type TypeFault } from './infer.ts';
import type { FieldTypes, ValueType } from './value-type.ts';

export { eitherType, typeOfConstant, typeOfField, type FieldTypes, type ValueType } from './value-type.ts';
export type { TypeFault } from './infer.ts';

/**
 * The type of an expression over a record whose fields have these types, and every comparison and calculation in it that
 * fails, or never holds, whatever the record: told only where that is sure. A text that can't be read has neither.
 */
export function typesIn(text: string, fields: FieldTypes): { type: ValueType | undefined; faults: TypeFault[] } {
  try {
    return infer(text, treeOf(text), fields);
  } catch (error) {
    if (!isProblem(error)) throw error;
    return { type: undefined, faults: [] };
  }
}
