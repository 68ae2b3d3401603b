import type { WrittenStep } from '../../compile/steps.ts';
import type { FieldTypes } from '../../../expression/index.ts';
import { typesAfter } from './field-types.ts';
import { diffNames, runNames, type Members, type Names } from './names.ts';
import type { Path } from '../../compile/schema-walk.ts';
import { listFieldOf } from '../../compile/list-field.ts';
import { isMap } from '../load-workspace.ts';
import { fieldsOfRecord } from './record-fields.ts';

/** What is known at each place of a pipeline, from top to bottom. */
export interface PipelineScopes {
  /** Options of sources and reports: the run's names, no record. */
  outside: Names;
  /** `record:`. */
  record: Names;
  /** One for each step, in order: what is known before it. */
  steps: Names[];
  /** Of a step that can't be recognised. */
  doubtful: Names;
  /** Sinks. */
  sink: Names;
}

/** Walks the steps and gathers names from `as:`, fields from `map` and `set`, and what a diff brings. */
export function pipelineScopes(
  pipeline: Record<string, unknown>,
  steps: readonly WrittenStep[],
  isDoubtful: (path: Path) => boolean,
  { types, members, presetKey }: { types: FieldTypes; members: Members; presetKey: unknown },
): PipelineScopes {
  const { names: declared, readAs } = fieldsOfRecord(pipeline);
  const diffAt = steps.findIndex((step) => step.kind === 'diff');
  const outside: Names = {
    variables: new Set(runNames),
    fields: new Set(),
    because: 'no record is known here',
    members,
    compared: false,
    afterDiff: false,
  };
  const record: Names = {
    variables: new Set(runNames),
    likely: new Set(declared),
    readAs,
    members,
    types,
    compared: true,
    afterDiff: false,
  };
  let names: Names = { ...afterRows(record, pipeline, presetKey), compared: diffAt >= 0 };
  const before: Names[] = [];
  for (const step of steps) {
    before.push(names);
    names = after(names, step, isDoubtful([...step.path, step.kind]));
  }
  const doubtful = {
    ...record,
    types: undefined,
    variables: new Set([...names.variables, ...diffNames]),
    compared: false,
    afterDiff: true,
  };
  return { outside, record, steps: before, doubtful, sink: isEachRead(pipeline, steps) ? names : doubtful };
}

/** Gathered, a record has what its key is made of, and the list of rows. */
function afterRows(names: Names, { record }: Record<string, unknown>, presetKey: unknown): Names {
  if (!isMap(record) || !isMap(record.rows) || typeof record.rows.into !== 'string') return names;
  const { into } = record.rows;
  const keys = [record.key ?? presetKey].flat().map(listFieldOf);
  const isKeyKnown = keys.every((name) => name !== undefined);
  const named = new Map(names.types?.named);
  named.set(into, { is: 'list' });
  const fields = new Set([...keys.filter((name) => name !== undefined), into]);
  return {
    ...names,
    types: { named: new Map([...named].filter(([name]) => !isKeyKnown || fields.has(name))) },
    likely: fields,
    ...(isKeyKnown
      ? { fields, because: 'after `record.rows` the record has only its key and the list of its rows' }
      : {}),
  };
}

/** Steps that can't be recognised may have made anything. */
function isEachRead({ steps }: Record<string, unknown>, read: readonly WrittenStep[]): boolean {
  return !Array.isArray(steps) || steps.length === read.filter((step) => step.path.length > 0).length;
}

/** What a `mask` took out may be absent now, and is a text otherwise; a `split` brings a field, and takes the list away. */
function afterParts(names: Names, kind: 'mask' | 'split', options: Record<string, unknown> | unknown[]): Names {
  const changed = Array.isArray(options) ? options.map(String) : Object.keys(options);
  const into = kind === 'split' && isMap(options) ? String(options.into) : undefined;
  const list = kind === 'split' && isMap(options) ? listFieldOf(options.each) : undefined;
  const named = new Map(names.types?.named);
  for (const name of into === undefined ? changed : [into]) named.set(name, undefined);
  const moved = (fields: ReadonlySet<string> | undefined): Set<string> =>
    new Set(
      [...(fields ?? []), ...(into === undefined ? [] : [into])].filter((name) => name !== list || name === into),
    );
  return {
    ...names,
    ...(names.types ? { types: { ...names.types, named } } : {}),
    ...(names.fields ? { fields: moved(names.fields) } : {}),
    likely: moved(names.likely),
  };
}

const known = new Set([
  'filter',
  'map',
  'set',
  'validate',
  'operation',
  'dedupe',
  'mask',
  'split',
  'hold',
  'sort',
  'lookup',
  'call',
  'diff',
]);

/** After a `map` that is doubtful nothing is known of the fields. */
function after(names: Names, { kind, options, words, path, key }: WrittenStep, isDoubtful: boolean): Names {
  const named = typeof words.as === 'string' ? { ...names, variables: new Set([...names.variables, words.as]) } : names;
  if (!known.has(kind))
    return {
      ...named,
      fields: undefined,
      types: undefined,
      variables: new Set([...named.variables, ...diffNames]),
      compared: false,
      afterDiff: true,
    };
  if (kind === 'diff') {
    return { ...named, variables: new Set([...named.variables, ...diffNames]), compared: false, afterDiff: true };
  }
  if (kind === 'operation') return { ...named, variables: new Set([...named.variables, 'operation']) };
  if ((kind === 'mask' || kind === 'split') && (isMap(options) || Array.isArray(options)))
    return afterParts(named, kind, options);
  if (isDoubtful && (kind === 'map' || kind === 'set')) {
    const { fields: _unknown, types: _ofThem, ...free } = named;
    return free;
  }
  const types = names.types && typesAfter(names.types, { kind, options, words, path, key });
  if (kind === 'map' && isMap(options)) {
    const fields = new Set(Object.keys(options));
    return {
      ...named,
      types,
      fields,
      likely: fields,
      because: 'after `map` the record has only the fields that it names',
    };
  }
  if (kind === 'set' && isMap(options)) {
    const more = Object.keys(options);
    return {
      ...named,
      types,
      ...(named.fields ? { fields: new Set([...named.fields, ...more]) } : {}),
      likely: new Set([...(named.likely ?? []), ...more]),
    };
  }
  return named;
}
