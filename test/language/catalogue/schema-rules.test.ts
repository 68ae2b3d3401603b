import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Schema } from '../../../src/connect/sdk/index.ts';
import { checkAgainst, loadCatalogue } from '../../../src/language/catalogue/index.ts';

const { documents } = loadCatalogue();
const all = Object.entries(documents);

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every schema within a schema that describes something written: not conditions, not examples. */
function* nodes(schema: unknown, path = ''): Generator<[string, Schema]> {
  if (!isSchema(schema)) return;
  yield [path, schema];
  for (const keyword of ['properties', '$defs']) {
    for (const [key, below] of Object.entries((schema[keyword] ?? {}) as Record<string, unknown>)) {
      yield* nodes(below, `${path}/${key}`);
    }
  }
  for (const keyword of ['items', 'additionalProperties']) yield* nodes(schema[keyword], `${path}/${keyword}`);
}

describe('the schemas of documents keep the rules of their pattern', () => {
  test.each(all)('%s passes the strict mode of ajv', (_name, schema) => {
    const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allowUnionTypes: true });
    formats.default(ajv);
    for (const keyword of ['x-portolan', 'secret', 'personal', 'oneKind']) ajv.addKeyword(keyword);
    expect(() => ajv.compile(schema)).not.toThrow();
  });

  test.each(all)('in %s no list refers to what it stands in', (_name, schema) => {
    const definitions = (schema.$defs ?? {}) as Record<string, Schema>;
    const referred = (from: Schema): string[] =>
      [...nodes({ ...from, $defs: {} })].flatMap(([, node]) => (typeof node.$ref === 'string' ? [node.$ref] : []));
    const named = (reference: string): string => reference.replace('#/$defs/', '');
    const reached = (name: string, seen: string[]): string[] =>
      seen.includes(name)
        ? seen
        : referred(definitions[name] as Schema).reduce((all, next) => reached(named(next), all), [...seen, name]);
    expect(referred(schema).filter((reference) => !Object.hasOwn(definitions, named(reference)))).toEqual([]);
    for (const [name, definition] of Object.entries(definitions)) {
      const below = referred(definition).flatMap((reference) => reached(named(reference), []));
      expect(below, name).not.toContain(name);
    }
  });

  test.each(all)('every key of %s says what it is in whole sentences', (_name, schema) => {
    const silent = [...nodes(schema)].flatMap(([path, node]) =>
      Object.entries((node.properties ?? {}) as Record<string, Schema | boolean>).flatMap(([key, option]) => {
        const about = typeof option === 'boolean' ? undefined : option.description;
        return typeof about === 'string' && /^[\p{Lu}$`\d*][\s\S]*[.?)]$/u.test(about)
          ? []
          : [`${path}/${key}: ${String(about)}`];
      }),
    );
    expect(silent).toEqual([]);
  });
});

describe('whatever is written', () => {
  const key = fc.constantFrom(
    'filter',
    'map',
    'diff',
    'sftp',
    'file',
    'equeo.users',
    'smtp',
    'format',
    'feed',
    'connection',
    'only',
    'when',
    'as',
    'path',
    'pick',
    'to',
    'x',
  );
  const leaf = fc.constantFrom<unknown>('a', 'csv', 'full', 'create', '', 1, -1, true, null, {}, []);
  const value = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.dictionary(key, tie('node'), { maxKeys: 3 }),
      fc.array(tie('node'), { maxLength: 2 }),
    ),
  })).node;
  const top = fc.record({ source: value, steps: value, sink: value, report: value, record: value, schedule: value });
  const ajv = new Ajv2020({ strict: false, logger: false });
  formats.default(ajv);
  const isValid = ajv.compile(documents.pipeline);

  test('faults are found exactly where the schema alone refuses', () => {
    fc.assert(
      fc.property(top, (made) => {
        const document = { pipeline: 'p', ...made };
        expect(checkAgainst(documents.pipeline, document).length > 0).toBe(!isValid(document));
      }),
      { numRuns: 500 },
    );
  });

  test('a fault is told once, at a place that exists', () => {
    fc.assert(
      fc.property(top, (made) => {
        const faults = checkAgainst(documents.pipeline, { pipeline: 'p', ...made });
        const places = faults.map(({ pointer, atKey, expected }) => `${pointer} ${atKey} ${expected}`);
        expect(new Set(places).size).toBe(places.length);
        for (const { pointer } of faults) expect(exists({ pipeline: 'p', ...made }, pointer), pointer).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

function exists(document: unknown, pointer: string): boolean {
  let node = document;
  for (const part of pointer.split('/').slice(1)) {
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, part)) return false;
    node = (node as Record<string, unknown>)[part];
  }
  return true;
}
