import type { ErrorObject } from 'ajv/dist/2020.js';
import { nearestName } from '../../expression/index.ts';
import type { Fault } from './fault.ts';
import { wordsBeside, type KindSchema } from './one-kind.ts';
import { quoted } from './words.ts';

/** Errors "required" that a misspelt key beside them explains: `taskid` for `taskId` is one mistake. */
export function explainedByMisspelling(errors: ErrorObject[]): Set<ErrorObject> {
  const unknown = errors.filter((error) => error.keyword === 'additionalProperties');
  return new Set(
    errors.filter((error) => {
      const names = namesMissing(error);
      return (
        names.length > 0 &&
        unknown.some(
          (other) =>
            other.instancePath === error.instancePath &&
            nearestName((other.params as { additionalProperty: string }).additionalProperty, names) !== undefined,
        )
      );
    }),
  );
}

/** Keys of which one has to be there: of "required", or of a choice among several. */
function namesMissing({ keyword, params, schema }: ErrorObject): string[] {
  if (keyword === 'required') return [(params as { missingProperty: string }).missingProperty];
  if (keyword !== 'anyOf' || !Array.isArray(schema)) return [];
  return (schema as { required?: string[] }[]).flatMap(({ required = [] }) => required);
}

/** An unknown option that is a word of its kind belongs beside the kind: `sftp: { connection: hr }`. */
export function movedToTheirPlace(faults: Fault[], kindPlaces: ReadonlyMap<string, KindSchema>): Fault[] {
  return faults.map((fault) => {
    if (fault.code !== 'UNKNOWN_KEY' || !fault.atKey) return fault;
    const [key, kind, place] = lastParts(fault.pointer);
    const schema = kindPlaces.get(place);
    if (!schema || !schema.oneKind.includes(kind) || !wordsBeside(schema, kind).includes(key)) return fault;
    return {
      pointer: fault.pointer,
      atKey: true,
      code: 'WRONG_PLACE',
      found: `${quoted(key)} under ${quoted(kind)}`,
      expected: `it beside ${quoted(kind)}`,
      write: `move ${quoted(key)} one level out, beside ${quoted(kind)}`,
    };
  });
}

function lastParts(pointer: string): [key: string, kind: string, place: string] {
  const parts = pointer.split('/');
  const plain = (part: string | undefined): string => (part ?? '').replaceAll('~1', '/').replaceAll('~0', '~');
  return [plain(parts.at(-1)), plain(parts.at(-2)), parts.slice(0, -2).join('/')];
}
