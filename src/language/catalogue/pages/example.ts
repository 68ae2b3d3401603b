import { stringify } from 'yaml';
import type { Schema } from '../../../connect/sdk/index.ts';
import type { Catalogue, KindEntry } from '../catalogue.ts';

/** A value that a schema takes: its own example, or one made of the examples of what it requires. */
export function exampleOf(schema: Schema): unknown {
  const [example] = (schema.examples as unknown[] | undefined) ?? [];
  if (example !== undefined) return example;
  if (schema.default !== undefined) return schema.default;
  const [value] = (schema.enum as unknown[] | undefined) ?? [];
  if (value !== undefined) return value;
  if (schema['x-portolan']?.as === 'workspaceFile') return 'templates/invitation.html';
  const [type] = [schema.type ?? 'string'].flat() as string[];
  if (type === 'object') return exampleOfMap(schema);
  if (type === 'integer' || type === 'number') return schema.minimum ?? 1;
  if (type === 'boolean') return true;
  return type === 'array' ? [exampleOf((schema.items as Schema | undefined) ?? {})] : 'text';
}

/** What is required; where nothing is, the first option that has an example. */
function exampleOfMap(schema: Schema): Record<string, unknown> {
  const properties = (schema.properties ?? {}) as Record<string, Schema>;
  const required = ((schema.required as string[] | undefined) ?? []).filter((name) => properties[name]);
  const optional = Object.keys(properties).find((name) => properties[name]?.examples !== undefined);
  const names = required.length > 0 ? required : optional === undefined ? [] : [optional];
  return Object.fromEntries(names.map((name) => [name, exampleOf(properties[name] as Schema)]));
}

/** A kind as it is written, with the words that must stand beside it: the bare name where nothing is to be said. */
export function exampleOfUse(entry: KindEntry): unknown {
  const options = exampleOf(entry.options);
  const isBare = typeof options === 'object' && options !== null && Object.keys(options).length === 0;
  if (isBare && !entry.takesFormat) return entry.name;
  return { [entry.name]: options, ...(entry.takesFormat ? { format: 'csv' } : {}) };
}

/** Which list of the catalogue a kind stands in. */
export type KindPlace = 'sources' | 'sinks' | 'formats' | 'steps';

/** A pipeline, small and whole, that uses the kind. */
export function examplePipeline(place: KindPlace, entry: KindEntry, { sources, sinks }: Catalogue): string {
  const plainSource = { file: exampleOf(sources.file?.options ?? {}), format: 'csv' };
  const plainSink = { file: exampleOf(sinks.file?.options ?? {}), format: 'csv' };
  const use = exampleOfUse(entry);
  const format = { [entry.name]: exampleOf(entry.options) };
  const diff = { diff: { missing: { after: '2 days' } } };
  // A target that tells creates from updates needs a diff before it, and who is missing needs a full feed.
  const needsDiff = place === 'sinks' && entry.operations?.includes('upsert') === false;
  const isDiff = place === 'steps' && entry.name === 'diff';
  const isSaid = place === 'steps' && entry.name === 'operation';
  const only = isDiff ? { only: ['create', 'update'] } : isSaid ? { only: 'upsert' } : {};
  const source = place === 'sources' ? use : place === 'formats' ? { ...plainSource, format } : plainSource;
  return stringify(
    {
      pipeline: 'example',
      source: needsDiff || isDiff ? { ...plainSource, feed: 'full' } : source,
      ...(entry.preset?.key === undefined || place !== 'sources' ? { record: { key: 'id' } } : {}),
      ...(place === 'steps' ? { steps: stepsAround(entry) } : needsDiff ? { steps: [diff] } : {}),
      sink: place === 'sinks' ? use : { ...plainSink, ...only },
    },
    { lineWidth: 100 },
  );
}

/** Steps that look at columns of the source. */
const ofTheSource = ['filter', 'operation', 'split', 'hold', 'sort', 'lookup'];

/** A step among others: a record is mapped before all but what looks at the source. */
function stepsAround(entry: KindEntry): unknown[] {
  const map = { map: { id: '=id', lastName: '=last_name', email: '=email' } };
  const step = { [entry.name]: exampleOf(entry.options), ...(entry.name === 'lookup' ? { as: 'manager' } : {}) };
  if (entry.name === 'map') return [step];
  return ofTheSource.includes(entry.name) ? [step, map] : [map, step];
}

/** A workspace with a connection of the kind. */
export function exampleConnection(entry: KindEntry): string {
  return stringify(
    {
      workspace: 'example',
      connections: { [`my-${entry.name}`]: { [entry.name]: filledLater(entry, exampleOf(entry.options)) } },
    },
    { lineWidth: 100 },
  );
}

/** What has no example of its own comes from the environment, as in a real workspace. */
function filledLater({ name, options }: KindEntry, example: unknown): unknown {
  if (typeof example !== 'object' || example === null) return example;
  const properties = (options.properties ?? {}) as Record<string, Schema>;
  return Object.fromEntries(
    Object.entries(example).map(([option, value]) => [
      option,
      properties[option]?.examples === undefined && typeof value === 'string' ? `\${${variable(name, option)}}` : value,
    ]),
  );
}

/** `sftp` and `privateKey` make `SFTP_PRIVATE_KEY`. */
const variable = (kind: string, option: string): string =>
  `${kind}_${option}`
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/\W/g, '_')
    .toUpperCase();
