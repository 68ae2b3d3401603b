import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { Fields } from '../../model/record.ts';

/** Why a record is not as its schema says; `isMissing`: the field has no value and needs one. */
export interface RecordFault {
  field?: string;
  isMissing: boolean;
  /** What is expected, without the value found: "must be …". */
  expected: string;
}

/** A check of records by the JSON Schema of a `validate` step; undefined is "as it should be". Throws what Ajv throws for a schema that is none. */
export function compileRecordSchema(schema: Fields): (record: unknown) => RecordFault | undefined {
  const ajv = new Ajv2020({ strict: false, logger: false });
  formats.default(ajv);
  const check = ajv.compile({ type: 'object', ...schema });
  return (record) => {
    if (check(record)) return undefined;
    const [error] = check.errors ?? [];
    const isMissing = error?.keyword === 'required';
    const pointed = error?.instancePath.split('/')[1]?.replaceAll('~1', '/').replaceAll('~0', '~');
    const field = isMissing ? String(error.params.missingProperty) : pointed;
    return { isMissing, expected: error?.message ?? 'is not as the schema says', ...(field ? { field } : {}) };
  };
}
