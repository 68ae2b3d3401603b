import { schemaTrouble } from '../../catalogue/index.ts';

/** Why a value is no JSON Schema, and where in it as far as that is known. */
export function schemaFault(schema: unknown): { message: string; path: string[] } | undefined {
  const trouble = schemaTrouble(schema);
  if (trouble === undefined) return undefined;
  // ajv: `schema is invalid: data/properties/a/type must be equal to one of the allowed values, …`
  const first = /data(\/\S*)? (must [^,]*)/.exec(trouble);
  const path = (first?.[1] ?? '').split('/').slice(1);
  const word = path.at(-1);
  const said = first?.[2] && word ? `\`${word}\` ${first[2]}` : first?.[2];
  return { message: said ?? trouble.replace(/\.$/, ''), path };
}
