import { schemaTrouble } from '../../catalogue/index.ts';

/** Why a value is no JSON Schema, and where in it as far as that is known. */
export function schemaFault(schema: unknown): { message: string; path: string[] } | undefined {
  const trouble = schemaTrouble(schema);
  if (trouble === undefined) return undefined;
  // ajv: `schema is invalid: data/properties/a/type must be equal to one of the allowed values, …`
  const first = /data(\/\S*)? (must [^,]*)/.exec(trouble);
  const path = (first?.[1] ?? '').split('/').slice(1);
  return { message: first?.[2] ?? trouble.replace(/\.$/, ''), path };
}
