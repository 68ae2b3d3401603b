import { describe, expect, it } from 'vitest';
import csv from '../../../plugins/csv/format.ts';
import { decodeAll } from '../../../src/connect/contract/index.ts';
import { columns, generatePeople, toCsv } from '../../../src/sandbox/people/index.ts';

describe('the file of a personnel system, with all its dirt', () => {
  it('is read to its last row; one unclosed quote costs one line', async () => {
    const { csv: content, rows } = toCsv(generatePeople({ count: 3000, seed: 11 }), { dirt: true });
    const format = csv.open({ delimiter: ';', encoding: 'windows-1251' });
    for (const pieceBytes of [1000, 65_536]) {
      const result = await decodeAll(format, content, pieceBytes);
      expect(result.columns).toEqual([...columns]);
      expect(result.unreadable.map(({ code }) => code)).toEqual(['CSV_QUOTE_UNCLOSED']);
      expect(result.records).toHaveLength(rows - 1);
      expect(result.lines.at(-1)).toBe(rows + 1);
      expect(result.cut).toBeUndefined();
      expect(result.records.some((record) => record['Город'] === 'Омск\nофис "Север"; этаж 3')).toBe(true);
    }
  });
});
