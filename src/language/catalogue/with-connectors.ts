import {
  connectionTransportField,
  inboundField,
  repeatByMethod,
  transportWord,
  type Schema,
} from '../../connect/sdk/index.ts';
import { operations } from '../../model/record.ts';
import { alsoTexts, expressionPattern } from './also-texts.ts';
import type { Catalogue, KindEntry } from './catalogue.ts';
import { documentSchemas } from './compose.ts';
import { byName } from './from-declarations.ts';
import { schemaTrouble } from './validator.ts';

type Written = Record<string, unknown>;

/**
 * The catalogue with what `connector:` documents offer: their connection, a source for each read, a sink for each
 * target. Documents are plain parsed values and may hold mistakes; what can't be read of them is left out.
 */
export function withConnectors(catalogue: Catalogue, documents: readonly unknown[]): Catalogue {
  const connectors = documents.filter(isMap).filter((document) => typeof document.connector === 'string');
  const { documents: composed, ...kinds } = catalogue;
  const grown = {
    ...kinds,
    sources: merged(kinds.sources, [...connectors.flatMap(sourcesOf), ...connectors.flatMap(eventsOf)]),
    sinks: merged(kinds.sinks, connectors.flatMap(sinksOf)),
    calls: merged(kinds.calls, connectors.flatMap(callsOf)),
    connections: merged(kinds.connections, connectors.flatMap(connectionOf)),
  };
  return { ...grown, documents: documentSchemas(grown, composed.connector) };
}

const merged = (old: Record<string, KindEntry>, more: KindEntry[]): Record<string, KindEntry> =>
  byName(Object.values({ ...old, ...Object.fromEntries(more.map((entry) => [entry.name, entry])) }));

const isMap = (value: unknown): value is Written =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const mapsOf = (value: unknown): [string, Written][] =>
  isMap(value) ? Object.entries(value).filter((entry): entry is [string, Written] => isMap(entry[1])) : [];
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const titleOf = (document: Written): string => textOf(document.title) ?? String(document.connector);

const usesConnection = (document: Written): { connection?: string } =>
  document.connection === undefined ? {} : { connection: String(document.connector) };

function sourcesOf(document: Written): KindEntry[] {
  return mapsOf(document.read).map(([read, rule]) => ({
    name: `${String(document.connector)}.${read}`,
    summary: textOf(rule.about) ?? `Reads ${read} from ${titleOf(document)}.`,
    options: parameters(rule.with, 'none'),
    ...usesConnection(document),
    takesFormat: false,
    canBeComplete: rule.cursor === undefined,
    ...(rule.cursor === undefined ? {} : { hasCursor: true }),
    ...(rule.partial === true ? { isPartial: true } : {}),
    ...(rule.feed === 'full' || rule.feed === 'changes' ? { feed: rule.feed } : {}),
    ...(isMap(rule.item) ? { gives: Object.keys(rule.item) } : {}),
    ...presetOf(rule),
  }));
}

/** What comes in is a source that holds only what came since it was read last. */
function eventsOf(document: Written): KindEntry[] {
  return mapsOf(document.receive).map(([event, rule]) => ({
    name: `${String(document.connector)}.${event}`,
    summary: textOf(rule.about) ?? `Events that ${titleOf(document)} sends.`,
    options: inboundField.schema,
    ...usesConnection(document),
    takesFormat: false,
    canBeComplete: false,
    hasCursor: true,
    isInbound: true,
    feed: 'changes',
  }));
}

function presetOf({ key, gone }: Written): Pick<KindEntry, 'preset'> {
  const preset = {
    ...(typeof key === 'string' || Array.isArray(key) ? { key: key as string | string[] } : {}),
    ...(typeof gone === 'string' ? { gone } : {}),
  };
  return Object.keys(preset).length > 0 ? { preset } : {};
}

/** What a pipeline may pass to a read or an operation: a shape, so any leaf may be an expression. */
function parameters(schema: unknown, input: 'none' | 'record'): Schema {
  return { ...alsoTexts(closed(schema), expressionPattern), 'x-portolan': { as: 'shape', input } };
}

function sinksOf(document: Written): KindEntry[] {
  return mapsOf(document.write).map(([target, rule]) => ({
    name: `${String(document.connector)}.${target}`,
    summary: textOf(rule.about) ?? `Writes ${target} to ${titleOf(document)}.`,
    options: closed(undefined),
    ...usesConnection(document),
    operations: operations.filter((operation) => isMap(rule[operation])),
    neverRepeats: operations.filter((operation) => isMap(rule[operation]) && repeatOf(rule[operation]) === 'never'),
    keeps: isMap(rule.keep) ? Object.keys(rule.keep) : [],
    takesFormat: false,
  }));
}

/** How a repeat is recognised: as declared, else by methods and headers; a chain is safe where each of its steps is. */
function repeatOf(rule: Written): unknown {
  const steps = Array.isArray(rule.do) ? rule.do : [rule.request];
  const areSafe = steps.every((step) => repeatByMethod(methodOf(step), headersOf(step)) === 'safe');
  return rule.repeat ?? (areSafe ? 'safe' : 'never');
}

const headersOf = (request: unknown): string[] =>
  isMap(request) && isMap(request.headers) ? Object.keys(request.headers) : [];
const methodOf = (request: unknown): string =>
  ['get', 'post', 'put', 'patch', 'delete'].find((name) => isMap(request) && Object.hasOwn(request, name)) ?? 'post';

function callsOf(document: Written): KindEntry[] {
  return mapsOf(document.call).map(([operation, rule]) => ({
    name: `${String(document.connector)}.${operation}`,
    summary: textOf(rule.about) ?? `${operation} at ${titleOf(document)}.`,
    options: parameters(rule.with, 'record'),
    ...usesConnection(document),
    writes: methodOf(rule.request) !== 'get',
    repeat: repeatOf(rule) === 'safe' ? 'safe' : 'never',
  }));
}

function connectionOf(document: Written): KindEntry[] {
  if (!isMap(document.connection)) return [];
  const name = String(document.connector);
  const options = closed(document.connection);
  const properties = Object.entries(options.properties as Record<string, Schema>).map(
    ([option, schema]) =>
      [option, schema.secret === true ? { ...schema, 'x-portolan': { as: 'secret' } } : schema] as const,
  );
  return [
    {
      name,
      summary: `${titleOf(document)}: how to log in.`,
      options: {
        ...options,
        properties: { ...Object.fromEntries(properties), [transportWord]: connectionTransportField.schema },
      },
    },
  ];
}

/** A schema of a map without other keys than those it names; one that is no JSON Schema lets any map through. */
function closed(schema: unknown): Schema {
  if (schema !== undefined && schemaTrouble(schema) !== undefined) return { type: 'object', properties: {} };
  const { properties, required } = (schema ?? {}) as { properties?: Record<string, Schema>; required?: string[] };
  return {
    type: 'object',
    properties: properties ?? {},
    ...(required && required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}
