import { describe, expect, it } from 'vitest';
import ndjson from '../../../plugins/ndjson/format.ts';
import { decodeAll, formatContract } from '../../../src/connect/contract/index.ts';

formatContract('ndjson', () => ({
  format: ndjson.open({}),
  isText: false,
  broken: { content: '{"a":1}\n\n{"a":\n{"a":3}\n', line: 3, code: 'NDJSON_LINE_BROKEN', goodRecords: 2 },
  cut: '{"a":1}\n{"a":',
}));

describe('ndjson', () => {
  const read = (text: string | Uint8Array) => decodeAll(ndjson.open({}), text);

  it('tells lines that are no objects, and lines that are no UTF-8', async () => {
    const content = Buffer.concat([
      Buffer.from('\uFEFF{"a":1}\r\n[1]\nnull\n{"a":"'),
      Buffer.of(0xff),
      Buffer.from('"}\n'),
    ]);
    const { records, lines, unreadable, cut } = await read(content);
    expect([records, lines]).toEqual([[{ a: 1 }], [1]]);
    expect(unreadable.map(({ line, code }) => [line, code])).toEqual([
      [2, 'JSON_NOT_A_RECORD'],
      [3, 'JSON_NOT_A_RECORD'],
      [4, 'NDJSON_LINE_BROKEN'],
    ]);
    expect(cut).toBeUndefined();
  });

  it('takes a whole last line without a line end, and gives long numbers as text', async () => {
    const { records, cut } = await read('{"a":1}\n{"a":12345678901234567890}');
    expect([records, cut]).toEqual([[{ a: 1 }, { a: '12345678901234567890' }], undefined]);
  });
});
