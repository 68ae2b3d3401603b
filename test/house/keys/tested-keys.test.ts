import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keysInUse } from './keys-in-use.ts';
import { keysOfSchema } from './keys-of-schema.ts';

const root = join(import.meta.dirname, '../../..');
/** Wrong documents show what is refused, not that a key does what it says. */
const used = keysInUse(join(root, 'test'), join('language', 'wrong'));
const schemas = readdirSync(join(root, 'schemas')).filter((name) => name.endsWith('.schema.json'));

describe('each key of a schema is a promise, and a test writes it', () => {
  it.each(schemas)('%s', (name) => {
    const keys = keysOfSchema(
      JSON.parse(readFileSync(join(root, 'schemas', name), 'utf8')) as Parameters<typeof keysOfSchema>[0],
    );
    expect(keys.length).toBeGreaterThan(0);
    const untested = keys.filter(({ pairs }) => ![...pairs].some((pair) => used.has(pair)));
    expect(untested.map(({ path }) => path)).toEqual([]);
  });
});
