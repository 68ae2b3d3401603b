import { describe, expect, it } from 'vitest';
import xml from '../../../plugins/xml/format.ts';
import type { Fields } from '../../../src/connect/sdk/index.ts';
import { commerceMl, itemOf, itemPath } from './commerce-ml.ts';

const format = xml.open({ records: itemPath, lists: ['Группы/Ид', 'ЗначенияСвойств/ЗначенияСвойства'] });

describe('a catalogue as 1C writes it', () => {
  it.each(['utf-8', 'windows-1251'] as const)('is read whole, in %s', async (encoding) => {
    const records: Fields[] = [];
    const lines: number[] = [];
    const decoding = format.decode(commerceMl({ items: 1234, encoding }), []);
    for await (const batch of decoding.batches) {
      records.push(...batch.records);
      lines.push(...batch.lines);
    }
    expect(decoding.end().cut).toBeUndefined();
    expect(records).toHaveLength(1234);
    for (const number of [0, 1, 77, 1233]) expect(records[number]).toEqual(itemOf(number));
    expect(lines.slice(0, 3)).toEqual([7, 22, 37]);
  });

  it('comes as it is read: at no time more than two batches wait', async () => {
    let pulled = 0;
    let given = 0;
    async function* counted() {
      for await (const chunk of commerceMl({ items: 5000, encoding: 'utf-8' })) {
        pulled += 1;
        yield chunk;
      }
    }
    for await (const batch of format.decode(counted(), []).batches) {
      given += batch.records.length;
      expect(batch.records.length).toBeLessThanOrEqual(500);
      // A chunk holds 100 items, and the last is not whole before the next comes.
      expect(pulled * 100 - given).toBeLessThanOrEqual(1000);
    }
    expect(given).toBe(5000);
  });
});
