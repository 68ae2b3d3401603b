import { createHash } from 'node:crypto';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { Schema } from '../../connect/sdk/index.ts';
import type { Fault } from './fault.ts';
import { faultOfError, isTold } from './ajv-errors.ts';
import { faultsOfKind, isKindSchema, type KindFault, type KindSchema } from './one-kind.ts';
import { explainedByMisspelling, movedToTheirPlace } from './unknown-keys.ts';

/** What a validation notes beside its errors: the places that have kinds. */
interface Notes {
  kindPlaces: Map<string, KindSchema>;
}

const ajv = makeAjv();
const compiled = new WeakMap<Schema, ValidateFunction>();
/** By the hash of their text: workspaces with the same connectors have the same schemas, and compiling one takes a second. */
const byText = new Map<string, ValidateFunction>();
const KEPT = 32;

function validatorOf(schema: Schema): ValidateFunction {
  const known = compiled.get(schema);
  if (known) return known;
  const text = createHash('sha256').update(JSON.stringify(schema)).digest('base64');
  const validate = byText.get(text) ?? ajv.compile(schema);
  compiled.set(schema, validate);
  byText.set(text, validate);
  const [oldest] = byText.keys();
  if (byText.size > KEPT && oldest !== undefined) byText.delete(oldest);
  return validate;
}

/**
 * Everything wrong with a value by its schema, in the order of the document: one fault for each mistake written.
 * With `unfilled`, texts that hold `${…}` pass as whatever is asked for, since they are filled in later.
 */
export function checkAgainst(schema: Schema, value: unknown, options: { unfilled?: boolean } = {}): Fault[] {
  const validate = validatorOf(schema);
  const notes: Notes = { kindPlaces: new Map() };
  if (validate.call(notes, value)) return [];
  const errors = (validate.errors ?? []).filter(
    (error) => !isTold(error, validate.schema as Schema) && !(options.unfilled && isUnfilled(error)),
  );
  const explained = explainedByMisspelling(errors);
  const faults = errors
    .filter((error) => !explained.has(error))
    .flatMap((error) => (error.keyword === 'oneKind' ? kindFaultOf(error) : faultOfError(error)));
  return inOrder(withoutRepeats(movedToTheirPlace(faults, notes.kindPlaces)), value);
}

/** Is this a JSON Schema that can be used? Undefined, or why not. */
export function schemaTrouble(schema: unknown): string | undefined {
  if (typeof schema !== 'object' || schema === null) return 'a JSON Schema is a map';
  try {
    makeAjv().compile(schema);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function makeAjv(): Ajv2020 {
  const made = new Ajv2020({
    allErrors: true,
    verbose: true,
    allowUnionTypes: true,
    passContext: true,
    strict: false,
    logger: false,
  });
  formats.default(made);
  for (const keyword of ['x-portolan', 'secret', 'personal']) made.addKeyword(keyword);
  made.addKeyword({
    keyword: 'oneKind',
    schemaType: 'array',
    type: ['string', 'object'],
    errors: true,
    validate: oneKind,
  });
  return made;
}

/** The keyword `oneKind`: its errors carry their fault, so that nothing is told twice. */
function oneKind(
  this: Notes | undefined,
  _kinds: string[],
  value: unknown,
  parent: unknown,
  place?: { instancePath: string },
): boolean {
  if (!isKindSchema(parent)) return true;
  this?.kindPlaces.set(place?.instancePath ?? '', parent);
  const found = faultsOfKind(parent, value, /\/\d+$/.test(place?.instancePath ?? ''));
  (oneKind as { errors?: Partial<ErrorObject>[] }).errors = found.map((fault) => ({
    keyword: 'oneKind',
    message: fault.code,
    params: { fault },
  }));
  return found.length === 0;
}

function kindFaultOf(error: ErrorObject): Fault {
  const fault = (error.params as { fault: KindFault }).fault;
  return { ...fault, pointer: error.instancePath + fault.pointer };
}

/** A text with `${…}`, about which only its value can tell. */
const isUnfilled = (error: ErrorObject): boolean => typeof error.data === 'string' && error.data.includes('${');

/** A value has one fault: an empty text fails its pattern and its length, and is one mistake. The type comes first. */
function withoutRepeats(faults: Fault[]): Fault[] {
  const typed = new Set(faults.filter(({ code }) => code === 'WRONG_TYPE').map(({ pointer }) => pointer));
  const seen = new Set<string>();
  return faults.filter((fault) => {
    if (!fault.atKey && fault.code !== 'WRONG_TYPE' && typed.has(fault.pointer)) return false;
    const id = fault.atKey ? `${fault.pointer} ${fault.code} ${fault.expected}` : fault.pointer;
    return seen.size !== seen.add(id).size;
  });
}

/** Sorted as the document is read: by where each key stands in its map. */
function inOrder(faults: Fault[], value: unknown): Fault[] {
  const ranked = faults.map((fault) => ({ fault, rank: rankOf(fault.pointer, value) }));
  return ranked.sort((a, b) => compareRanks(a.rank, b.rank)).map((entry) => entry.fault);
}

function rankOf(pointer: string, value: unknown): number[] {
  let node = value;
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
      const rank = typeof node === 'object' && node !== null ? Object.keys(node).indexOf(key) : 0;
      node = (node as Record<string, unknown> | null)?.[key];
      return rank;
    });
}

function compareRanks(a: number[], b: number[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
