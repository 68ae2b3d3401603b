import { compileRecordSchema, type RecordFault } from '../../language/compile/index.ts';
import { sameBytes } from '../diff/ledger.ts';
import { fieldText, type FieldFacts } from '../run/field-facts.ts';
import type { RunStep, StepOf, StepTools, Verdict } from './step.ts';

/** Checks the record by JSON Schema, and fields that must be unique within the run. */
export function validateStep(step: StepOf<'validate'>, { vault, newLedger, fields }: StepTools): RunStep {
  const faultOf = compileRecordSchema(step.schema);
  const uniques = step.unique.map((field) => ({ field, values: newLedger() }));
  return ({ record, key, line }) => {
    const fault = faultOf(record);
    if (fault) return invalid(fault, fields);
    for (const { field, values } of uniques) {
      if (record[field] === undefined) continue;
      const owner = vault.valueHash(key);
      const size = values.size;
      const index = values.findOrAdd(vault.keyHash(`${typeof record[field]}:${String(record[field])}`));
      if (values.size > size) values.setSeen(index, owner, line, 0);
      // Another row of the same key is the diff's business: a repeat, or a contradiction.
      else if (!sameBytes(values.seenHash(index), owner)) return notUnique(field, values.line(index), fields);
    }
    return undefined;
  };
}

const named = (field: string, facts: FieldFacts): string =>
  fieldText(field, facts.columnsOf(field)).replace('the', 'The');

const invalid = ({ field, isMissing, expected }: RecordFault, facts: FieldFacts): Verdict => {
  const what = field ? named(field, facts) : 'The record';
  return {
    is: 'rejected',
    stage: 'steps',
    code: isMissing ? 'FIELD_REQUIRED' : 'FIELD_INVALID',
    reason: isMissing ? `${what} has no value, and it is required` : `${what} ${expected}`,
    ...(field ? { field } : {}),
  };
};

const notUnique = (field: string, line: number, facts: FieldFacts): Verdict => ({
  is: 'rejected',
  stage: 'steps',
  code: 'FIELD_NOT_UNIQUE',
  reason: `${named(field, facts)} has the same value as line ${line}, and it must be unique`,
  field,
});
