import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { Ledger } from '../diff/ledger.ts';
import type { RunStep, StepOf, StepTools, Verdict } from './step.ts';
import type { Fields } from '../../model/record.ts';

/** Checks the record by JSON Schema, and fields that must be unique within the run. */
export function validateStep(step: StepOf<'validate'>, { vault }: StepTools): RunStep {
  const check = compileRecordSchema(step.schema);
  const uniques = step.unique.map((field) => ({ field, values: new Ledger() }));
  return ({ record, line }) => {
    if (!check(record)) return invalid(check.errors?.[0]);
    for (const { field, values } of uniques) {
      if (record[field] === undefined) continue;
      const size = values.size;
      const index = values.findOrAdd(vault.keyHash(`${typeof record[field]}:${String(record[field])}`));
      if (values.size === size) return notUnique(field, values.line(index));
      values.setSeen(index, noHash, line, 0);
    }
    return undefined;
  };
}

const noHash = new Uint8Array(16);

/** The validator of a `validate` step; throws what Ajv throws for a schema that is none. */
export function compileRecordSchema(schema: Fields): { (record: unknown): boolean; errors?: ErrorObject[] | null } {
  const ajv = new Ajv2020({ allErrors: false, strict: false });
  addFormats.default(ajv);
  return ajv.compile({ type: 'object', ...schema });
}

function invalid(error: ErrorObject | undefined): Verdict {
  const missing = error?.keyword === 'required' ? String(error.params.missingProperty) : undefined;
  const field = missing ?? error?.instancePath.split('/')[1]?.replaceAll('~1', '/').replaceAll('~0', '~');
  const reason = missing
    ? `The field ${missing} has no value, and it is required`
    : `The field ${field ?? ''} ${error?.message ?? 'is not as the schema says'}`;
  return {
    is: 'rejected',
    stage: 'steps',
    code: missing ? 'FIELD_REQUIRED' : 'FIELD_INVALID',
    reason,
    ...(field ? { field } : {}),
  };
}

const notUnique = (field: string, line: number): Verdict => ({
  is: 'rejected',
  stage: 'steps',
  code: 'FIELD_NOT_UNIQUE',
  reason: `The field ${field} has the same value as line ${line}, and it must be unique`,
  field,
});
