import type { ErrorObject } from 'ajv/dist/2020.js';
import type { Schema } from '../../connect/sdk/index.ts';
import { nearestName } from '../../expression/index.ts';
import { isEscape } from './also-texts.ts';
import type { Fault } from './fault.ts';
import { isKindSchema, pointerTo } from './one-kind.ts';
import { asOption } from './as-option.ts';
import { expectedBy, typesOf } from './expected.ts';
import { exampleOf, missingKey } from './missing-key.ts';
import { nearestValue } from './other-names.ts';
import { oneOf, quoted, valueInWords } from './words.ts';

/** Keywords under which a fault is told by their owner: the keyword `oneKind`, or the `anyOf` itself. */
const ownedByKind = new Set(['dependentSchemas', 'then', 'allOf']);
const ownedByChoice = new Set(['anyOf', 'oneOf', 'not', 'contains', 'propertyNames']);

/** Has the error been told already by the keyword `oneKind`, or by the choice that it is a branch of? */
export function isTold(error: ErrorObject, root: Schema): boolean {
  if (error.keyword === 'if') return true;
  if (error.keyword === 'additionalProperties' && isKindSchema(error.parentSchema)) return true;
  const parts = error.schemaPath.split('/').slice(1).map(unescaped);
  let node: unknown = startOf(parts, error, root);
  for (const [depth, part] of parts.entries()) {
    const isLast = depth === parts.length - 1;
    if (ownedByKind.has(part) && isKindSchema(node)) return true;
    if (ownedByChoice.has(part) && !isLast && isSchema(node)) return true;
    node = (node as Record<string, unknown> | undefined)?.[part];
  }
  return false;
}

/** Below a `$ref` ajv counts the path from what is referred to. */
function startOf(parts: readonly string[], error: ErrorObject, root: Schema): unknown {
  const starts = [root, ...Object.values((root.$defs ?? {}) as Record<string, Schema>)];
  const below = (start: unknown): unknown =>
    parts.slice(0, -1).reduce<unknown>((node, part) => (node as Record<string, unknown> | undefined)?.[part], start);
  return starts.find((start) => below(start) === error.parentSchema) ?? root;
}

const isSchema = (node: unknown): boolean =>
  typeof node === 'object' &&
  node !== null &&
  ('type' in node || 'anyOf' in node || 'oneOf' in node || 'propertyNames' in node);

const unescaped = (part: string): string => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');

/** One error of ajv in our words. */
export function faultOfError(error: ErrorObject): Fault {
  const at = { pointer: error.instancePath, atKey: false };
  const schema = (error.parentSchema ?? {}) as Schema;
  const found = foundAt(error, schema);
  switch (error.keyword) {
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return unknownKey(error, schema);
    case 'required':
    case 'dependentRequired':
      return missingKey(error, schema);
    case 'type':
      return wrongType(error, schema);
    case 'enum':
    case 'const':
      return notAllowed(error, schema, found);
    case 'propertyNames':
      return wrongName(error, schema);
    case 'false schema':
      return notBeside(error);
    case 'anyOf':
    case 'oneOf':
      return noBranch(error, schema, error.keyword);
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
    case 'minItems':
    case 'maxItems':
    case 'uniqueItems':
    case 'minProperties':
    case 'maxLength':
    case 'maxProperties':
      return { ...at, code: 'OUT_OF_RANGE', found, expected: limit(error) };
    default:
      return wrongForm(error, schema, found);
  }
}

function wrongType(error: ErrorObject, schema: Schema): Fault {
  const isEmpty = error.data === null && error.instancePath !== '';
  const asMap = isEmpty ? undefined : asOption(error.data, schema);
  const canBeEmptyMap = isEmpty && typesOf(schema).includes('object') && schema.required === undefined;
  return {
    pointer: error.instancePath,
    atKey: isEmpty,
    code: 'WRONG_TYPE',
    found: isEmpty ? 'a key left empty' : valueInWords(error.data),
    expected: expectedBy(schema),
    ...(canBeEmptyMap ? { write: 'write `{}` after it' } : {}),
    ...(asMap === undefined ? {} : { write: `write \`${asMap}\`` }),
  };
}

function wrongForm(error: ErrorObject, schema: Schema, found: string): Fault {
  const asMap = asOption(error.data, schema);
  return {
    pointer: error.instancePath,
    atKey: false,
    code: 'WRONG_FORM',
    found,
    expected: expectedBy(schema),
    ...(asMap === undefined ? {} : { write: `write \`${asMap}\`` }),
  };
}

/** The value itself where it may be shown and is short, else its type. */
function foundAt(error: ErrorObject, schema: Schema): string {
  const value = error.data;
  const isShown = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  if (value === '') return 'an empty text';
  if (!isShown || schema.secret === true || String(value).length > 60) return valueInWords(value);
  return quoted(value);
}

function unknownKey(error: ErrorObject, schema: Schema): Fault {
  const params = error.params as { additionalProperty?: string; unevaluatedProperty?: string };
  const key = params.additionalProperty ?? params.unevaluatedProperty ?? '';
  const names = Object.keys((schema.properties as object | undefined) ?? {});
  const free = names.filter((name) => !Object.hasOwn(error.data as object, name));
  const nearest = nearestName(key, free);
  return {
    pointer: error.instancePath + pointerTo(key),
    atKey: true,
    code: 'UNKNOWN_KEY',
    found: quoted(key),
    expected: names.length > 0 ? oneOf(names) : 'no options here',
    ...(nearest === undefined ? {} : { nearest }),
  };
}

function notAllowed(error: ErrorObject, schema: Schema, found: string): Fault {
  const allowed = (schema.enum as unknown[] | undefined) ?? [schema.const];
  const nearest = typeof error.data === 'string' ? nearestValue(error.data, allowed.map(String)) : undefined;
  return {
    pointer: error.instancePath,
    atKey: false,
    code: 'NOT_ALLOWED_VALUE',
    found,
    expected: oneOf(allowed),
    ...(nearest === undefined ? {} : { nearest }),
  };
}

function wrongName(error: ErrorObject, schema: Schema): Fault {
  const name = (error.params as { propertyName: string }).propertyName;
  const rule = schema.propertyNames as Schema | undefined;
  const allowed = rule?.enum as string[] | undefined;
  const nearest = allowed && nearestName(name, allowed);
  return {
    pointer: error.instancePath + pointerTo(name),
    atKey: true,
    code: allowed ? 'UNKNOWN_KEY' : 'WRONG_FORM',
    found: quoted(name),
    expected: allowed
      ? oneOf(allowed)
      : ((rule?.description as string | undefined) ?? `a name of the form \`${String(rule?.pattern)}\``),
    ...(nearest === undefined ? {} : { nearest }),
  };
}

/** `dependentSchemas: { steps: { properties: { filter: false } } }`: two keys that exclude each other. */
function notBeside(error: ErrorObject): Fault {
  const parts = error.schemaPath.split('/').slice(1).map(unescaped);
  const other = parts[parts.lastIndexOf('dependentSchemas') + 1] ?? '';
  const key = unescaped(error.instancePath.slice(error.instancePath.lastIndexOf('/') + 1));
  const known = parts.includes('dependentSchemas');
  return {
    pointer: error.instancePath,
    atKey: true,
    code: 'WRONG_PLACE',
    found: known ? `${quoted(key)} beside ${quoted(other)}` : quoted(key),
    expected: known ? 'one of them' : 'nothing here',
    write: `remove ${quoted(key)}${known ? instead(other) : ''}`,
  };
}

/** Of two keys that exclude each other the list of steps could hold the other one. */
const instead = (other: string): string =>
  other === 'steps' ? ', or write it inside `steps`' : ` or ${quoted(other)}`;

/** None of several forms fits. A form that is only an escape (`${…}`, `=…`) is not told. */
function noBranch(error: ErrorObject, schema: Schema, keyword: 'anyOf' | 'oneOf'): Fault {
  const forms = (schema[keyword] as Schema[]).filter((form) => !isEscape(form.pattern));
  const [only] = forms;
  if (only && forms.length === 1) {
    const inner = { ...schema, ...only, [keyword]: undefined };
    return faultOfError({ ...error, keyword: only.enum ? 'enum' : 'format', parentSchema: inner });
  }
  const keys = forms.map((form) => (form.required as string[] | undefined)?.[0]);
  if (keys.every((key) => key !== undefined)) {
    const expected = oneOf(keys);
    const [first = ''] = keys;
    const option = (schema.properties as Record<string, Schema> | undefined)?.[first];
    return {
      pointer: error.instancePath,
      atKey: true,
      code: 'MISSING_KEY',
      found: `no ${expected}`,
      expected,
      sentence: `${expected} is missing`,
      ...(option ? { write: `add \`${first}: ${exampleOf(option)}\`` } : {}),
    };
  }
  const expected = forms.map(expectedBy).join(', or ');
  return { pointer: error.instancePath, atKey: false, code: 'WRONG_FORM', found: valueInWords(error.data), expected };
}

function limit(error: ErrorObject): string {
  const params = error.params as { limit?: number };
  const words: Record<string, string> = {
    minimum: 'at least',
    exclusiveMinimum: 'more than',
    maximum: 'at most',
    exclusiveMaximum: 'less than',
    minItems: 'a list of at least',
    maxItems: 'a list of at most',
    minProperties: 'a map with at least',
    maxProperties: 'a map with at most',
    maxLength: 'a text no longer than',
  };
  if (error.keyword === 'uniqueItems') return 'a list without repeats';
  const keys = error.keyword.endsWith('Properties') ? ' keys' : '';
  return `${words[error.keyword] ?? 'at most'} ${params.limit}${keys}`;
}
