import { describe, expect, test } from 'vitest';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countDifferences, countsByName, readSent, sentDifferences } from '../../src/desk/check/differences.ts';
import { readKnown } from '../../src/desk/check/known.ts';
import { readMoment } from '../../src/desk/moment.ts';
import { checkSchema } from '../../src/language/catalogue/documents/check.ts';
import type { Schema } from '../../src/connect/sdk/index.ts';
import type { Counts } from '../../src/model/record.ts';
import { resultWith } from '../tell/results.ts';

const counts: Counts = {
  ...resultWith().counts,
  read: 9,
  filtered: { filter: 2, duplicate: 1 },
  delivered: { create: 3, missing: 1 },
};

describe('what a case expects', () => {
  test('counts are those of a run, filtered and delivered as a whole, and delivered by operation', () => {
    expect(countsByName(counts)).toMatchObject({
      read: 9,
      filtered: 3,
      delivered: 4,
      create: 3,
      missing: 1,
      update: 0,
    });
    expect(countDifferences({ read: 9, create: 3, filtered: 3 }, counts)).toEqual([]);
    expect(countDifferences({ create: 2, update: 1 }, counts)).toEqual([
      'create: expected 2, was 3',
      'update: expected 1, was 0',
    ]);
  });

  test('every count of a run and every operation may be expected, by the schema too', () => {
    const { properties } = checkSchema() as unknown as { properties: { cases: { items: Schema } } };
    const { expect: expected } = properties.cases.items.properties as Record<string, Schema>;
    const { sent, ...named } = expected?.properties as Record<string, Schema>;
    expect(sent).toBeDefined();
    expect(Object.keys(named).sort()).toEqual(Object.keys(countsByName(counts)).sort());
  });

  test('what was sent is compared in order, field by field', () => {
    const sent = (record: Record<string, unknown>, sink = 'a') => ({ sink, operation: 'create' as const, record });
    expect(sentDifferences([sent({ x: 1 })], [sent({ x: 1 })])).toEqual([]);
    expect(sentDifferences([sent({ x: 1, y: 2 })], [sent({ x: 2, z: 3 }, 'b')])).toEqual([
      'sent 1: expected create to a, was create to b',
      'sent 1, x: expected 1, was 2',
      'sent 1, y: expected 2, was no value',
      'sent 1, z: expected no value, was 3',
    ]);
    expect(sentDifferences([sent({})], [])).toEqual(['sent 1: expected create to a, was nothing']);
    expect(sentDifferences([], [sent({ x: 1 })])).toEqual(['sent 1: nothing expected, was create to a {"x":1}']);
  });
});

describe('fixtures', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-desk-'));
  const file = (text: string): string => {
    writeFileSync(join(folder, 'fixture.json'), text);
    return join(folder, 'fixture.json');
  };

  test.each(['{', '{}', '[{"key":1,"record":{}}]', '[{"key":"1"}]'])('%j is no list of what is known', (text) => {
    expect(() => readKnown(file(text))).toThrowError(/^The fixture .* is not/);
  });

  test.each(['[{}]', '[{"sink":"a","operation":"create"}]'])('%j is no list of what is sent', (text) => {
    expect(() => readSent(file(text))).toThrowError(/is not a list of what is sent/);
  });

  test('one that is not there is said to be so', () => {
    expect(() => readKnown(join(folder, 'none.json'))).toThrowError(/is not there/);
    rmSync(folder, { recursive: true });
  });
});

describe('moments', () => {
  test.each([
    ['2026-11-24', '2026-11-23T21:00:00.000Z'],
    ['2026-11-24T02:30', '2026-11-23T23:30:00.000Z'],
    ['2026-11-24 02:30:15', '2026-11-23T23:30:15.000Z'],
    ['2026-11-24T02:30Z', '2026-11-24T02:30:00.000Z'],
    ['2026-11-24T02:30:00+05:00', '2026-11-23T21:30:00.000Z'],
  ])('%s in Moscow is %s', (text, iso) => {
    expect(new Date(readMoment(text, 'Europe/Moscow') ?? NaN).toISOString()).toBe(iso);
  });

  test.each(['', 'now', '2026-02-30', '2026-11-24T24:00', '24.11.2026'])('%j is none', (text) => {
    expect(readMoment(text, 'Europe/Moscow')).toBeUndefined();
  });
});
