import type { Schema } from '../../connect/sdk/index.ts';
import { nearestName } from '../../expression/index.ts';
import type { Fault } from './fault.ts';
import { oneOf, quoted } from './words.ts';

/** A fault of a place that has kinds; `pointer` is relative to that place. */
export type KindFault = Fault;

/** A schema made by the pattern "kind as key, words beside it". */
export interface KindSchema extends Schema {
  oneKind: string[];
  properties: Record<string, Schema>;
  dependentSchemas?: Record<string, { properties: Record<string, unknown>; required?: string[] }>;
  then?: { enum?: string[] };
}

/** Is the schema one of the pattern? */
export const isKindSchema = (schema: unknown): schema is KindSchema =>
  typeof schema === 'object' && schema !== null && Array.isArray((schema as Schema).oneKind);

/** Words that may stand beside one kind. */
export const wordsBeside = (schema: KindSchema, kind: string): string[] =>
  Object.keys(schema.dependentSchemas?.[kind]?.properties ?? {}).filter((name) => name !== kind);

/**
 * What is wrong with a value at a place that has kinds: nothing of what stands *under* the kind. `isItem`: the place is an
 * item of a list.
 */
export function faultsOfKind(schema: KindSchema, value: unknown, isItem = false): KindFault[] {
  if (typeof value === 'string') return faultsOfBareName(schema, value);
  const keys = Object.keys(value as object);
  const kinds = keys.filter((key) => schema.oneKind.includes(key));
  const [kind, ...more] = kinds;
  if (kind === undefined) return faultsWithoutKind(schema, keys, isItem);
  return [
    ...more.map((second) => twoKinds(kind, second)),
    ...keys.filter((key) => !kinds.includes(key)).flatMap((key) => faultsOfWord(schema, kind, key, value as object)),
    ...(more.length === 0 ? missingWords(schema, kind, keys) : []),
  ];
}

function faultsOfBareName(schema: KindSchema, name: string): KindFault[] {
  const bare = schema.then?.enum ?? [];
  if (bare.includes(name)) return [];
  if (!schema.oneKind.includes(name)) return [unknownKind(schema, '', false, name, bare)];
  const options = requiredOptions(schema, name);
  const required = [...options, ...(schema.dependentSchemas?.[name]?.required ?? [])];
  const written = options.length > 0 ? `{ ${options.map((option) => `${option}: …`).join(', ')} }` : '…';
  return [
    {
      pointer: '',
      atKey: false,
      code: 'MISSING_KEY',
      found: `${quoted(name)} alone`,
      expected: `${quoted(name)} with ${required.map(quoted).join(', ') || 'what stands under it'}`,
      write: `write \`${name}: ${written}\``,
    },
  ];
}

const requiredOptions = (schema: KindSchema, kind: string): string[] =>
  (schema.properties[kind]?.required as string[] | undefined) ?? [];

function faultsWithoutKind(schema: KindSchema, keys: string[], isItem: boolean): KindFault[] {
  const below = keys.flatMap((key) => wordBelowName(schema, key, isItem) ?? [])[0];
  if (below) return [below];
  const unknown = keys.filter((key) => !Object.hasOwn(schema.properties, key));
  // With several strangers the one nearest to a kind is the misspelt kind; the others can't be judged without it.
  const misspelt = unknown.find((key) => nearestName(key, schema.oneKind) !== undefined) ?? unknown[0];
  if (misspelt !== undefined) return [unknownKind(schema, pointerTo(misspelt), true, misspelt)];
  return [
    {
      pointer: '',
      atKey: false,
      code: 'NO_KIND',
      found: keys.length === 0 ? 'an empty map' : `${keys.map(quoted).join(', ')} and nothing that says what it is`,
      expected: `one of ${oneOf(schema.oneKind)}`,
    },
  ];
}

/** `- equeo.users` with `only: create` on the next line: YAML makes one key of both. */
function wordBelowName(schema: KindSchema, key: string, isItem: boolean): KindFault | undefined {
  const [, kind = '', word = ''] = /^(\S+)\s+(\S+)$/.exec(key) ?? [];
  if (!schema.oneKind.includes(kind) || !wordsBeside(schema, kind).includes(word)) return undefined;
  const options = requiredOptions(schema, kind);
  const map = options.length > 0 ? `{ ${options.map((option) => `${option}: …`).join(', ')} }` : '{}';
  return {
    pointer: pointerTo(key),
    atKey: true,
    code: 'WRONG_PLACE',
    found: `${quoted(word)} below a bare ${quoted(kind)}, of which YAML makes one key`,
    expected: `${quoted(kind)} as a key too, with ${quoted(word)} beside it`,
    write: `write \`${isItem ? '- ' : ''}${kind}: ${map}\`, then \`${word}: …\` below it in the column of \`${kind}\``,
  };
}

function unknownKind(
  schema: KindSchema,
  pointer: string,
  atKey: boolean,
  name: string,
  bare: string[] = [],
): KindFault {
  const kinds = [...new Set([...schema.oneKind, ...bare])];
  const offered = ofConnector(name, kinds);
  if (offered.length > 0) {
    return {
      pointer,
      atKey,
      code: 'UNKNOWN_KIND',
      found: offered[0]?.startsWith(`${name}.`) ? `${quoted(name)}, which names a connector alone` : quoted(name),
      expected: oneOf(offered),
      write: `write ${oneOf(offered)}`,
    };
  }
  const nearest = nearestKind(name, kinds);
  return {
    pointer,
    atKey,
    code: 'UNKNOWN_KIND',
    found: quoted(name),
    expected: oneOf(kinds),
    ...(nearest === undefined ? {} : { nearest }),
  };
}

/** What a connector offers here whose name stands alone, or is a slip of it. */
function ofConnector(name: string, kinds: string[]): string[] {
  const connectors = [
    ...new Set(kinds.filter((kind) => kind.includes('.')).map((kind) => kind.split('.', 1)[0] ?? '')),
  ];
  const plain = kinds.filter((kind) => !kind.includes('.'));
  const meant = nearestName(name, [...plain, ...connectors]);
  return meant !== undefined && connectors.includes(meant) && !plain.includes(meant)
    ? kinds.filter((kind) => kind.startsWith(`${meant}.`))
    : [];
}

/** Dotted names are compared within their connector first: `equeo.user` is near `equeo.users`, not near `equeo`. */
function nearestKind(name: string, kinds: string[]): string | undefined {
  const connector = name.includes('.') ? name.slice(0, name.indexOf('.') + 1) : undefined;
  const siblings = connector === undefined ? [] : kinds.filter((kind) => kind.startsWith(connector));
  return nearestName(name, siblings) ?? nearestName(name, kinds);
}

const twoKinds = (first: string, second: string): KindFault => ({
  pointer: pointerTo(second),
  atKey: true,
  code: 'TWO_KINDS',
  found: `${quoted(second)} beside ${quoted(first)}, and both say what this is`,
  expected: 'one of them',
  write: `make two items of it, or remove ${quoted(second)}`,
});

function faultsOfWord(schema: KindSchema, kind: string, key: string, value: object): KindFault[] {
  const beside = wordsBeside(schema, kind);
  if (beside.includes(key)) return [];
  const at = { pointer: pointerTo(key), atKey: true };
  const options = Object.keys((schema.properties[kind]?.properties as object | undefined) ?? {});
  if (options.includes(key)) {
    return [
      {
        ...at,
        code: 'WRONG_PLACE',
        found: `${quoted(key)} beside ${quoted(kind)}`,
        expected: `it under ${quoted(kind)}, as its option`,
        write: `indent ${quoted(key)} under ${quoted(kind)}`,
      },
    ];
  }
  if (Object.hasOwn(schema.properties, key)) {
    const others = schema.oneKind.filter((other) => wordsBeside(schema, other).includes(key));
    return [
      {
        ...at,
        code: 'WRONG_PLACE',
        found: `${quoted(key)} beside ${quoted(kind)}`,
        expected: `${beside.length > 0 ? oneOf(beside) : 'nothing'} beside it; ${quoted(key)} stands beside ${oneOf(others)} only`,
        write: `remove ${quoted(key)}`,
      },
    ];
  }
  const free = beside.filter((word) => !Object.hasOwn(value, word));
  const nearest = nearestName(key, free) ?? nearestName(key, options);
  const expected = beside.length > 0 ? `${oneOf(beside)} beside ${quoted(kind)}` : `nothing beside ${quoted(kind)}`;
  const isOption = nearest !== undefined && !beside.includes(nearest);
  return [
    {
      ...at,
      code: 'UNKNOWN_KEY',
      found: quoted(key),
      expected,
      ...(nearest === undefined ? {} : { nearest }),
      ...(isOption ? { write: `${quoted(nearest)} is an option of ${quoted(kind)}: indent it under it` } : {}),
    },
  ];
}

/** A word that must stand beside the kind and doesn't, unless a misspelt one explains it. */
function missingWords(schema: KindSchema, kind: string, keys: string[]): KindFault[] {
  const strangers = keys.filter((key) => !Object.hasOwn(schema.properties, key));
  return (schema.dependentSchemas?.[kind]?.required ?? [])
    .filter((word) => !keys.includes(word) && !strangers.some((key) => nearestName(key, [word]) !== undefined))
    .map((word) => ({
      pointer: pointerTo(kind),
      atKey: true,
      code: 'MISSING_KEY' as const,
      found: `${quoted(kind)} without ${quoted(word)}`,
      expected: `${quoted(word)} beside ${quoted(kind)}`,
      write: `add \`${word}: …\` on the level of ${quoted(kind)}`,
    }));
}

/** The last step of a JSON pointer. */
export const pointerTo = (key: string): string => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
